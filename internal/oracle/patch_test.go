package oracle

import (
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
	if problems := slices.Concat(form, c.late); problems != nil {
		return refused(problems)
	}
	if problems := append(m.selfish(r, c.body), m.checked(c.body, r.typ, r.id)...); problems != nil {
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
	r.named, c.unreadable, r.partial = c.named, r.unreadable, true
	if !c.m.strict && !a.Multi && a.Type != "complex" {
		v = unshaped(v)
	}
	out := r.value(a, v)
	return out, r.problems
}

// unshaped is the value in a list of one, and that of an object with nothing else: list-of-one of "How bodies are read".
func unshaped(v any) any {
	if l := list(v); len(l) == 1 {
		v = l[0]
	}
	o, _ := v.(object)
	inner, has := o["value"]
	for name, x := range o {
		has = has && (name == "value" || x == nil)
	}
	if has {
		return inner
	}
	return v
}
