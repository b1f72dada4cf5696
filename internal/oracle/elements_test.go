package oracle

import (
	"maps"
	"reflect"
	"slices"
)

// filtered applies an operation to the elements that a filter selects (M-15 to M-19).
func (c *change) filtered(op string, at path, value any) []problem {
	in := ensure(c.body, at)
	stored := in[at.attr.Name]
	if at.attr.Mut != "immutable" || stored == nil {
		return c.written(op, at, value)
	}
	in[at.attr.Name] = clone(stored)
	problems := c.written(op, at, value)
	if problems != nil || !reflect.DeepEqual(in[at.attr.Name], stored) {
		return append(problems, bad("mutability")...) // T-14
	}
	return nil
}

// written applies it whatever the mutability is.
func (c *change) written(op string, at path, value any) []problem {
	in := ensure(c.body, at)
	all := list(in[at.attr.Name])
	if at.attr.Name == "members" {
		if problems := c.member(op, at, value, all); problems != nil || op == "replace" && value != nil && c.m.strict {
			return problems
		}
	}
	var hit []object
	for _, e := range all {
		if at.filter.holds(e.(object)) {
			hit = append(hit, e.(object))
		}
	}
	must := op == "replace" && c.m.strict
	leaf := at.sub
	if leaf == nil {
		leaf = single(at.attr)
	}
	v, problems := c.read(leaf, value)
	if at.sub == nil && value != nil && valueless(value) && !c.m.strict {
		v = nil
	}
	if v == nil && problems == nil {
		if op == "add" {
			return nil // T-24
		}
		op = "remove"
	}
	switch {
	case len(hit) == 0 && must && at.attr.Name != "members":
		return append(bad("noTarget"), problems...) // AM-08
	case op == "remove" && len(hit) == 0:
		return nil // AM-09
	case len(hit) == 0:
		if missing := c.element(op, at, value); missing != nil {
			return append(missing, problems...)
		}
	case op == "remove" && at.sub == nil:
		in[at.attr.Name] = slices.DeleteFunc(all, func(e any) bool { return at.filter.holds(e.(object)) })
	case problems != nil:
		return problems
	default:
		if problems := c.elements(op, at, hit, value); problems != nil {
			return problems
		}
	}
	return c.tidy(in, at.attr)
}

// member checks a write to a member, which can only be added and removed as a whole (L-04). Histories select members by
// value only.
func (c *change) member(op string, at path, value any, all []any) []problem {
	held := slices.ContainsFunc(all, func(e any) bool { return at.filter.holds(e.(object)) })
	switch o, _ := value.(object); {
	case o != nil && o["value"] != at.filter.literal:
		return append(bad("mutability"), bad("noTarget")...)
	case op == "replace" && c.m.strict && !held:
		c.late = append(c.late, bad("noTarget")...) // RFC 7644 §3.5.2.3
	}
	return nil
}

// elements changes each element that was selected.
func (c *change) elements(op string, at path, hit []object, value any) []problem {
	for _, o := range hit {
		if at.sub != nil {
			if problems := c.set(op, at, o, value); problems != nil {
				return problems
			}
			continue
		}
		v, problems := c.read(single(at.attr), value)
		if problems != nil {
			return problems
		}
		next, _ := v.(object)
		if op == "replace" {
			clear(o)
			if filter, plain := at.filter.equalities(); plain && !c.m.strict {
				maps.Copy(o, filter) // emails[type eq "work"] stays one of type work
			}
		}
		for k, x := range next {
			o[k] = x
		}
	}
	if promoted(hit, at, value) {
		if len(hit) > 1 && c.m.strict {
			return bad("invalidValue") // T-17
		}
		hit = hit[len(hit)-1:] // last-primary
		demote(list(container(c.body, at)[at.attr.Name]), hit)
	}
	return nil
}

// promoted says whether an operation made an element the primary one.
func promoted(hit []object, at path, value any) bool {
	if at.sub != nil {
		return at.sub.Name == "primary" && hit[0]["primary"] == true
	}
	o, _ := value.(object)
	return o["primary"] == true
}

// single is an element of a list.
func single(a *attr) *attr {
	one := *a
	one.Multi = false
	return &one
}

// element is made where no element matches: it has what the filter says, and the value (AM-07).
func (c *change) element(op string, at path, value any) []problem {
	made, plain := at.filter.equalities()
	if !plain {
		return bad("noTarget")
	}
	again := at.sub != nil && !at.sub.Multi && made[at.sub.Name] != nil
	maps.DeleteFunc(made, func(name string, v any) bool {
		return v == "" || find(at.attr.Sub, name).Mut == "readOnly" // a blank says nothing of an element
	})
	if at.sub != nil {
		if problems := c.set("add", at, made, value); problems != nil {
			return problems
		}
		if again && slices.ContainsFunc(list(ensure(c.body, at)[at.attr.Name]), func(e any) bool { return hasAll(e.(object), made) }) {
			return nil // what the filter asks for was replaced before
		}
	} else {
		v, problems := c.read(single(at.attr), value)
		if problems != nil {
			return problems
		}
		o, _ := v.(object)
		for k, x := range o {
			made[k] = x
		}
	}
	if _, problems := c.read(single(at.attr), made); problems != nil {
		return problems // a type that is no canonical value, for instance
	}
	in := ensure(c.body, at)
	all := append(list(in[at.attr.Name]), made)
	if made["primary"] == true {
		demote(all, []object{made})
	}
	in[at.attr.Name] = all
	return c.tidy(in, at.attr)
}

// hasAll says whether an element has all that another one has.
func hasAll(o, made object) bool {
	for k, v := range made {
		if o[k] == nil || !likewise(o[k], v) {
			return false
		}
	}
	return true
}

// equalities are what a filter of eq and and says of an element.
func (n *node) equalities() (object, bool) {
	switch n.op {
	case "eq":
		v, ok := scalar(n.path.attr, n.literal) // what is no base64 can be compared, and no part of an element
		return object{n.path.attr.Name: v}, n.literal != nil && ok
	case "and":
		left, one := n.left.equalities()
		right, two := n.right.equalities()
		for k, v := range right {
			if before, twice := left[k]; twice && !likewise(before, v) {
				return object{}, false // no element has both
			}
			left[k] = v
		}
		return left, one && two
	}
	return object{}, false
}

func likewise(a, b any) bool {
	s, one := a.(string)
	t, two := b.(string)
	return a == b || one && two && foldedPart(s) == foldedPart(t)
}

// tidy removes elements that are empty, makes one of those that became the same, and checks what each that is left must have.
func (c *change) tidy(in object, a *attr) []problem {
	var out []any
	for _, e := range list(in[a.Name]) {
		if len(e.(object)) == 0 {
			continue
		}
		i := slices.IndexFunc(out, func(other any) bool { return alike(a, other, e) })
		if i < 0 {
			out = append(out, e)
			continue
		}
		primary := isPrimary(out[i]) || isPrimary(e)
		if out[i] = over(a, out[i], e); primary {
			out[i].(object)["primary"] = true
		}
	}
	switch {
	case lacking(a, out):
		return bad("invalidValue")
	case out == nil && a.Required:
		return append(bad("mutability"), bad("invalidValue")...)
	case out == nil:
		delete(in, a.Name)
	default:
		in[a.Name] = out
	}
	return nil
}

// alike is same, but no type is no type.
func alike(a *attr, x, y any) bool {
	return same(a, x, y) && (x.(object)["type"] == nil) == (y.(object)["type"] == nil)
}
