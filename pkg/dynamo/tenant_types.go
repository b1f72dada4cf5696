package dynamo

import (
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// Attributes of the settings item beside the document.
const (
	attrDeleted = "del" // when the deletion of the tenant began, in milliseconds
	attrTypes   = "tys" // names of all resource types that the settings have ever named
	// attrSettingsVersion is tenant.Settings.Version: how often the settings were written. It is apart from
	// attrRevision, which builds of indexes count up too.
	attrSettingsVersion = "sv"
)

// typesIn returns the resource types of a settings item: User and Group if it names none, or if it
// cannot be read.
func typesIn(t scim.TenantID, settings item) []*schema.ResourceType {
	if s, err := readSettings(t, settings); err == nil && len(s.Types) > 0 {
		return s.Types
	}
	return []*schema.ResourceType{schema.UserType(), schema.GroupType()}
}

// everUsed returns the names of the resource types that a settings item names or has ever named.
func everUsed(t scim.TenantID, settings item) map[string]bool {
	names := map[string]bool{schema.TypeUser: true, schema.TypeGroup: true}
	for _, rt := range typesIn(t, settings) {
		names[rt.Name] = true
	}
	if set, ok := settings[attrTypes].(*types.AttributeValueMemberSS); ok {
		for _, name := range set.Value {
			names[name] = true
		}
	}
	return names
}

func strs(list []string) types.AttributeValue { return &types.AttributeValueMemberSS{Value: list} }

// indexAttributes returns the names of the attributes that may have index items of their own: those that
// package engine always indexes, and those that the schemas in the settings announce as unique.
func indexAttributes(t scim.TenantID, settings item) []string {
	seen := map[string]bool{"externalId": true, "userName": true, "displayName": true, "emails.value": true, managerKey: true}
	for _, rt := range typesIn(t, settings) {
		uniqueIn("", rt.Schema, seen)
		for _, e := range rt.Extensions {
			uniqueIn(e.Schema.ID, e.Schema, seen)
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

func uniqueIn(container string, s *schema.Schema, seen map[string]bool) {
	for _, a := range s.Attributes {
		ref := schema.Ref{Container: container, Attr: a}
		if a.Uniqueness != schema.None {
			seen[ref.String()] = true
			ref.Sub = a.Sub("value")
			seen[ref.String()] = true
		}
		for _, ref.Sub = range a.SubAttributes {
			if ref.Sub.Uniqueness != schema.None {
				seen[ref.String()] = true
			}
		}
	}
}

// namesOf returns the names of a set, ascending, as an attribute.
func namesOf(set map[string]bool) types.AttributeValue { return strs(slices.Sorted(maps.Keys(set))) }
