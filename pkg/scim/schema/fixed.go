package schema

import "slices"

// This file has the rule for immutable sub-attributes (RFC 7643 §2.2 and §7), for every verb:
//
//   - once it is set, the value of an immutable sub-attribute is neither changed nor lost, whatever
//     is written: the sub-attribute, the complex value, the list that it is an element of, the
//     extension or "schemas";
//   - an element with such a value can therefore not be removed, unless the immutable sub-attribute
//     is "value": then the element is that value, and is added and removed as a whole, like a member
//     of a group (RFC 7643 §8.7.1).

// Fixed returns the immutable sub-attributes of a complex value that are set, or nil.
func (a *Attribute) Fixed(e any) map[string]any {
	m, _ := e.(map[string]any)
	var out map[string]any
	for _, s := range a.SubAttributes {
		if v := m[s.Name]; v != nil && s.Mutability == Immutable {
			if out == nil {
				out = map[string]any{}
			}
			out[s.Name] = v
		}
	}
	return out
}

// RemovedWhole reports whether elements of a multi-valued attribute can be removed although they
// have immutable values: their "value" is immutable itself.
func (a *Attribute) RemovedWhole() bool {
	s := a.Sub("value")
	return s != nil && s.Mutability == Immutable
}

// Lost returns the name of an immutable sub-attribute whose value was has and is has not, or "". Both
// are values of the attribute, a complex value or a list, or nil. An element of was is found in is
// by its value and type, or by its immutable values where value and type have changed.
func (a *Attribute) Lost(was, is any) string {
	list, ok := was.([]any)
	if !ok {
		return a.lostPart(a.Fixed(was), is)
	}
	if !a.hasFixed() {
		return ""
	}
	next, _ := is.([]any)
	return a.lostElement(list, next)
}

func (a *Attribute) hasFixed() bool {
	for _, s := range a.SubAttributes {
		if s.Mutability == Immutable {
			return true
		}
	}
	return false
}

// lostPart is Lost for one value, given its immutable parts.
func (a *Attribute) lostPart(fixed map[string]any, is any) string {
	m, _ := is.(map[string]any)
	for _, s := range a.SubAttributes {
		if v, ok := fixed[s.Name]; ok && !Equal(v, m[s.Name]) {
			return s.Name
		}
	}
	return ""
}

// lostElement is Lost for lists.
func (a *Attribute) lostElement(was, is []any) string {
	byKey := make(map[[2]string]any, len(is))
	for _, e := range is {
		key, _ := a.Identity(e)
		byKey[key] = e
	}
	var moved []map[string]any // of elements without a successor of the same identity
	for _, e := range was {
		fixed := a.Fixed(e)
		if fixed == nil {
			continue
		}
		key, _ := a.Identity(e)
		next, ok := byKey[key]
		if !ok {
			moved = append(moved, fixed)
		} else if name := a.lostPart(fixed, next); name != "" {
			return name
		}
	}
	if len(moved) == 0 || a.RemovedWhole() {
		return ""
	}
	return a.lostMoved(moved, a.newcomers(was, is))
}

// newcomers are the elements of is that no element of was has the identity of.
func (a *Attribute) newcomers(was, is []any) []any {
	had := make(map[[2]string]bool, len(was))
	for _, e := range was {
		key, _ := a.Identity(e)
		had[key] = true
	}
	var out []any
	for _, e := range is {
		if key, _ := a.Identity(e); !had[key] {
			out = append(out, e)
		}
	}
	return out
}

// lostMoved is Lost for elements that have another identity now, given their immutable parts.
func (a *Attribute) lostMoved(moved []map[string]any, newcomers []any) string {
	for _, fixed := range moved {
		i := slices.IndexFunc(newcomers, func(e any) bool { return e != nil && a.lostPart(fixed, e) == "" })
		if i < 0 {
			return a.lostPart(fixed, nil)
		}
		newcomers[i] = nil // each stands for one
	}
	return ""
}
