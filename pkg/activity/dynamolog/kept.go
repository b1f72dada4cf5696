package dynamolog

import (
	"slices"

	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
)

// Kept describes the items of the package for dynamo.Tenants.Delete: a record, and its copies in the
// timelines of the resources that it concerns.
func Kept() dynamo.Kept {
	return dynamo.Kept{Name: "log records", Kind: kind, Copies: timelines}
}

// timelines returns the resources whose timelines have a copy of a record.
func timelines(it item) []string {
	r, err := recordOf(scim.TenantID{}, it)
	if err != nil {
		return nil // it is no record, and has no copies
	}
	return slices.DeleteFunc(r.Resources(), func(id string) bool { return len(id) > maxResource })
}
