package oracle

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
)

// node is a filter. A comparison has a path; "[" has the path of a list and the filter of its elements.
type node struct {
	op          string // "and", "or", "not", "[", "pr", "eq", …
	left, right *node
	path        path
	literal     any
}

// path names an attribute: of the core schema, or of an extension (RFC 7644 §3.10).
type path struct {
	urn    string // of an extension
	attr   *attr  // nil: the whole extension, or nothing known
	filter *node  // of the elements, in brackets
	sub    *attr
}

// grammar reads filters and paths by the grammar of requirements §7.1. It panics with a problem, which parse catches.
type grammar struct {
	strict bool
	loose  bool // an attribute that the type does not have is unassigned
	typ    *resourceType
	text   string
	inside *attr // the list whose brackets are open
}

type syntax struct{ scimType string }

func (p *grammar) fail(scimType string) { panic(syntax{scimType}) }

// caught runs a function and returns the problem that it panics with.
func caught(f func()) (problems []problem) {
	defer func() {
		if e := recover(); e != nil {
			s, ok := e.(syntax)
			if !ok {
				panic(e)
			}
			problems = bad(s.scimType)
		}
	}()
	f()
	return nil
}

func (m *model) parseFilter(t *resourceType, text string, loose bool) (n *node, problems []problem) {
	problems = caught(func() {
		p := &grammar{strict: m.strict, loose: loose, typ: t, text: text}
		n = p.or()
		if strings.TrimSpace(p.text) != "" {
			p.fail("invalidFilter")
		}
	})
	return n, problems
}

// word takes what a pattern matches at the beginning, after blanks; "" if it does not.
func (p *grammar) word(pattern *regexp.Regexp) string {
	rest := strings.TrimLeft(p.text, " ")
	w := pattern.FindString(rest)
	if w != "" {
		p.text = rest[len(w):]
	}
	return w
}

var (
	wordOr    = regexp.MustCompile(`^(?i)or\b`)
	wordAnd   = regexp.MustCompile(`^(?i)and\b`)
	wordNot   = regexp.MustCompile(`^(?i)not *\(`)
	open      = regexp.MustCompile(`^\(`)
	closed    = regexp.MustCompile(`^\)`)
	bracket   = regexp.MustCompile(`^\[`)
	unbracket = regexp.MustCompile(`^\]`)
	name      = regexp.MustCompile(`^(?i)[a-z$][a-z0-9$_:.-]*`)
	operator  = regexp.MustCompile(`^(?i)(eq|ne|co|sw|ew|gt|ge|lt|le|pr)\b`)
	literal   = regexp.MustCompile(`^("([^"\\]|\\.)*"|-?[0-9][0-9.eE+-]*|true|false|null)`)
)

func (p *grammar) or() *node {
	n := p.and()
	for p.word(wordOr) != "" {
		n = &node{op: "or", left: n, right: p.and()}
	}
	return n
}

func (p *grammar) and() *node {
	n := p.term()
	for p.word(wordAnd) != "" {
		n = &node{op: "and", left: n, right: p.term()}
	}
	return n
}

func (p *grammar) term() *node {
	not := p.word(wordNot) != ""
	if !not && p.word(open) == "" {
		return p.comparison()
	}
	n := p.or()
	if p.word(closed) == "" {
		p.fail("invalidFilter")
	}
	if not {
		n = &node{op: "not", left: n}
	}
	return n
}

func (p *grammar) comparison() *node {
	at := p.path(p.word(name))
	if at.attr == nil && p.loose && at.urn == "" {
		return p.foreign()
	}
	if at.attr == nil {
		p.fail("invalidFilter") // F-15
	}
	if at.sub == nil && p.inside == nil && p.word(bracket) != "" {
		in := p.brackets(at.attr)
		if !strings.HasPrefix(p.text, ".") {
			return &node{op: "[", path: at, left: in}
		}
		p.text = p.text[1:] // F-09: both hold for one element
		saved := p.inside
		p.inside = at.attr
		n := p.comparison()
		p.inside = saved
		return &node{op: "[", path: at, left: &node{op: "and", left: in, right: n}}
	}
	n := &node{op: strings.ToLower(p.word(operator)), path: at}
	if n.op == "" {
		p.fail("invalidFilter")
	}
	if n.op != "pr" {
		n.literal = p.literal()
	}
	if leaf := at.leafOrNil(); !p.strict && leaf != nil && n.op != "pr" {
		n.literal = bare(leaf, n.op, n.literal)
	}
	if !comparable(n) {
		p.fail("invalidFilter")
	}
	return n
}

// foreign is a comparison of an attribute that the type does not have.
func (p *grammar) foreign() *node {
	if p.word(bracket) != "" {
		depth := regexp.MustCompile(`^([^\]"]|"([^"\\]|\\.)*")*\]`) // brackets are not nested
		if p.word(depth) == "" {
			p.fail("invalidFilter")
		}
		if strings.HasPrefix(p.text, ".") {
			p.text = p.text[1:]
			p.word(name)
			p.foreign()
		}
		return &node{op: "no"}
	}
	switch op := strings.ToLower(p.word(operator)); op {
	case "":
		p.fail("invalidFilter")
	case "pr":
	default:
		if v := p.literal(); op == "eq" && v == nil || op == "ne" && v != nil {
			return &node{op: "not", left: &node{op: "no"}}
		}
	}
	return &node{op: "no"}
}

// brackets reads the filter of the elements of a list, which must be complex.
func (p *grammar) brackets(a *attr) *node {
	if !a.Multi || a.Type != "complex" || a.Ret == "never" {
		p.fail("invalidFilter") // F-29
	}
	p.inside = a
	n := p.or()
	p.inside = nil
	if p.word(unbracket) == "" {
		p.fail("invalidFilter")
	}
	return n
}

func (p *grammar) literal() any {
	text := p.word(literal)
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if text == "" || d.Decode(&v) != nil {
		p.fail("invalidFilter")
	}
	return v
}

// bare reads a literal without quotes as a string, if the attribute is one (COMMON-08).
func bare(a *attr, op string, v any) any {
	if a.Type != "string" && a.Type != "reference" && a.Type != "binary" {
		return v
	}
	part := op == "co" || op == "sw" || op == "ew"
	if v == nil && (a.Type != "string" || !part && (!a.Required || op != "eq" && op != "ne")) { // F-24
		return v
	}
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return strconv.FormatBool(v)
	case json.Number:
		return v.String()
	}
	return v
}

// path finds the attribute of a name. One that is unknown has no attr.
func (p *grammar) path(text string) path {
	if p.inside != nil {
		return path{attr: find(p.inside.Sub, text)}
	}
	attrs, urn := p.typ.core.attrs, ""
	if p.typ.extension(text) != nil {
		return path{urn: p.typ.extension(text).urn}
	}
	if i := strings.LastIndexByte(text, ':'); i >= 0 {
		e := p.typ.extension(text[:i])
		switch {
		case strings.EqualFold(text[:i], p.typ.core.urn):
		case e != nil:
			attrs, urn = e.attrs, e.urn
		default:
			return path{}
		}
		text = text[i+1:]
	}
	first, second, dotted := strings.Cut(text, ".")
	out := path{urn: urn, attr: find(attrs, first)}
	if dotted && out.attr != nil {
		if out.sub = find(out.attr.Sub, second); out.sub == nil {
			return path{}
		}
	}
	return out
}

func (at path) leafOrNil() *attr {
	if at.attr == nil {
		return nil
	}
	return at.leaf()
}
