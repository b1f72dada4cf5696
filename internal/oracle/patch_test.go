package oracle

import (
	"reflect"
	"slices"
	"strings"
)

// change is a PATCH in progress (RFC 7644 §3.5.2): each operation changes the body that the one before has left.
type change struct {
	m          *model
	r          *resource
	body       object
	named      map[*attr]bool
	unreadable map[*attr]bool
	late       []problem // of members, which may be checked at last
}

func (m *model) patch(r *resource, body object, p projection) answer {
	c := &change{m: m, r: r, body: clone(r.body).(object), named: map[*attr]bool{}}
	operations := list(body["Operations"])
	if len(operations) == 0 {
		return refused(bad("invalidSyntax")) // T-01
	}
	var form []problem // of any operation: it may be checked before the first one is applied
	for _, o := range operations {
		form = append(form, m.form(r.typ, o)...)
	}
	for _, o := range operations {
		if problems := c.operation(o.(object)); problems != nil {
			return refused(slices.Concat(problems, form, c.late))
		}
	}
	if problems := append(form, c.late...); problems != nil {
		return refused(problems)
	}
	if problems := m.checked(c.body, r.typ, r.id); problems != nil {
		return refused(problems)
	}
	m.store(r, c.body)
	if r.typ.name == "Group" && !p.chosen && !p.without {
		return answer{status: 204, tag: r.tag()} // T-05
	}
	p.named = c.named
	return answer{status: 200, tag: r.tag(), body: m.shown(r, p)}
}

// form checks what an operation is, without the resource.
func (m *model) form(typ *resourceType, operation any) []problem {
	o, _ := operation.(object)
	_, sent := o["value"]
	text, pathed := o["path"].(string)
	switch op := kind(o); {
	case !slices.Contains([]string{"add", "replace", "remove"}, op):
		return bad("invalidSyntax") // T-02
	case !pathed && op == "remove":
		return bad("noTarget") // T-07
	case op != "remove" && !sent:
		return bad("invalidValue") // T-06
	case !pathed && m.strict:
		return bad("invalidSyntax") // AM-22
	case !pathed:
		return nil
	}
	_, problems := m.parsePath(typ, text)
	return problems
}

// kind is op in lower case (T-02).
func kind(o object) string {
	op, _ := o["op"].(string)
	return strings.ToLower(op)
}

// operation applies one whose form is right.
func (c *change) operation(o object) []problem {
	if problems := c.m.form(c.r.typ, o); problems != nil {
		return problems
	}
	text, pathed := o["path"].(string)
	var problems []problem
	if pathed {
		at, _ := c.m.parsePath(c.r.typ, text) // its form is right
		problems = c.at(kind(o), at, o["value"], false)
	} else {
		problems = c.pathless(kind(o), o["value"])
	}
	if problems != nil {
		return problems
	}
	c.late = append(c.late, c.m.members(c.body, c.r.id)...)
	return nil
}

// parsePath reads a PATCH path: an attribute, an extension, or a value path.
func (m *model) parsePath(typ *resourceType, text string) (at path, problems []problem) {
	problems = caught(func() {
		p := &grammar{strict: m.strict, typ: typ, text: text}
		at = p.path(p.word(name))
		if p.word(bracket) != "" && at.attr != nil {
			if !at.attr.Multi || at.attr.Type != "complex" {
				p.fail("invalidPath") // M-23
			}
			at.filter = p.brackets(at.attr)
			if rest, dotted := strings.CutPrefix(p.text, "."); dotted {
				p.text = ""
				if at.sub = find(at.attr.Sub, rest); at.sub == nil {
					at.attr, at.urn = nil, ""
				}
			}
		}
		if p.text != "" {
			p.fail("invalidPath") // T-08
		}
	})
	return at, problems
}

// pathless applies an object: each member is a path (M-01, T-23).
func (c *change) pathless(op string, value any) []problem {
	o, ok := value.(object)
	if !ok {
		return bad("invalidValue") // M-02
	}
	for _, key := range sortedKeys(o) {
		if strings.EqualFold(key, "schemas") {
			continue
		}
		if problems := c.at(op, (&grammar{typ: c.r.typ}).path(key), o[key], true); problems != nil {
			return problems
		}
	}
	return nil
}

// at applies an operation to what a path names.
func (c *change) at(op string, at path, value any, implicit bool) []problem {
	switch {
	case at.attr == nil && at.urn == "":
		if c.m.strict {
			return bad("invalidSyntax") // T-10
		}
		return nil
	case at.attr == nil:
		return c.extension(op, at, value)
	case at.attr.Mut == "readOnly" || at.sub != nil && at.sub.Mut == "readOnly":
		if implicit {
			return nil // T-13
		}
		return bad("mutability") // T-12
	case at.attr.Multi && at.sub != nil && at.filter == nil:
		return bad("invalidPath") // T-28
	}
	c.named[at.attr] = true
	if at.sub != nil {
		c.named[at.sub] = true
	}
	var problems []problem
	switch {
	case at.filter != nil:
		problems = c.filtered(op, at, value)
	case at.sub != nil:
		problems = c.part(op, at, value)
	default:
		problems = c.whole(op, at, value)
	}
	if in, is := c.body[at.urn].(object); is && len(in) == 0 {
		delete(c.body, at.urn) // T-22
	}
	return problems
}

// extension applies an operation to all of an extension (M-21).
func (c *change) extension(op string, at path, value any) []problem {
	if op == "remove" {
		var problems []problem
		in, _ := c.body[at.urn].(object)
		for _, key := range sortedKeys(in) {
			a := find(c.r.typ.extension(at.urn).attrs, key)
			problems = append(problems, c.at("remove", path{urn: at.urn, attr: a}, nil, false)...)
		}
		return problems
	}
	o, ok := value.(object)
	if !ok {
		return bad("invalidValue")
	}
	for _, key := range sortedKeys(o) {
		inner := path{urn: at.urn, attr: find(c.r.typ.extension(at.urn).attrs, key)}
		if inner.attr == nil {
			inner.urn = ""
		}
		if problems := c.at(op, inner, o[key], true); problems != nil {
			return problems
		}
	}
	return nil
}

// read checks a value of an attribute.
func (c *change) read(a *attr, v any) (any, []problem) {
	r := c.m.reader()
	r.named, c.unreadable = c.named, r.unreadable
	out := r.value(a, v)
	return out, r.problems
}

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
		next = merged(op, stored, v.(object), value, a)
	}
	if a.Mut == "immutable" && stored != nil && !reflect.DeepEqual(stored, next) {
		return bad("mutability") // T-14
	}
	in[a.Name] = next
	return nil
}

// unassign takes a value away (T-15, M-08).
func (c *change) unassign(op string, at path, in object, a *attr) []problem {
	switch {
	case a.Required && op == "remove":
		return bad("mutability")
	case a.Required:
		return bad("invalidValue")
	case a.Mut == "immutable" && in[a.Name] != nil:
		return bad("mutability")
	case a.Name == "active" && at.urn == "" && !c.m.strict:
		return nil // active never loses its value
	}
	delete(in, a.Name)
	return nil
}

// appended adds the new elements, and the parts of those that are there (T-18, T-20): one without a type is the first with its
// value. A new primary one is the only one (T-16).
func appended(a *attr, stored, added []any) []any {
	out := clone(stored).([]any)
	for _, e := range added {
		i := slices.IndexFunc(out, func(other any) bool { return same(a, other, e) })
		if i < 0 {
			i = slices.IndexFunc(out, func(other any) bool { return typeless(a, e, other) })
		}
		if i < 0 {
			i, out = len(out), append(out, object{})
		}
		out[i] = over(a, out[i], e)
		if o, ok := e.(object); ok && o["primary"] == true {
			demote(out, []object{out[i].(object)})
		}
	}
	return out
}

// extended adds the values of a simple list that are not there (T-20).
func extended(a *attr, stored, added []any) []any {
	out := clone(stored).([]any)
	for _, v := range added {
		out = joined(a, out, v)
	}
	return out
}

// typeless says whether an element without a type has the value of another one.
func typeless(a *attr, e, other any) bool {
	o, ok := e.(object)
	if !ok || o["type"] != nil || o["value"] == nil || find(a.Sub, "type") == nil {
		return false
	}
	return equal(find(a.Sub, "value"), o["value"], other.(object)["value"])
}

// over is an element with the parts of another one. A list is appended to.
func over(a *attr, have, e any) any {
	o, ok := e.(object)
	if !ok {
		return e
	}
	out := clone(have).(object)
	for name, v := range o {
		if l := list(v); l != nil && out[name] != nil {
			v = extended(find(a.Sub, name), list(out[name]), l)
		}
		out[name] = v
	}
	return out
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

// merged is a complex value with the sub-attributes that were sent (M-10). Those that were sent without a value are taken away.
func merged(op string, stored any, v object, sent any, a *attr) any {
	out := object{}
	if s, ok := stored.(object); ok {
		out = clone(s).(object)
	}
	for name, x := range sent.(object) {
		s := find(a.Sub, name)
		if s == nil || s.Mut == "readOnly" {
			continue
		}
		if l := list(v[s.Name]); op == "add" && l != nil {
			out[s.Name] = extended(s, list(out[s.Name]), l)
		} else if v[s.Name] != nil {
			out[s.Name] = v[s.Name]
		} else if x == nil && op == "replace" {
			delete(out, s.Name)
		}
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
	o, _ := in[at.attr.Name].(object)
	if o == nil {
		o = object{}
	}
	if problems := c.set(op, at, o, value); problems != nil {
		return problems
	}
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
	case v == nil && at.filter != nil && at.sub.Name == "value":
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
