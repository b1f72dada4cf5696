package record

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"unicode/utf8"
)

// invalid is the placeholder of a byte that is not UTF-8, which no JSON file can have.
const invalid = "{{invalid}}"

// phrase redacts text whose words and punctuation decide how it is read: filters, paths of
// attributes, member names, headers. It keeps punctuation, blanks and known words. A string in
// quotes is a value; a broken escape stays broken.
func (r *redactor) phrase(s string) string { return r.scan(s, r.value) }

// broken redacts a body that is not JSON. Strings in quotes may be member names.
func (r *redactor) broken(s string) string {
	return r.scan(s, func(text string) string {
		if r.words.word(text) {
			return text
		}
		return r.value(text)
	})
}

// scan is phrase with a function for the text of strings in quotes.
func (r *redactor) scan(s string, text func(string) string) string {
	var out strings.Builder
	for s != "" {
		var n int
		switch first, size := utf8.DecodeRuneInString(s); {
		case first == '"':
			var closed bool
			n, closed = quoted(s)
			out.WriteString(r.literal(s[:n], closed, text))
		case first == utf8.RuneError && size == 1:
			n = 1
			out.WriteString(invalid)
		case first == utf8.RuneError || delimiter(first):
			n = size
			out.WriteRune(punctuation(first, out.String()))
		default:
			if n = strings.IndexFunc(s, ends); n < 0 {
				n = len(s)
			}
			out.WriteString(r.bare(s[:n]))
		}
		s = s[n:]
	}
	return out.String()
}

// delimiter reports whether a character ends a word and is kept.
func delimiter(c rune) bool {
	return c <= ' ' || strings.ContainsRune("()[]{}<>,;=&!?|'`\\\ufeff", c)
}

func ends(c rune) bool { return delimiter(c) || c == '"' || c == utf8.RuneError }

// punctuation returns a delimiter as it is written after other text. Two braces would be read as a
// placeholder.
func punctuation(c rune, before string) rune {
	if c == '{' && strings.HasSuffix(before, "{") {
		return '['
	}
	return c
}

// quoted returns the length of the string at the beginning of s, with its quotes, and whether it
// ends. One that does not end has the rest.
func quoted(s string) (n int, closed bool) {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i + 1, true
		}
	}
	return len(s), false
}

// literal redacts a string in quotes.
func (r *redactor) literal(s string, closed bool, text func(string) string) string {
	var v string
	half := surrogate(s)
	if !half && utf8.ValidString(s) && json.Unmarshal([]byte(s), &v) == nil {
		return quote(text(v))
	}
	end, fault := "", ""
	switch {
	case closed && half:
		end, fault = `"`, `\ud800`
	case closed && !utf8.ValidString(s):
		end, fault = `"`, invalid
	case closed:
		end, fault = `"`, `\q`
	}
	return `"` + r.names.name(strings.Trim(strings.ToValidUTF8(s, ""), `"\`)) + fault + end
}

var pair = regexp.MustCompile(`\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}`)

// surrogate reports whether a JSON text may have half of a surrogate pair. encoding/json replaces it
// without an error, the service does not.
func surrogate(s string) bool {
	s = strings.ToLower(pair.ReplaceAllLiteralString(s, ""))
	for rest := s; ; {
		i := strings.Index(rest, `\ud`)
		if i < 0 {
			return false
		}
		if rest = rest[i+3:]; rest != "" && rest[0] >= '8' {
			return true
		}
	}
}

// quote returns a JSON string that keeps < > & as they are.
func quote(s string) string {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string always marshals
	return strings.TrimSpace(out.String())
}

// bare redacts a word that is not in quotes: an attribute path, an operator, a literal.
func (r *redactor) bare(s string) string {
	_, id := r.ids[s]
	switch {
	case r.words.word(s):
		return s
	case id || strings.Contains(s, "@") || isDate(s) || isUUID(s) || number.MatchString(s) || strings.Contains(s, "://") || reference(s):
		return r.value(s)
	}
	return r.parts(s, ":./#")
}

// parts redacts the parts of a word that are no known names. separators are tried in their order.
func (r *redactor) parts(s, separators string) string {
	if r.words.word(s) {
		return s
	}
	if separators == "" {
		return r.value(s)
	}
	list := strings.Split(s, separators[:1])
	for i, part := range list {
		list[i] = r.parts(part, separators[1:])
	}
	return strings.Join(list, separators[:1])
}
