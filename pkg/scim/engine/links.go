package engine

import (
	"maps"
	"slices"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// Groups are the groups of a resource for Row.Groups, direct and indirect, MaxNesting levels up (L-05).
// parents returns the groups that a resource is a direct member of.
func (r *Rules) Groups(t *scim.Tenant, id string, parents func(id string) []Row) []GroupRef {
	names, up := map[string]string{}, map[string][]string{}
	read := func(id string) {
		if _, known := up[id]; known {
			return
		}
		up[id] = []string{}
		for _, g := range parents(id) {
			names[g.ID] = g.Name()
			up[id] = append(up[id], g.ID)
		}
		slices.Sort(up[id])
	}
	read(id)
	next := up[id]
	for range t.Limits.MaxNesting {
		var above []string
		for _, g := range next {
			if _, known := up[g]; !known {
				read(g)
				above = append(above, up[g]...)
			}
		}
		next = above
	}
	out, _ := closure(up[id], up, names, t.Limits.MaxNesting)
	return out
}

// Without is a row without its references to a deleted resource: as a member, and as a manager. It
// has a new version, unless there are none.
func (r *Rules) Without(row Row, id string) Row {
	changed := false
	if row.HasMember(id) {
		row.Members = slices.DeleteFunc(slices.Clone(row.Members), func(m scim.Member) bool { return m.ID == id })
		changed = true
	}
	enterprise, _ := row.Attributes[schema.URNEnterpriseUser].(map[string]any)
	if manager, _ := enterprise["manager"].(map[string]any); manager["value"] == id {
		enterprise, row.Attributes = maps.Clone(enterprise), maps.Clone(row.Attributes)
		delete(enterprise, "manager")
		row.Attributes[schema.URNEnterpriseUser] = enterprise
		changed = true
	}
	if changed {
		row.Version, row.LastModified = row.Version+1, r.later(row.LastModified)
	}
	return row
}
