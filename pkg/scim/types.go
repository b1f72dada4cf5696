package scim

import "github.com/scimstack/scimstack/pkg/scim/schema"

// Types are the resource types of one tenant. Immutable and safe for concurrent use.
type Types struct {
	List []*schema.ResourceType
}

// ByEndpoint finds a type by its endpoint segment ("Users"); case does not matter.
func (ts *Types) ByEndpoint(segment string) *schema.ResourceType {
	for _, t := range ts.List {
		if foldEqual(t.Endpoint, segment) {
			return t
		}
	}
	return nil
}

// ByName finds a type by its name ("User"); case does not matter.
func (ts *Types) ByName(name string) *schema.ResourceType {
	for _, t := range ts.List {
		if foldEqual("/"+t.Name, name) {
			return t
		}
	}
	return nil
}

// without returns the types with an attribute of users left out.
func (ts *Types) without(name string) *Types {
	out := &Types{List: make([]*schema.ResourceType, len(ts.List))}
	for i, rt := range ts.List {
		if rt.IsUser() {
			rt = rt.Without(name)
		}
		out.List[i] = rt
	}
	return out
}

// foldEqual compares "/Users" with "Users" case-insensitively.
func foldEqual(endpoint, segment string) bool {
	if len(endpoint) != len(segment)+1 {
		return false
	}
	for i := range len(segment) {
		a, b := endpoint[i+1], segment[i]
		if 'A' <= a && a <= 'Z' {
			a += 'a' - 'A'
		}
		if 'A' <= b && b <= 'Z' {
			b += 'a' - 'A'
		}
		if a != b {
			return false
		}
	}
	return true
}
