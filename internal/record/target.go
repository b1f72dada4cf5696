package record

import (
	"net/url"
	"strings"
)

// target redacts a path and its query, and keeps how they are spelled.
func (r *redactor) target(raw string) string {
	path, query, has := strings.Cut(raw, "?")
	parts := strings.Split(path, "/")
	for i, p := range parts {
		parts[i] = r.segment(p)
	}
	path = strings.Join(parts, "/")
	if !has {
		return path
	}
	params := strings.Split(query, "&")
	for i, p := range params {
		params[i] = r.parameter(p)
	}
	return path + "?" + strings.Join(params, "&")
}

// segment redacts one segment of a path.
func (r *redactor) segment(raw string) string {
	text, broken := decode(raw, false)
	_, id := r.ids[text]
	switch {
	case broken == "" && r.words.segments[strings.ToLower(text)]:
		return raw
	case id || !strings.HasPrefix(strings.ToLower(text), "urn:"):
		text = r.value(text)
	default:
		text = r.bare(text)
	}
	return placeholders(url.PathEscape(text)) + broken
}

// parameter redacts one parameter of a query string.
func (r *redactor) parameter(raw string) string {
	name, value, has := strings.Cut(raw, "=")
	folded, broken := decode(name, true)
	known := broken == "" && parameters[strings.ToLower(folded)]
	if !known && name != "" {
		name = url.QueryEscape(r.phrase(folded)) + broken
	}
	if !has {
		return name
	}
	text, broken := decode(value, true)
	switch strings.ToLower(folded) {
	case "count", "startindex":
		if !small.MatchString(text) {
			text = r.phrase(text)
		}
	case "filter", "attributes", "excludedattributes", "sortby", "sortorder":
		text = r.phrase(text)
	default:
		text = r.value(text)
	}
	out := url.QueryEscape(text)
	if strings.Contains(value, "%20") {
		out = strings.ReplaceAll(out, "+", "%20")
	}
	return name + "=" + placeholders(out) + broken
}

// parameters are those of RFC 7644 and RFC 9865.
var parameters = set("filter attributes excludedAttributes sortBy sortOrder startIndex count cursor")

// decode decodes what is percent-encoded. broken is a broken escape if s has one, to be written
// after the rest.
func decode(s string, plus bool) (text, broken string) {
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '+' && plus:
			out.WriteByte(' ')
		case c == '%' && i+2 < len(s) && hex(s[i+1]) >= 0 && hex(s[i+2]) >= 0:
			out.WriteByte(byte(hex(s[i+1])<<4 | hex(s[i+2])))
			i += 2
		case c == '%':
			broken = "%zz"
		default:
			out.WriteByte(c)
		}
	}
	return out.String(), broken
}

// hex returns the value of a hexadecimal digit, or -1.
func hex(c byte) int {
	if c >= 'A' && c <= 'F' {
		c += 'a' - 'A'
	}
	return strings.IndexByte("0123456789abcdef", c)
}

// placeholders undoes the encoding of the braces of placeholders. Nothing else has two braces.
func placeholders(s string) string {
	return strings.NewReplacer("%7B%7B", "{{", "%7D%7D", "}}").Replace(s)
}
