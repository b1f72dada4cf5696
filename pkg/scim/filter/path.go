package filter

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// Path is a PATCH path resolved against a resource type (RFC 7644 §3.5.2). Immutable.
type Path struct {
	// Ref is the target. With brackets, Ref.Sub is the sub-attribute named after them.
	Ref schema.Ref

	filter Expr       // selects values of what the brackets follow; nil without brackets
	of     schema.Ref // what the brackets follow
	elem   *node
}

// ParsePath reads the path of a PATCH operation. Errors are *schema.Fault with the code FaultPath
// for the syntax and for brackets after a sub-attribute of a list, a code of a filter for what is
// inside the brackets, and FaultPathName for a name that the schema does not have.
// (RFC 7644 §3.5.2; T-08 to T-10, M-23)
func ParsePath(s string, rt *schema.ResourceType) (*Path, error) {
	bad := func(why string) error {
		return schema.NewFault(schema.FaultPath, "path %s", why)
	}
	if len(s) > maxLength || !utf8.ValidString(s) {
		return nil, bad("is too long or not valid UTF-8")
	}
	p := parser{s: strings.TrimSpace(s)}
	name, err := p.name()
	if err != nil {
		return nil, bad("must begin with an attribute name")
	}
	ref, ok := rt.ResolveName(name)
	path := &Path{Ref: ref}
	sub, err := p.pathTail(path, bad)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, schema.NewFault(schema.FaultPathName, "path names an attribute that %s does not have: %s", rt.Name, name).About(schema.NameOnly(name))
	}
	if path.filter == nil {
		return path, nil
	}
	if ref.Attr == nil || ref.Sub != nil && ref.Attr.MultiValued {
		return nil, bad("has a filter on an attribute that is not multi-valued")
	}
	path.of = ref
	elem := schema.Ref{Container: ref.Container, Attr: ref.Leaf()}
	c := compiler{rt: rt, uses: map[string]bool{}, elem: &elem, loose: !elem.Attr.MultiValued}
	if path.elem, err = c.expr(path.filter); err != nil {
		return nil, err
	}
	if sub != "" {
		if ref.Sub == nil {
			path.Ref.Sub = ref.Attr.Sub(sub)
		}
		if ref.Sub != nil || path.Ref.Sub == nil {
			return nil, schema.NewFault(schema.FaultPathName, "path names a sub-attribute that %s does not have: %s", ref.Attr.Name, sub).
				About(schema.NameOnly(ref.Attr.Name + "." + sub))
		}
	}
	return path, nil
}

// pathTail reads what follows the name: nothing, [filter], [filter].sub, or a comparison after a
// simple multi-valued attribute (erratum 7122), which means the same as [value …].
func (p *parser) pathTail(path *Path, bad func(string) error) (sub string, err error) {
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

// Of returns what the brackets follow: the attribute, or the sub-attribute of a singular
// attribute, whose values the filter selects. It need not be multi-valued: the value of a singular
// attribute counts as a list of one. It is the zero Ref without brackets.
func (p *Path) Of() schema.Ref { return p.of }

// MatchElement reports whether the path selects an element of the attribute. Without a filter it
// selects every element.
func (p *Path) MatchElement(elem any) bool { return p.elem == nil || p.elem.match(nil, elem) }

// Equalities returns the values of sub-attributes that the filter requires, if it consists of
// eq comparisons joined by "and"; otherwise nil. A PATCH that selects no element creates one
// from them (AM-07). The map belongs to the caller.
func (p *Path) Equalities() map[string]any {
	out := map[string]any{}
	if p.elem == nil || !p.elem.equalities(p.filter, out) {
		return nil
	}
	return out
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
		switch {
		case n.typ == schema.Boolean:
			out[name] = n.boolean
		case e.Value.Kind == Number:
			out[name] = json.Number(e.Value.Text)
		default:
			out[name] = e.Value.Text
		}
		return true
	}
	return false
}
