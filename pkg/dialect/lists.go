package dialect

import (
	"maps"
	"slices"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// listed is a value of a complex list, or of a complex attribute that holds one element with a value, such as manager.
type listed struct {
	attr    *schema.Attribute
	name    string // as the client wrote it
	value   any
	element bool // one element: a path with a filter selects it, or the attribute holds one
}

// lists replaces the values of complex lists and of single elements, wherever a body may have them.
func (r *rewriting) lists(change func(listed) any) {
	r.objects(func(m map[string]any) { r.listsOf("", m, change) })
	if !r.patch {
		return
	}
	r.operations(func(op map[string]any) {
		path, _ := schema.Field(op, "path").(string)
		v := schema.Field(op, "value")
		if m, ok := v.(map[string]any); ok && schema.IsURN(path) && isContainer(r.rt, path) {
			r.listsOf(path, m, change)
			return
		}
		name, element := selects(path)
		if a := listAttribute(r.rt, name); a != nil && v != nil {
			put(op, "value", change(listed{a, name, v, element || !a.MultiValued}))
		}
	})
}

// listsOf is lists for an object whose keys are attribute names of a schema.
func (r *rewriting) listsOf(urn string, m map[string]any, change func(listed) any) {
	for _, k := range slices.Sorted(maps.Keys(m)) {
		if inner, ok := m[k].(map[string]any); ok && urn == "" && schema.IsURN(k) && isContainer(r.rt, k) {
			r.listsOf(k, inner, change)
			continue
		}
		short, element := selects(k)
		name := short
		if urn != "" {
			name = urn + ":" + short
		}
		if a := listAttribute(r.rt, name); a != nil && m[k] != nil {
			m[k] = change(listed{a, short, m[k], element || !a.MultiValued})
		}
	}
}

// selects returns the list that a path or a key names, and whether a filter after it selects an
// element. It returns no name if something follows the filter.
func selects(path string) (name string, element bool) {
	name, filter, element := strings.Cut(strings.TrimSpace(path), "[")
	if element && !strings.HasSuffix(filter, "]") {
		return "", false
	}
	return name, element
}

func isContainer(rt *schema.ResourceType, urn string) bool {
	_, ok := rt.Extension(urn)
	return ok || schema.SameName(urn, rt.Schema.ID)
}

// listAttribute returns the complex list with a name, or the complex attribute that holds one element with a value,
// or nil.
func listAttribute(rt *schema.ResourceType, name string) *schema.Attribute {
	ref, ok := rt.ResolveName(name)
	if !ok {
		name, _, _ = rt.Undot(name)
		ref, ok = rt.ResolveName(name)
	}
	a := ref.Attr
	if !ok || a == nil || ref.Sub != nil || a.Type != schema.Complex || !a.MultiValued && a.Sub("value") == nil {
		return nil
	}
	return a
}
