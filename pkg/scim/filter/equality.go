package filter

import (
	"strings"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// Equality compiles a filter of the form `attr eq "text"` for an attribute that holds strings, as Compile compiles
// what Parse or ParseStrict reads of it, and returns nil for any other filter. It is what identity providers ask
// before each create: without the tree, a search takes 5 % less time.
func Equality(s string, rt *schema.ResourceType) *Filter {
	name, text, ok := equality(s)
	if !ok {
		return nil
	}
	ref, ok := rt.ResolveName(name)
	if !ok || ref.Attr == nil || ref.Leaf().Type != schema.String || ref.Leaf().Returned == schema.Never || ref.Attr.Returned == schema.Never {
		return nil
	}
	leaf := ref.Leaf()
	one := &struct { // one allocation
		Filter
		node node
		term [1]Term
		use  [1]string
	}{node: node{kind: kindCompare, ref: ref, op: Eq, typ: leaf.Type, exact: leaf.CaseExact, attr: leaf}}
	one.node.setText(text)
	if one.root, one.terms = &one.node, one.term[:0]; ref.Container == "" {
		one.use[0] = ref.Attr.Name
		one.uses = one.use[:]
	}
	one.collect(one.root, true)
	return &one.Filter
}

// equality splits a filter at its operator, if it has the form of Equality without escapes or other blanks.
func equality(s string) (name, text string, ok bool) {
	p := parser{s: s}
	if len(s) > maxLength {
		return "", "", false
	}
	name, err := p.name()
	rest := s[p.pos:]
	if err != nil || len(rest) < len(` eq ""`) || rest[0] != ' ' || !schema.SameName(rest[1:3], "eq") || rest[3] != ' ' || rest[4] != '"' || rest[len(rest)-1] != '"' {
		return "", "", false
	}
	text = rest[5 : len(rest)-1]
	return name, text, plainASCII(text) && strings.IndexByte(text, '"') < 0 && strings.IndexByte(text, '\\') < 0
}
