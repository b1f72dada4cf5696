package filter

import (
	"encoding/json"
	"maps"
	"strings"
	"unicode/utf8"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// Path is a PATCH path resolved against a resource type (RFC 7644 §3.5.2). Immutable.
type Path struct {
	// Ref is the target. With brackets, Ref.Sub is the sub-attribute named after them.
	Ref schema.Ref

	filter Expr // selects values of what the brackets follow; nil without brackets
	elem   *node
	onSub  bool
}

// ParsePath reads the path of a PATCH operation in tolerant mode. See ParsePathIn.
func ParsePath(s string, rt *schema.ResourceType) (*Path, error) {
	return ParsePathIn(s, rt, rt.Mode(false))
}

// ParsePathIn reads the path of a PATCH operation. Errors are *schema.Fault with the code FaultPath
// for the syntax, a code of a filter for what is inside the brackets, and FaultPathName, in strict
// mode FaultUnknown, for a name that the schema does not have. Brackets after an attribute that is
// not multi-valued are FaultPath without the tolerance SingleFilter, and otherwise treat the value
// as a list of one. (RFC 7644 §3.5.2; T-08 to T-10, M-23)
func ParsePathIn(s string, rt *schema.ResourceType, m schema.Mode) (*Path, error) {
	if len(s) > maxLength || !utf8.ValidString(s) {
		return nil, bad("is too long or not valid UTF-8")
	}
	p := parser{s: strings.TrimSpace(s), strict: !m.Allows(schema.UnquotedValue)}
	name, err := p.name()
	if err != nil {
		return nil, bad("must begin with an attribute name")
	}
	ref, ok := rt.ResolveName(name)
	path := &Path{Ref: ref}
	sub, err := p.pathTail(path)
	if err != nil {
		return nil, err
	}
	unknown := schema.FaultPathName
	if m.Strict {
		unknown = schema.FaultUnknown // as in a body
	}
	if !ok {
		return nil, schema.NewFault(unknown, "path names an attribute that %s does not have: %s", rt.Name, name).About(schema.NameOnly(name))
	}
	if path.filter == nil {
		return path, nil
	}
	if err := path.selects(rt, m); err != nil {
		return nil, err
	}
	if sub != "" {
		if path.Ref.Sub = ref.Attr.Sub(sub); path.Ref.Sub == nil || path.onSub {
			return nil, schema.NewFault(unknown, "path names a sub-attribute that %s does not have: %s", ref.Attr.Name, sub).
				About(schema.NameOnly(ref.Attr.Name + "." + sub))
		}
	}
	return path, nil
}

func bad(why string) error { return schema.NewFault(schema.FaultPath, "path %s", why) }

// selects resolves the filter of the path.
func (p *Path) selects(rt *schema.ResourceType, m schema.Mode) (err error) {
	ref := p.Ref
	if p.onSub = ref.Sub != nil; p.onSub {
		ref = schema.Ref{Container: ref.Container, Attr: ref.Sub} // the filter is on its values
	}
	if ref.Attr == nil || !ref.Attr.MultiValued && (p.onSub || !m.Allows(schema.SingleFilter)) {
		return bad("has a filter on an attribute that is not multi-valued")
	}
	c := compiler{rt: rt, elem: &ref, path: true}
	p.elem, err = c.expr(p.filter)
	return err
}

// pathTail reads what follows the name: nothing, [filter], [filter].sub, or a comparison after a
// simple multi-valued attribute (erratum 7122), which means the same as [value …].
func (p *parser) pathTail(path *Path) (sub string, err error) {
	if p.pos == len(p.s) {
		return "", nil
	}
	switch p.s[p.pos] {
	case '[':
		if path.filter, err = p.brackets(0); err != nil {
			if p.isIndex {
				return "", bad("has an array index; select an element with a filter in brackets")
			}
			return "", err
		}
		if p.take('.') {
			if sub, err = p.name(); err != nil || strings.ContainsAny(sub, ".:") {
				return "", bad("must end with a sub-attribute name after the brackets")
			}
		}
	case ' ':
		if a := path.Ref.Attr; a == nil || !a.MultiValued || a.Type == schema.Complex {
			return "", bad("has a comparison without brackets")
		}
		if path.filter, err = p.comparison("value"); err != nil {
			return "", err
		}
	}
	if p.space(); p.pos < len(p.s) {
		return "", bad("has unexpected characters at its end")
	}
	return sub, nil
}

// HasFilter reports whether the path selects elements with a filter.
func (p *Path) HasFilter() bool { return p.filter != nil }

// OnSub reports whether the filter selects values of the multi-valued sub-attribute Ref.Sub, as in
// device.ids[value eq "1"]. Otherwise it selects elements of Ref.Attr, and Ref.Sub is what follows
// the brackets.
func (p *Path) OnSub() bool { return p.onSub }

// Single reports whether the path has a filter on an attribute that holds a single value. The
// value counts as a list of one: MatchElement says whether the operation applies to it.
func (p *Path) Single() bool { return p.filter != nil && !p.onSub && !p.Ref.Attr.MultiValued }

// Of returns what the brackets follow: the attribute or its sub-attribute, whose values the filter
// selects. It need not be multi-valued: the value of a singular attribute counts as a list of one.
// It is the zero Ref without brackets.
func (p *Path) Of() schema.Ref {
	switch {
	case p.filter == nil:
		return schema.Ref{}
	case p.onSub:
		return p.Ref
	}
	return schema.Ref{Container: p.Ref.Container, Attr: p.Ref.Attr}
}

// MatchElement reports whether the path selects an element of the attribute. Without a filter it
// selects every element.
func (p *Path) MatchElement(elem any) bool { return p.elem == nil || p.elem.match(nil, elem, &forms{}) }

// Equalities returns the values of sub-attributes that the filter requires, if it consists of
// eq comparisons joined by "and"; otherwise nil, and also if they contradict each other, so that no
// element has them all. A PATCH that selects no element creates one from them (AM-07). The map
// belongs to the caller.
func (p *Path) Equalities() map[string]any {
	out := map[string]any{}
	if p.elem == nil || !p.elem.equalities(p.filter, out) {
		return nil
	}
	maps.DeleteFunc(out, func(_ string, v any) bool { return v == nil })
	return out
}

// Required returns a string that every selected element has, in its comparison form (see
// schema.Attribute.Fold): as the value of the sub-attribute sub or, if sub is nil, as the element
// itself. ok is false if the filter requires none. A caller with an index need not test the elements
// without it.
func (p *Path) Required() (sub *schema.Attribute, form string, ok bool) {
	if p.elem == nil {
		return nil, "", false
	}
	return p.elem.required()
}

func (n *node) required() (sub *schema.Attribute, form string, ok bool) {
	if n.kind == kindAnd {
		if sub, form, ok = n.left.required(); ok {
			return sub, form, ok
		}
		return n.right.required()
	}
	text := n.typ == schema.String || n.typ == schema.Reference
	if n.kind != kindCompare || n.op != Eq || !text || !n.inElement || n.ref.Sub != nil && n.ref.Sub.MultiValued {
		return nil, "", false
	}
	return n.ref.Sub, n.str, true
}

func (n *node) equalities(e Expr, out map[string]any) bool {
	switch e := e.(type) {
	case *Logical:
		return e.And && n.left.equalities(e.Left, out) && n.right.equalities(e.Right, out)
	case *Comparison:
		if e.Op != Eq || n.kind != kindCompare || e.Value.Kind == Null {
			return false
		}
		name := "value"
		if n.ref.Sub != nil {
			name = n.ref.Sub.Name
		}
		v, err := n.equal(e.Value)
		if before, twice := out[name]; twice {
			return before == nil && v == nil || n.selects(name, before)
		}
		out[name] = v
		return err == nil
	}
	return false
}

// selects reports whether a comparison is true of an element with this value.
func (n *node) selects(name string, v any) bool {
	elem := v
	if n.ref.Sub != nil {
		elem = map[string]any{name: v}
	}
	return n.match(nil, elem, &forms{})
}

// equal returns the canonical value that eq with a literal selects: nil for
// an empty string.
func (n *node) equal(lit Literal) (any, error) {
	var v any = lit.Text
	switch n.typ {
	case schema.Boolean:
		return n.boolean, nil
	case schema.Integer, schema.Decimal:
		v = json.Number(n.str)
	}
	return n.attr.Coerce(v, schema.Mode{Unchecked: true}, n.attr.Name)
}
