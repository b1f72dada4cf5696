package oracle

import (
	"reflect"
	"slices"
)

// whole applies an operation to an attribute without sub-attribute and filter.
func (c *change) whole(op string, at path, value any) []problem {
	a, in := at.attr, ensure(c.body, at)
	stored := in[a.Name]
	if op == "remove" && value != nil && a.Multi {
		return c.removeValues(at, value)
	}
	if op == "remove" {
		value = nil
	}
	v, problems := c.read(a, value)
	if problems != nil {
		return problems
	}
	if o, ok := value.(object); ok && v == nil && len(o) > 0 && op == "replace" && a.Type == "complex" && !a.Multi && !c.m.strict {
		v = object{} // M-10: what was not sent stays
	}
	if v == nil {
		if op == "add" || c.unreadable[a] {
			return nil // T-24
		}
		return c.unassign(op, at, in, a)
	}
	next := v
	switch {
	case a.Multi && op == "add":
		next = appended(a, list(stored), v.([]any))
	case a.Type == "complex" && !a.Multi && (op == "add" || !c.m.strict): // AM-06
		next = c.merged(op, stored, v.(object), value, a)
	}
	if a.Mut == "immutable" && stored != nil && !reflect.DeepEqual(stored, next) {
		return bad("mutability") // T-14
	}
	if o, ok := next.(object); lacking(a, next) || ok && len(o) == 0 && a.Required {
		return bad("invalidValue")
	}
	if o, ok := next.(object); ok && (op == "add" || !c.m.strict) {
		unreferred(stored, o)
	}
	in[a.Name] = next
	if o, ok := next.(object); ok && len(o) == 0 {
		delete(in, a.Name)
	}
	return nil
}

// lacking says whether a complex value, or an element of a list, lacks a required part.
func lacking(a *attr, v any) bool {
	if l, is := v.([]any); is {
		return slices.ContainsFunc(l, func(e any) bool { return lacking(a, e) })
	}
	o, _ := v.(object)
	return len(o) > 0 && slices.ContainsFunc(a.Sub, func(s *attr) bool { return s.Required && !assigned(o[s.Name]) })
}

// unreferred takes a $ref away that is of another value than the present one.
func unreferred(stored any, next object) {
	was, _ := stored.(object)
	if was["value"] != nil && was["value"] != next["value"] && was["$ref"] == next["$ref"] {
		delete(next, "$ref")
	}
}

// referred reads the value that a $ref stands for which is written alone, unless the stored value is not that of its $ref.
func referred(name string, stored any, next object) {
	was, _ := stored.(object)
	if name != "$ref" || next["$ref"] == nil {
		return
	}
	if id := idIn(next["$ref"].(string)); id != "" && (was["value"] == nil || was["$ref"] != nil && was["value"] == idIn(was["$ref"].(string))) {
		next["value"] = id
	}
}

// unassign takes a value away (T-15, M-08).
func (c *change) unassign(op string, at path, in object, a *attr) []problem {
	switch {
	case at.urn == "-" && in[a.Name] == nil: // a part that is not there
		return nil
	case a.Required && op == "remove":
		return bad("mutability")
	case a.Required:
		return bad("invalidValue")
	case a.Mut == "immutable" && in[a.Name] != nil:
		return bad("mutability")
	case (a.Name == "active" || a.Name == "password") && at.urn == "" && !c.m.strict:
		return nil // they never lose their value
	}
	delete(in, a.Name)
	return nil
}

// demote makes all but some elements secondary.
func demote(list []any, but []object) {
	for _, e := range list {
		o := e.(object)
		kept := slices.ContainsFunc(but, func(b object) bool { return reflect.ValueOf(b).Pointer() == reflect.ValueOf(o).Pointer() })
		if !kept && o["primary"] == true {
			o["primary"] = false
		}
	}
}

// merged is a complex value with the sub-attributes that were sent (M-10). Those that were sent without a value are taken away,
// but for a list none of whose elements says anything.
func (c *change) merged(op string, stored any, v object, sent any, a *attr) any {
	out := object{}
	if s, ok := stored.(object); ok {
		out = clone(s).(object)
	}
	given, _ := lenient(a, sent).(object) // a strict tenant has taken it for an object already
	for name := range given {
		s := find(a.Sub, name)
		if s == nil || s.Mut == "readOnly" {
			continue
		}
		if l := list(v[s.Name]); op == "add" && l != nil {
			out[s.Name] = extended(s, list(out[s.Name]), l)
		} else if v[s.Name] != nil {
			out[s.Name] = v[s.Name]
		} else if op == "replace" && !c.unreadable[s] {
			delete(out, s.Name)
		}
	}
	if v["value"] != nil {
		out["value"] = v["value"] // which $ref may stand for
	}
	return out
}

// removeValues removes the elements of a list that a value names (T-27).
func (c *change) removeValues(at path, value any) []problem {
	in := ensure(c.body, at)
	var kept []any
	for _, e := range list(in[at.attr.Name]) {
		if !slices.ContainsFunc(list(value), func(v any) bool { return names(v, e) }) {
			kept = append(kept, e)
		}
	}
	if kept == nil {
		delete(in, at.attr.Name)
	} else {
		in[at.attr.Name] = kept
	}
	return nil
}

// names says whether a value of remove names an element: it is the element, or a part of it.
func names(v, element any) bool {
	part, ok := v.(object)
	whole, complexValue := element.(object)
	if !ok || !complexValue {
		return reflect.DeepEqual(v, element)
	}
	for name, x := range part {
		if !reflect.DeepEqual(whole[name], x) {
			return false
		}
	}
	return len(part) > 0
}

// part applies an operation to a sub-attribute of a single complex value (M-12).
func (c *change) part(op string, at path, value any) []problem {
	in := ensure(c.body, at)
	o := object{}
	if stored, is := in[at.attr.Name].(object); is {
		o = clone(stored).(object)
	}
	if problems := c.set(op, at, o, value); problems != nil {
		return problems
	}
	referred(at.sub.Name, in[at.attr.Name], o)
	if stored := in[at.attr.Name]; at.attr.Mut == "immutable" && stored != nil && !reflect.DeepEqual(stored, any(o)) {
		return bad("mutability") // T-14
	}
	if len(o) == 0 && at.attr.Required {
		return append(bad("mutability"), bad("invalidValue")...)
	}
	if lacking(at.attr, o) {
		return bad("invalidValue")
	}
	unreferred(in[at.attr.Name], o)
	in[at.attr.Name] = o
	if len(o) == 0 {
		delete(in, at.attr.Name)
	}
	return nil
}

// set applies an operation to a sub-attribute of an object.
func (c *change) set(op string, at path, o object, value any) []problem {
	if op == "remove" {
		value = nil
	}
	v, problems := c.read(at.sub, value)
	switch {
	case problems != nil:
		return problems
	case v == nil && op == "add":
		return nil
	case v == nil && at.filter != nil && at.sub.Name == "value" && !at.sub.Required:
		clear(o) // an element without its value is empty
		return nil
	case v == nil:
		return c.unassign(op, path{urn: "-"}, o, at.sub)
	case at.sub.Multi && op == "add":
		v = appended(at.sub, list(o[at.sub.Name]), v.([]any))
	}
	if at.sub.Mut == "immutable" && o[at.sub.Name] != nil && !reflect.DeepEqual(o[at.sub.Name], v) {
		return bad("mutability")
	}
	o[at.sub.Name] = v
	return nil
}

func sortedKeys(o object) []string {
	out := make([]string, 0, len(o))
	for k := range o {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
