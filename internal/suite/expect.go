package suite

import (
	"encoding/json"
	"reflect"
	"regexp"
	"strconv"

	"github.com/scimstack/scimstack/internal/replay"
)

// expect compares a line of expectation with the last response.
func (p *player) expect(word, rest string) {
	p.t.Helper()
	if n, err := strconv.Atoi(word); err == nil {
		p.expectStatus(n)
		return
	}
	switch word {
	case "=", "!", "+", "#", "has":
		p.expectNode(word, rest)
	case "~":
		path, pattern := splitPath(rest)
		a := replay.Assertion{Path: path, Op: "exists"}
		if err := a.Check(p.body); err != nil || !regexp.MustCompile(pattern).Match(p.raw) {
			p.fatalf("does not match (%v)", err)
		}
	case "h", "h!":
		p.expectHeader(rest, word == "h!")
	case "err":
		p.expectError(rest)
	case "as":
		p.remember(rest)
	case "equal":
		if !reflect.DeepEqual(p.body, p.bodies[rest]) {
			p.fatalf("differs from %s: %v", rest, p.bodies[rest])
		}
	case "empty":
		if len(p.raw) > 0 {
			p.fatalf("there is a body")
		}
	default:
		p.fatalf("unknown line; the language is in doc.go")
	}
}

func (p *player) expectStatus(want int) {
	p.t.Helper()
	if !p.pending {
		p.fatalf("a status line without a request")
	}
	p.pending = false
	if p.status == want {
		return
	}
	if !p.rewrite(strconv.Itoa(p.status)) {
		p.fatalf("status %d, want %d", p.status, want)
	}
}

func (p *player) expectNode(word, rest string) {
	p.t.Helper()
	ops := map[string]string{"=": "equals", "!": "absent", "+": "exists", "#": "count", "has": "contains"}
	path, value := splitPath(rest)
	a := replay.Assertion{Path: path, Op: ops[word], Value: json.RawMessage(value)}
	err := a.Check(p.body)
	if err == nil {
		return
	}
	if actual, none := a.Actual(p.body); none == nil && p.rewrite(word+" "+path+" "+string(actual)) {
		return
	}
	p.fatalf("%v", err)
}

func (p *player) expectHeader(rest string, absent bool) {
	p.t.Helper()
	name, pattern := splitPath(rest)
	have := p.header.Get(name)
	if absent != (have == "") || !absent && !regexp.MustCompile(pattern).MatchString(have) {
		p.fatalf("header %s is %q", name, have)
	}
}

// expectError compares the scimType of an error body; "-" means that there is none.
func (p *player) expectError(want string) {
	p.t.Helper()
	m, _ := p.body.(map[string]any)
	if detail, _ := m["detail"].(string); detail == "" || m["status"] != strconv.Itoa(p.status) {
		p.fatalf("not an error body")
	}
	have, _ := m["scimType"].(string)
	if have == "" {
		have = "-"
	}
	if have != want && !p.rewrite("err "+have) {
		p.fatalf("scimType %s, want %s", have, want)
	}
}

// splitPath takes a path off the front; blanks inside brackets belong to it.
func splitPath(s string) (path, value string) {
	inside := false
	for i := range len(s) {
		switch {
		case s[i] == '[' || s[i] == ']':
			inside = s[i] == '['
		case s[i] == ' ' && !inside:
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}
