package dialect

import (
	"maps"
	"slices"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// packed reports whether a string may hold a JSON object, or a JSON list, with blanks around it or without.
func packed(s string) bool {
	s = trimJSON(s)
	return len(s) > 1 && (s[0] == '{' && s[len(s)-1] == '}' || s[0] == '[' && s[len(s)-1] == ']')
}

// trimJSON returns a string without the blanks that JSON allows around a value.
func trimJSON(s string) string { return strings.Trim(s, " \t\r\n") }

// unpackAll replaces elements of complex lists that are JSON in a string with what the string
// holds: Entra's app roles. A whole list may be one string too.
func unpackAll(r *rewriting) {
	r.lists(func(l listed) any {
		if s, ok := l.value.(string); ok {
			return r.unpackString(l, s)
		}
		if list, ok := l.value.([]any); ok {
			return r.unpackElements(l, list)
		}
		return r.unpackElement(l, l.value)
	})
	if r.patch {
		r.operations(r.unpackPart)
	}
}

// nameAll renames the member displayName of elements that have a display instead: documented app
// roles have it in some forms and not in others.
func nameAll(r *rewriting) {
	r.lists(func(l listed) any {
		return each(l.value, func(e any) any {
			if m, ok := e.(map[string]any); ok && name(l.attr, m) {
				r.note("%s: displayName was read as display", schema.NameOnly(l.name))
			}
			return e
		})
	})
}

// name renames the member displayName of an element, if it is the display of the attribute's
// elements, and reports whether it did.
func name(a *schema.Attribute, m map[string]any) bool {
	if a.Sub("displayName") != nil || a.Sub("display") == nil {
		return false
	}
	for k, v := range m {
		if schema.SameName(k, "displayName") {
			if schema.Field(m, "display") == nil {
				m["display"] = v
			}
			delete(m, k)
			return true
		}
	}
	return false
}

// each applies a function to the elements of a list, or to a single element.
func each(v any, change func(any) any) any {
	list, ok := v.([]any)
	if !ok {
		return change(v)
	}
	for i, e := range list {
		list[i] = change(e)
	}
	return list
}

// unpackString reads a value that is one string: an object, a list of objects, or a list of
// strings.
func (r *rewriting) unpackString(l listed, s string) any {
	if !packed(s) {
		return s
	}
	if trimJSON(s)[0] == '{' {
		inner := r.unpackElement(l, s)
		if _, ok := inner.(map[string]any); ok && !l.element {
			return []any{inner}
		}
		return inner
	}
	r.packed.Depth = 5
	v, err := r.packed.Parse([]byte(s))
	list, ok := v.([]any)
	if err != nil || !ok {
		return s
	}
	for i, e := range list {
		switch e := e.(type) {
		case map[string]any:
			name(l.attr, e)
			list[i] = r.unpackElement(l, e)
		case string:
			list[i] = r.unpackElement(l, e)
		default:
			return s
		}
	}
	r.notePacked(l.name)
	return list
}

// unpackElements reads the elements of a list. A string that holds a list stands for all elements of it.
func (r *rewriting) unpackElements(l listed, list []any) []any {
	out := make([]any, 0, len(list))
	for _, e := range list {
		s, ok := e.(string)
		if !ok {
			out = append(out, r.unpackElement(l, e))
			continue
		}
		if inner, many := r.unpackString(l, s).([]any); many {
			out = append(out, inner...)
		} else {
			out = append(out, r.unpackElement(l, s))
		}
	}
	return out
}

// unpackElement reads an element that is a string, or that has such a string as its value.
func (r *rewriting) unpackElement(l listed, e any) any {
	m, isMap := e.(map[string]any)
	if isMap {
		e = schema.Field(m, "value")
	}
	s, isString := e.(string)
	inner := r.unpack(l, s)
	switch {
	case inner != nil:
		for k, v := range m { // the element's other members win
			if !schema.SameName(k, "value") {
				inner[k] = v
			}
		}
		r.notePacked(l.name)
		return inner
	case isMap:
		return m
	case isString:
		return s
	}
	return e
}

func (r *rewriting) notePacked(name string) {
	r.note("%s: JSON in a string was read as an object", schema.NameOnly(name))
}

// unpack decodes the object in a string, or in a list of one, as far as it has sub-attributes of the
// list; nil if there is none. Only after a filter, which selects the element, may it lack a value.
func (r *rewriting) unpack(l listed, s string) map[string]any {
	if !packed(s) {
		return nil
	}
	r.packed.Depth = 5
	v, err := r.packed.Parse([]byte(s))
	m := onlyObject(v)
	if err != nil || m == nil || schema.Field(m, "value") == nil && !l.element {
		return nil
	}
	name(l.attr, m)
	out := make(map[string]any, len(m))
	for k, v := range m {
		if sub := l.attr.Sub(k); sub != nil {
			out[sub.Name] = v
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// unpackPart reads an object that was sent as the value of an element: roles[primary eq
// "True"].value. The operation then writes the element.
func (r *rewriting) unpackPart(op map[string]any) {
	path, _ := schema.Field(op, "path").(string)
	if path == "" {
		r.unpackKeys(objectOf(op))
		return
	}
	if element, inner := r.part(path, schema.Field(op, "value")); inner != nil {
		put(op, "path", element)
		put(op, "value", inner)
	}
}

// unpackKeys is unpackPart for the keys of an operation without a path.
func (r *rewriting) unpackKeys(m map[string]any) {
	for _, k := range slices.Sorted(maps.Keys(m)) {
		element, inner := r.part(k, m[k])
		if _, both := m[element]; inner != nil && !both {
			delete(m, k)
			m[element] = inner
		}
	}
}

// part returns the path of the element whose value a path names, and the object in a string that was
// sent for it, or nil.
func (r *rewriting) part(path string, v any) (element string, inner map[string]any) {
	path = strings.TrimSpace(path)
	s, _ := v.(string)
	if !hasSuffixFold(path, "].value") || s == "" {
		return "", nil
	}
	a := listAttribute(r.rt, path[:strings.IndexByte(path+"[", '[')])
	if a == nil {
		return "", nil
	}
	if inner = r.unpack(listed{attr: a}, s); inner != nil {
		r.notePacked(a.Name)
	}
	return path[:len(path)-len(".value")], inner
}
