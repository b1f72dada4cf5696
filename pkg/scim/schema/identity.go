package schema

import "maps"

// distinct drops elements with the type and value of an earlier one.
func distinct(a *Attribute, list []any) []any {
	if len(list) < 2 {
		return list
	}
	if a.anyType {
		return distinctRoles(a, list)
	}
	seen := make(map[[2]string]bool, len(list))
	out := list[:0]
	for _, e := range list {
		key, ok := a.Identity(e)
		if ok && seen[key] {
			continue
		}
		seen[key] = true
		out = append(out, e)
	}
	return out
}

// distinctRoles is distinct for an attribute whose elements are the same element if one of them
// has no type. The earlier one gets what it lacks from the later one. An element is looked up, not compared
// with those before it: all of them may have one long value.
func distinctRoles(a *Attribute, list []any) []any {
	first := make(map[string]int, len(list))    // the first element in out with a value
	typed := make(map[[2]string]int, len(list)) // those with a value and a type
	out := make([]any, 0, len(list))
	for _, e := range list {
		key, _ := a.Identity(e)
		at, known := first[key[0]]
		if known && key[1] != "" && typeOf(out[at]) != "" {
			at, known = typed[key]
		}
		switch {
		case !known:
			at = len(out)
			out = append(out, e)
			if _, ok := first[key[0]]; !ok {
				first[key[0]] = at
			}
		case typeOf(out[at]) != "":
			out[at] = completed(out[at], e)
			continue
		default: // it may get its type
			out[at] = completed(out[at], e)
			key[1] = Fold(typeOf(out[at]))
		}
		typed[key] = at
	}
	return out
}

// typeOf is the type of an element of a multi-valued attribute, or "".
func typeOf(e any) string {
	m, _ := e.(map[string]any)
	typ, _ := m["type"].(string)
	return typ
}

// completed returns the members of an element and those of another one that it lacks.
func completed(e, other any) any {
	have, _ := e.(map[string]any)
	more, _ := other.(map[string]any)
	if len(more) == 0 {
		return e
	}
	out := maps.Clone(more) // either may be part of the input
	maps.Copy(out, have)
	return out
}

// SameElement reports whether two canonical elements of a multi-valued attribute are the same
// element: their identities are equal. For roles and entitlements an element without a type is
// also the same as one with the same value and any type: Entra sends the type of a role in one
// form and leaves it out in the other. (RFC 7643 §2.4)
func (a *Attribute) SameElement(x, y any) bool {
	k, _ := a.Identity(x)
	l, _ := a.Identity(y)
	return k == l || a.anyType && k[0] == l[0] && (k[1] == "" || l[1] == "")
}

// AnyType reports whether an element without a type is the same as one with any type, see SameElement.
func (a *Attribute) AnyType() bool { return a.anyType }

// Identity returns the value and the type of an element of a multi-valued attribute, in their
// comparison form. Elements with equal identities are the same element. ok is false if the
// element has no value: then the identity is its whole content. (RFC 7643 §2.4)
func (a *Attribute) Identity(e any) (key [2]string, ok bool) {
	if a.Type != Complex {
		return [2]string{a.foldScalar(e)}, true
	}
	m, _ := e.(map[string]any)
	v, sub := m["value"], a.Sub("value")
	if v == nil || sub == nil {
		return [2]string{string(AppendValue(nil, e))}, true
	}
	key[0] = sub.foldScalar(v)
	if typ, t := m["type"], a.Sub("type"); typ != nil && t != nil {
		key[1] = t.foldScalar(typ) // a schema of a tenant may have types that differ in case, or numbers
	}
	return key, true
}

func (a *Attribute) foldScalar(v any) string {
	if s, ok := v.(string); ok {
		return a.Fold(s)
	}
	return string(AppendValue(nil, v))
}
