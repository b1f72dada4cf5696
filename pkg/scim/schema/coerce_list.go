package schema

import (
	"encoding/json"
	"maps"
)

func (c *coercer) list(a *Attribute, v any, path string) (any, error) {
	in, isList := v.([]any)
	if !isList {
		if c.unassigned(v) {
			return nil, nil
		}
		if !c.mode.Allows(BareValue) || !wrappable(a, v) {
			return nil, invalidValue(path, "must be a list")
		}
		c.note("%s: one value was read as a list of one", path)
		in = []any{v}
	}
	if err := c.mode.CheckValues(c.ref, len(in), path); err != nil {
		return nil, err
	}
	out := make([]any, 0, len(in))
	for _, e := range in {
		e, err := c.element(a, e, path)
		if err != nil {
			return nil, err
		}
		if e != nil {
			out = append(out, e)
		}
	}
	if len(out) == 0 && len(in) > 0 && !c.mode.Allows(ValuelessEntry) {
		return nil, invalidValue(path, "has no element with a value; send [] to unassign it")
	}
	if a.Type == Complex {
		var err error
		if out, err = c.onePrimary(a, out, path); err != nil {
			return nil, err
		}
	}
	if out = distinct(a, out); len(out) == 0 {
		return nil, nil
	}
	return out, nil
}

// Unreadable reports whether a value of a multi-valued attribute has elements, and none of them says
// anything: [{}], [null], [{"value":""}]. out is what Coerce made of it. Such a list is no request to
// unassign the attribute, as [] and null are: it changes nothing. Strict mode refuses it.
func (a *Attribute) Unreadable(v, out any) bool {
	if out != nil || !a.MultiValued {
		return false
	}
	switch v := v.(type) {
	case []any:
		return len(v) > 0
	case map[string]any: // one element that is not in a list
		return len(v) > 0
	case string:
		return !blank(v)
	case json.Number: // the value of one, which is read-only
		return true
	}
	return false
}

// unassigned reports whether a value that is not a list means that the list has no value. {} is what some
// encoders make of an empty list; for a strict tenant it is no list.
func (c *coercer) unassigned(v any) bool {
	m, isMap := v.(map[string]any)
	s, isString := v.(string)
	return v == nil || isMap && len(m) == 0 && c.mode.Allows(BareValue) || isString && blank(s) && c.mode.Allows(EmptyString)
}

// wrappable reports whether a value can be read as the one element of a list: an object, or a
// string where elements have a value.
func wrappable(a *Attribute, v any) bool {
	switch v.(type) {
	case map[string]any:
		return a.Type == Complex
	case string, json.Number:
		return a.Type != Complex || a.Sub("value") != nil
	}
	return a.Type != Complex
}

// element canonicalises one element of a list; it returns nil for an element without content.
func (c *coercer) element(a *Attribute, v any, path string) (any, error) {
	if v == nil {
		if !c.mode.Allows(ValuelessEntry) {
			return nil, invalidValue(path, "must not contain null")
		}
		c.note("an element of %s without a value was left out", path)
		return nil, nil
	}
	if a.Type != Complex {
		return c.simple(a, v, path)
	}
	notes := len(c.notes)
	out, err := c.complex(a, v, path)
	if err != nil {
		return nil, err
	}
	if out == nil {
		if c.mode.Allows(ValuelessEntry) && len(c.notes) == notes { // otherwise a note says why
			c.note("an element of %s without a value was left out", path)
		}
		return nil, nil
	}
	m, _ := out.(map[string]any)
	if raw, ok := v.(map[string]any); ok && m["value"] == nil && c.mode.Allows(ValuelessEntry) {
		if _, given := lookup(raw, "value"); given {
			c.note("an element of %s without a value was left out", path)
			return nil, nil
		}
	}
	return m, nil
}

// onePrimary keeps at most one primary value: the last one. In strict mode a second one is an
// error.
func (c *coercer) onePrimary(a *Attribute, list []any, path string) ([]any, error) {
	if a.Sub("primary") == nil {
		return list, nil
	}
	last := -1
	for i, e := range list {
		m, _ := e.(map[string]any)
		if m["primary"] != true {
			continue
		}
		if last >= 0 {
			if !c.mode.Allows(LastPrimary) {
				return nil, invalidValue(path, "has more than one primary value")
			}
			c.note("%s has more than one primary value; the last one was kept", path)
			prev, _ := list[last].(map[string]any)
			prev = maps.Clone(prev) // it may be part of the input
			prev["primary"] = false
			list[last] = prev
		}
		last = i
	}
	return list, nil
}
