package dynamotest

import (
	"slices"
	"strconv"
	"strings"
)

// step is one element of a document path: a name, or an index into a list.
type step struct {
	name  string
	index int // -1 with a name
}

// path is the path to an attribute or to an element inside it. Its first step is a name.
type path []step

func (p path) String() string {
	parts := make([]string, len(p))
	for i, s := range p {
		parts[i] = s.name
		if s.index >= 0 {
			parts[i] = "[" + strconv.Itoa(s.index) + "]"
		}
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// operand is an operand of an expression: a path, a literal, or a function of these.
type operand interface {
	// get returns the value of the operand for an item. ok is false if the item has none.
	get(it item) (v value, ok bool)
}

func (p path) get(it item) (value, bool) {
	v := value{t: "M", m: it}
	for _, s := range p {
		switch {
		case s.index < 0 && v.t == "M":
			inner, ok := v.m[s.name]
			if !ok {
				return value{}, false
			}
			v = inner
		case s.index >= 0 && v.t == "L" && s.index < len(v.list):
			v = v.list[s.index]
		default:
			return value{}, false
		}
	}
	return v, true
}

// literal is a :placeholder and its value.
type literal struct {
	ref string
	v   value
}

func (l literal) get(item) (value, bool) { return l.v, true }

func (p *parser) parsePath() path {
	out := path{{p.parseName(), -1}}
	for p.err == nil {
		switch {
		case p.accept("."):
			out = append(out, step{p.parseName(), -1})
		case p.accept("["):
			t := p.next()
			n, err := strconv.Atoi(t.text)
			if t.kind != tokIndex || err != nil {
				p.syntax(t)
				return out
			}
			out = append(out, step{"", n})
			p.expect("]")
		default:
			if len(out) > maxNesting {
				p.fail("The document path has too many nesting elements; nesting level: %d", len(out))
			}
			return out
		}
	}
	return out
}

func (p *parser) parseName() string {
	t := p.next()
	switch t.kind {
	case tokIdent:
		if _, is := slices.BinarySearch(reserved, strings.ToUpper(t.text)); is {
			p.fail("Attribute name is a reserved keyword; reserved keyword: %s", t.text)
		}
		return t.text
	case tokName:
		name, ok := p.env.names[t.text]
		if !ok {
			p.fail("An expression attribute name used in the document path is not defined; attribute name: %s", t.text)
		}
		p.env.usedNames[t.text] = true
		return name
	}
	p.syntax(t)
	return ""
}

func (p *parser) parseLiteral() literal {
	t := p.next()
	v, ok := p.env.values[t.text]
	if !ok {
		p.fail("An expression attribute value used in expression is not defined; attribute value: %s", t.text)
	}
	p.env.usedValues[t.text] = true
	return literal{t.text, v}
}

// distinct rejects two paths of one expression that overlap, or that treat the same attribute as
// a map and as a list.
func (p *parser) distinct(paths []path) {
	for i, a := range paths {
		for _, b := range paths[i+1:] {
			n := 0
			for n < len(a) && n < len(b) && a[n] == b[n] {
				n++
			}
			var what string
			switch {
			case n == len(a) || n == len(b):
				what = "overlap"
			case (a[n].index < 0) != (b[n].index < 0):
				what = "conflict"
			default:
				continue
			}
			p.fail("Two document paths %s with each other; must remove or rewrite one of these paths; path one: %s, path two: %s", what, a, b)
		}
	}
}
