package mcp

import (
	"encoding/json"
	"strings"
	"unicode"
)

// Limits of one value of the directory in an answer.
const (
	maxText    = 512 // characters of a string
	maxList    = 100 // elements of a list
	maxNesting = 16
)

// cleaned returns directory data as it may be shown: strings without control and invisible
// characters, strings and lists of limited length. cut names the attributes that were shortened.
// doc is not changed.
func cleaned(doc map[string]any) (out map[string]any, cut []string) {
	out = make(map[string]any, len(doc))
	for name, v := range doc {
		c := cleaner{}
		out[cleanText(name)] = c.value(v, 0)
		if c.cut {
			cut = append(cut, cleanText(name))
		}
	}
	return out, cut
}

type cleaner struct{ cut bool }

func (c *cleaner) value(v any, depth int) any {
	switch v := v.(type) {
	case string:
		text, cut := shortened(v)
		c.cut = c.cut || cut
		return text
	case []any:
		if len(v) > maxList {
			v, c.cut = v[:maxList], true
		}
		return c.list(v, depth)
	case map[string]any:
		if depth >= maxNesting {
			c.cut = true
			return nil
		}
		out := make(map[string]any, len(v))
		for name, e := range v {
			out[cleanText(name)] = c.value(e, depth+1)
		}
		return out
	case json.Number, bool, nil, float64, int64, int:
		return v
	}
	return nil
}

func (c *cleaner) list(v []any, depth int) any {
	if depth >= maxNesting {
		c.cut = true
		return nil
	}
	out := make([]any, len(v))
	for i, e := range v {
		out[i] = c.value(e, depth+1)
	}
	return out
}

// cleanText returns a string of the directory, or of a client, as it may be shown.
func cleanText(s string) string {
	s, _ = shortened(s)
	return s
}

// shortened removes characters that a reader cannot see and could be misled by: control characters,
// directional marks, tags, variation selectors. The joiners that scripts and emoji need stay.
func shortened(s string) (text string, cut bool) {
	s = strings.ToValidUTF8(s, "\uFFFD")
	var b strings.Builder
	n := 0
	for _, r := range s {
		if invisible(r) {
			continue
		}
		if n == maxText {
			b.WriteString("…")
			return b.String(), true
		}
		b.WriteRune(r)
		n++
	}
	return b.String(), false
}

func invisible(r rune) bool {
	switch {
	case r == '\u200C' || r == '\u200D':
		return false
	case r == '\u2028' || r == '\u2029':
		return true
	case r >= 0xE0100 && r <= 0xE01EF:
		return true
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co)
}
