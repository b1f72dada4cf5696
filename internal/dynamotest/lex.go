package dynamotest

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
)

const (
	maxExpression = 4 << 10
	maxOperators  = 300
	maxInOperands = 100
)

//go:embed reserved.txt
var reservedText string

// reserved are the words, sorted, that an expression cannot use as the name of an attribute without
// a placeholder.
var reserved = strings.Fields(reservedText)

type tokenKind int

const (
	tokEnd   tokenKind = iota
	tokIdent           // name, keyword or function
	tokName            // #placeholder
	tokValue           // :placeholder
	tokIndex           // digits
	tokPunct           // = <> < <= > >= ( ) [ ] , . + -
)

type token struct {
	kind tokenKind
	text string
	pos  int
}

// parser parses the tokens of one expression. It keeps the first error. After that every token is
// the end, so that parsing stops by itself.
type parser struct {
	kind string // ConditionExpression, UpdateExpression, …
	src  string
	toks []token
	at   int
	ops  int
	env  *exprEnv
	err  error
}

func newParser(kind, src string, env *exprEnv) *parser {
	p := &parser{kind: kind, src: src, env: env}
	switch {
	case strings.TrimSpace(src) == "":
		p.fail("The expression can not be empty;")
	case len(src) > maxExpression:
		p.fail("Expression size has exceeded the maximum allowed size; expression size: %d", len(src))
	default:
		p.scan()
	}
	return p
}

func (p *parser) fail(format string, args ...any) {
	if p.err == nil {
		p.err = invalid("Invalid %s: %s", p.kind, fmt.Sprintf(format, args...))
	}
}

// listed reports whether a word is in a list separated by spaces.
func listed(words, word string) bool { return slices.Contains(strings.Fields(words), word) }

func wordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_'
}

func (p *parser) scan() {
	for i := 0; i < len(p.src); {
		c, start := p.src[i], i
		kind := tokPunct
		word := func(from int) {
			for i = from; i < len(p.src) && wordByte(p.src[i]); i++ {
				continue
			}
		}
		switch {
		case strings.IndexByte(" \t\r\n", c) >= 0:
			i++
			continue
		case c == '#' || c == ':':
			kind = map[byte]tokenKind{'#': tokName, ':': tokValue}[c]
			word(i + 1)
			if i == start+1 {
				p.syntax(token{text: string(c), pos: start})
				return
			}
		case c >= '0' && c <= '9':
			kind = tokIndex
			word(i)
		case wordByte(c):
			kind = tokIdent
			word(i)
		case strings.HasPrefix(p.src[i:], "<>"), strings.HasPrefix(p.src[i:], "<="), strings.HasPrefix(p.src[i:], ">="):
			i += 2
		case strings.IndexByte("=<>()[],.+-", c) >= 0:
			i++
		default:
			p.syntax(token{text: string(c), pos: start})
			return
		}
		p.toks = append(p.toks, token{kind, p.src[start:i], start})
	}
}

func (p *parser) peek() token {
	if p.err != nil || p.at >= len(p.toks) {
		return token{kind: tokEnd, text: "<EOF>", pos: len(p.src)}
	}
	return p.toks[p.at]
}

func (p *parser) next() token {
	t := p.peek()
	p.at++
	return t
}

// syntax reports an unexpected token with its neighbours, as the service does.
func (p *parser) syntax(t token) {
	from, to := t.pos, min(t.pos+len(t.text), len(p.src))
	if i := slices.IndexFunc(p.toks, func(o token) bool { return o.pos >= t.pos }); i != 0 && len(p.toks) > 0 {
		if i < 0 {
			i = len(p.toks)
		}
		from = p.toks[i-1].pos
		if i+1 < len(p.toks) {
			to = p.toks[i+1].pos + len(p.toks[i+1].text)
		}
	}
	p.fail("Syntax error; token: %q, near: %q", t.text, p.src[from:to])
}

func (p *parser) isPunct(s string) bool {
	t := p.peek()
	return t.kind == tokPunct && t.text == s
}

func (p *parser) isWord(s string) bool {
	t := p.peek()
	return t.kind == tokIdent && strings.EqualFold(t.text, s)
}

func (p *parser) accept(s string) bool {
	if p.isPunct(s) || p.isWord(s) {
		p.at++
		return true
	}
	return false
}

func (p *parser) expect(s string) {
	if !p.accept(s) {
		p.syntax(p.peek())
	}
}

func (p *parser) end() error {
	if p.err == nil && p.at < len(p.toks) {
		p.syntax(p.peek())
	}
	if p.err == nil && p.ops > maxOperators {
		p.fail("The expression contains too many operators; operator count: %d", p.ops)
	}
	return p.err
}
