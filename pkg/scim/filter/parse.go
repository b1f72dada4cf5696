package filter

import (
	"strings"
	"unicode/utf8"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// Parse reads a filter. Keywords, operators and the words true, false and null may stand in
// any letter case, and a value of one word may lack its quotes. The error is a *schema.Fault invalidFilter that names the position.
func Parse(s string) (Expr, error) { return parse(s, false) }

// ParseStrict is Parse with values as JSON has them: strings in quotes, true, false and null
// in lower case (F-12).
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

// parser is a recursive descent over the text; names and plain strings are slices of it.
type parser struct {
	s       string
	pos     int
	terms   int
	inside  bool // of brackets
	strict  bool
	digitIn bool // brackets held a bare number: an array index
}

func (p *parser) fault(format string, args ...any) error {
	return schema.NewFault(schema.FaultFilter, "filter: "+format+" at position %d", append(args, p.pos+1)...)
}

// here shows what stands at the position.
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

// keyword takes a word in any letter case if a name cannot go on behind it.
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

// namedNot: an attribute may be called "not"; then an operator follows.
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
		return &ValuePath{Attr: name, Filter: inner}, nil
	}
	// emails[type eq "work"].value eq "x": the comparison moves into the brackets (F-09).
	sub, err := p.name()
	if err != nil {
		return nil, err
	}
	c, err := p.comparison(sub)
	if err != nil {
		return nil, err
	}
	return &ValuePath{Attr: name, Filter: &Logical{And: true, Left: inner, Right: c}}, nil
}

func (p *parser) brackets(depth int) (Expr, error) {
	if p.inside {
		return nil, p.fault("brackets inside brackets")
	}
	p.pos++ // [
	if end := strings.IndexByte(p.s[p.pos:], ']'); end >= 0 && allDigits(p.s[p.pos:p.pos+end]) {
		p.digitIn = true
		return nil, p.fault("brackets hold a filter, not an index")
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

func (p *parser) literal() (Literal, error) {
	if p.pos >= len(p.s) {
		return Literal{}, p.fault("a value is missing")
	}
	switch c := p.s[p.pos]; {
	case c == '"':
		return p.text()
	case (c == '-' || '0' <= c && c <= '9') && (p.strict || p.bareIsNumber()):
		return p.number()
	}
	for _, word := range [...]struct {
		text string
		kind Kind
	}{{"true", True}, {"false", False}, {"null", Null}} {
		start := p.pos
		if p.keyword(word.text) && (!p.strict || p.s[start:p.pos] == word.text) {
			return Literal{Kind: word.kind, Text: word.text}, nil
		}
		p.pos = start
	}
	if text := p.bare(); text != "" && !p.strict {
		p.pos += len(text)
		return Literal{Kind: Text, Text: text}, nil
	}
	return Literal{}, p.fault("a value must be a string in double quotes, a number, true, false or null; found %s", p.here())
}

// bare is the word at the position: Entra's documented example leaves out the quotes
// (ENTRA-22). Words of the grammar are no values.
func (p *parser) bare() string {
	end := p.pos
	for end < len(p.s) && p.s[end] >= ' ' && strings.IndexByte(" ()[]\"'", p.s[end]) < 0 {
		end++
	}
	word := p.s[p.pos:end]
	for _, reserved := range [...]string{"and", "or", "not", "pr"} {
		if strings.EqualFold(word, reserved) {
			return ""
		}
	}
	if end < len(p.s) && (p.s[end] == '\'' || p.s[end] == '"') {
		return ""
	}
	return word
}

func (p *parser) bareIsNumber() bool {
	_, err := schema.ParseJSON([]byte(p.bare()), 1)
	return err == nil
}

func (p *parser) text() (Literal, error) {
	start, escaped := p.pos, false
	for p.pos++; p.pos < len(p.s); p.pos++ {
		switch p.s[p.pos] {
		case '\\':
			escaped = true
			p.pos++
		case '"':
			p.pos++
			if !escaped && plainText(p.s[start+1:p.pos-1]) {
				return Literal{Kind: Text, Text: p.s[start+1 : p.pos-1]}, nil
			}
			return p.unescape(start)
		}
	}
	p.pos = start
	return Literal{}, p.fault("the string has no closing quote")
}

func plainText(s string) bool {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] >= 0x80 {
			return false
		}
	}
	return true
}

func (p *parser) unescape(start int) (Literal, error) {
	v, err := schema.ParseJSON([]byte(p.s[start:p.pos]), 1)
	s, ok := v.(string)
	if err != nil || !ok {
		p.pos = start
		return Literal{}, p.fault("the string is not valid JSON")
	}
	return Literal{Kind: Text, Text: s}, nil
}

func (p *parser) number() (Literal, error) {
	start := p.pos
	for p.pos < len(p.s) && (nameByte(p.s[p.pos]) || p.s[p.pos] == '+') {
		p.pos++
	}
	text := p.s[start:p.pos]
	if _, err := schema.ParseJSON([]byte(text), 1); err != nil {
		p.pos = start
		return Literal{}, p.fault("bad number")
	}
	return Literal{Kind: Number, Text: text}, nil
}
