package engine

import (
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// managerKey is the index under which the reports of a manager are found.
const managerKey = schema.URNEnterpriseUser + ":manager.value"

// indexed reports whether a canonical attribute path has an index, and whether its values are
// unique in this tenant. The planner and the writer both ask here, so they cannot disagree.
func indexed(t *scim.Tenant, rt *schema.ResourceType, path string) (ok, unique bool) {
	switch {
	case path == "externalId":
		return true, t.UniqueExternalID
	case rt.IsUser():
		switch path {
		case "userName":
			return true, true
		case "emails.value", "displayName", managerKey:
			return true, false
		}
	case rt.IsGroup() && path == "displayName":
		return true, !t.SharedGroupNames
	}
	if a := rt.Schema.Attribute(path); a != nil && a.Uniqueness != schema.None && a.Type == schema.String && !a.MultiValued {
		return true, true
	}
	return false, false
}

// indexPaths lists the indexed attributes of a type.
func indexPaths(rt *schema.ResourceType) []string {
	paths := []string{"externalId"}
	switch rt.Schema.ID {
	case schema.URNUser:
		paths = append(paths, "userName", "displayName", "emails.value", managerKey)
	case schema.URNGroup:
		paths = append(paths, "displayName")
	}
	for _, a := range rt.Schema.Attributes {
		if a.Uniqueness != schema.None && a.Type == schema.String && !a.MultiValued && a.Name != "userName" && (a.Name != "displayName" || !rt.IsGroup()) {
			paths = append(paths, a.Name)
		}
	}
	return paths
}

// indexKeys computes every index key of a document.
func (p *Provider) indexKeys(t *scim.Tenant, rt *schema.ResourceType, doc map[string]any) []scim.IndexKey {
	keys := make([]scim.IndexKey, 0, 6)
	for _, path := range p.factsOf(rt).indexPaths {
		ok, unique := indexed(t, rt, path)
		if !ok {
			continue
		}
		add := func(v any, exact bool) {
			s, isString := v.(string)
			if !isString || s == "" {
				return
			}
			if !exact {
				s = schema.Fold(s)
			}
			k := scim.IndexKey{Attr: path, Value: s, Unique: unique}
			for _, other := range keys {
				if other == k {
					return
				}
			}
			keys = append(keys, k)
		}
		switch path {
		case "emails.value":
			list, _ := doc["emails"].([]any)
			for _, e := range list {
				if m, ok := e.(map[string]any); ok {
					add(m["value"], false)
				}
			}
		case managerKey:
			ext, _ := doc[schema.URNEnterpriseUser].(map[string]any)
			manager, _ := ext["manager"].(map[string]any)
			add(manager["value"], true)
		case "externalId":
			add(doc[path], true)
		default:
			key, _ := rt.Schema.Attribute(path).Key(doc[path])
			add(key, true)
		}
	}
	return keys
}
