package filter

import (
	"strings"
	"unicode/utf8"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// Parse reads a filter. Keywords, operators, true, false and null may be in any case; strings may
// be in single quotes, or without quotes if they have no spaces; the type of the attribute decides
// what a value means (see Literal.Loose). Errors are *schema.Fault with the code FaultFilter;
// the detail names the position. (RFC 7644 §3.4.2.2)
func Parse(s string) (Expr, error) { return parse(s, false) }

// ParseStrict is Parse with literals in the syntax of JSON: strings in quotes, and true, false
// and null in lower case (F-12).
func ParseStrict(s string) (Expr, error) { return parse(s, true) }

func parse(s string, strict bool) (Expr, error) {
	if len(s) > maxLength {
		return nil, schema.NewFault(schema.FaultFilter, "the filter is longer than %d bytes", maxLength)
	}
	if !utf8.ValidString(s) {
		return nil, schema.NewFault(schema.FaultFilter, "the filter is not valid UTF-8")
	}
	p := parser{s: s, strict: strict}
	e, err := p.or(0)
	if err != nil {
		return nil, err
	}
	if p.space(); p.pos < len(s) {
		return nil, p.fault("unexpected %s", p.here())
	}
	return e, nil
}

// parser is a recursive descent parser. Names and strings without escapes are slices of s.
type parser struct {
	s       string
	pos     int
	terms   int
	inside  bool // inside brackets
	strict  bool
	isIndex bool // brackets held a number: an array index, not a filter
}

func (p *parser) fault(format string, args ...any) error {
	return schema.NewFault(schema.FaultFilter, "filter: "+format+" at position %d", append(args, p.pos+1)...)
}

// here quotes the input at the position, for error texts.
func (p *parser) here() string {
	if p.pos >= len(p.s) {
		return "end"
	}
	rest := p.s[p.pos:]
	if len(rest) > 20 {
		rest = rest[:20]
	}
	return string(schema.AppendValue(nil, strings.ToValidUTF8(rest, "")))
}

func (p *parser) space() bool {
	start := p.pos
	for p.pos < len(p.s) && (p.s[p.pos] == ' ' || p.s[p.pos] == '\t') {
		p.pos++
	}
	return p.pos > start
}

func (p *parser) take(c byte) bool {
	if p.pos < len(p.s) && p.s[p.pos] == c {
		p.pos++
		return true
	}
	return false
}

// keyword consumes a keyword, in any case, unless it is the beginning of a longer name.
func (p *parser) keyword(word string) bool {
	end := p.pos + len(word)
	if end > len(p.s) || !strings.EqualFold(p.s[p.pos:end], word) || end < len(p.s) && nameByte(p.s[end]) {
		return false
	}
	p.pos = end
	return true
}

func (p *parser) or(depth int) (Expr, error) {
	left, err := p.and(depth)
	for err == nil {
		save := p.pos
		p.space()
		if !p.keyword("or") {
			p.pos = save
			return left, nil
		}
		var right Expr
		if right, err = p.and(depth); err == nil {
			left = &Logical{Left: left, Right: right}
		}
	}
	return nil, err
}

func (p *parser) and(depth int) (Expr, error) {
	left, err := p.term(depth)
	for err == nil {
		save := p.pos
		p.space()
		if !p.keyword("and") {
			p.pos = save
			return left, nil
		}
		var right Expr
		if right, err = p.term(depth); err == nil {
			left = &Logical{And: true, Left: left, Right: right}
		}
	}
	return nil, err
}

func (p *parser) term(depth int) (Expr, error) {
	if depth > maxDepth {
		return nil, p.fault("nested too deeply")
	}
	p.space()
	if p.take('(') {
		return p.group(depth)
	}
	save := p.pos
	if p.keyword("not") {
		p.space()
		if p.take('(') {
			x, err := p.group(depth)
			if err != nil {
				return nil, err
			}
			return &Not{X: x}, nil
		}
		if p.pos = save; !p.namedNot() {
			return nil, p.fault("not needs parentheses: not (…)")
		}
	}
	return p.attribute(depth)
}

// namedNot reports whether "not" is the name of an attribute: an operator follows.
func (p *parser) namedNot() bool {
	word, _, _ := strings.Cut(strings.TrimLeft(p.s[p.pos+3:], " "), " ")
	_, ok := parseOp(word)
	return ok
}

func (p *parser) group(depth int) (Expr, error) {
	x, err := p.or(depth + 1)
	if err != nil {
		return nil, err
	}
	if p.space(); !p.take(')') {
		return nil, p.fault("expected a closing parenthesis, found %s", p.here())
	}
	return x, nil
}

// attribute reads a comparison or a value path.
func (p *parser) attribute(depth int) (Expr, error) {
	name, err := p.name()
	if err != nil {
		return nil, err
	}
	if p.pos >= len(p.s) || p.s[p.pos] != '[' {
		return p.comparison(name)
	}
	inner, err := p.brackets(depth)
	if err != nil {
		return nil, err
	}
	if !p.take('.') {
		return &ValuePath{Attr: name, Filter: inner, Loose: !p.strict}, nil
	}
	// emails[type eq "work"].value eq "x": the comparison becomes part of the brackets (F-09).
	sub, err := p.name()
	if err != nil {
		return nil, err
	}
	c, err := p.comparison(sub)
	if err != nil {
		return nil, err
	}
	return &ValuePath{Attr: name, Filter: &Logical{And: true, Left: inner, Right: c}, Loose: !p.strict}, nil
}

func (p *parser) brackets(depth int) (Expr, error) {
	if p.inside {
		return nil, p.fault("brackets cannot be nested")
	}
	p.pos++ // [
	if end := strings.IndexByte(p.s[p.pos:], ']'); end >= 0 && allDigits(p.s[p.pos:p.pos+end]) {
		p.isIndex = true
		return nil, p.fault("brackets must hold a filter, not an index")
	}
	p.inside = true
	inner, err := p.or(depth + 1)
	if err != nil {
		return nil, err
	}
	p.inside = false
	if p.space(); !p.take(']') {
		return nil, p.fault("expected a closing bracket, found %s", p.here())
	}
	return inner, nil
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

func (p *parser) comparison(name string) (Expr, error) {
	if p.terms++; p.terms > maxTerms {
		return nil, p.fault("more than %d comparisons", maxTerms)
	}
	if !p.space() {
		return nil, p.fault("expected a space and an operator after %s, found %s", name, p.here())
	}
	start := p.pos
	for p.pos < len(p.s) && nameByte(p.s[p.pos]) {
		p.pos++
	}
	op, ok := parseOp(p.s[start:p.pos])
	if !ok {
		word := p.s[start:p.pos]
		p.pos = start
		if word == "" {
			return nil, p.fault("expected an operator after %s, found %s", name, p.here())
		}
		return nil, p.fault("unknown operator %s", p.here())
	}
	if op == Pr {
		return &Comparison{Attr: name, Op: Pr}, nil
	}
	if !p.space() {
		return nil, p.fault("expected a space and a value after %s, found %s", op, p.here())
	}
	lit, err := p.literal()
	if err != nil {
		return nil, err
	}
	return &Comparison{Attr: name, Op: op, Value: lit}, nil
}
