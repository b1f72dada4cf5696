package record

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"unicode/utf8"
)

// member is a member of a JSON object. Objects keep their order and duplicate members, because
// recorded bodies may be wrong in these.
type member struct {
	name  string
	value any
}

type object []member

// get returns the string that a member has, or "".
func (o object) get(name string) string {
	for _, m := range o {
		if s, ok := m.value.(string); ok && strings.EqualFold(m.name, name) {
			return s
		}
	}
	return ""
}

// body redacts a body. JSON stays JSON; anything else becomes a string of what its punctuation is.
// No body is nil.
func (r *redactor) body(raw []byte) json.RawMessage {
	if len(raw) == 0 {
		return nil
	}
	if utf8.Valid(raw) && json.Valid(raw) && !surrogate(string(raw)) {
		d := json.NewDecoder(bytes.NewReader(raw))
		d.UseNumber()
		if v, err := parse(d); err == nil {
			out := r.append(nil, v, "")
			if out[0] == '"' || string(out) == "null" { // a string is sent as its content
				return json.RawMessage(quote(string(out)))
			}
			return out
		}
	}
	return json.RawMessage(quote(r.broken(string(raw))))
}

// parse reads one JSON value that is known to be valid.
func parse(d *json.Decoder) (any, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('['):
		list := []any{}
		for d.More() {
			v, err := parse(d)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err = d.Token()
		return list, err
	case json.Delim('{'):
		o := object{}
		for d.More() {
			name, err := d.Token()
			if err != nil {
				return nil, err
			}
			v, err := parse(d)
			if err != nil {
				return nil, err
			}
			text, _ := name.(string)
			o = append(o, member{text, v})
		}
		_, err = d.Token()
		return o, err
	}
	return token, nil
}

// append writes the redacted value of a member.
func (r *redactor) append(dst []byte, v any, name string) []byte {
	switch v := v.(type) {
	case object:
		dst = append(dst, '{')
		for i, m := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(append(dst, quote(r.phrase(m.name))...), ':')
			dst = r.append(dst, m.value, r.context(v, m.name, name))
		}
		return append(dst, '}')
	case []any:
		dst = append(dst, '[')
		for i, e := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = r.append(dst, e, name)
		}
		return append(dst, ']')
	case string:
		return append(dst, quote(r.text(v, name))...)
	case json.Number:
		return append(dst, r.number(v.String(), name)...)
	case bool:
		if v {
			return append(dst, "true"...)
		}
		return append(dst, "false"...)
	}
	return append(dst, "null"...)
}

// secret and resource are names of members for append that no JSON member has.
const (
	secret   = "\x00secret"
	resource = "\x00path"
)

// context returns the name of the attribute that a member of an object sets, in lower case: a
// PATCH operation names it in path, and the name of a member may be a path.
func (r *redactor) context(o object, name, outer string) string {
	attr := last(name)
	switch {
	case outer == secret || attr == "password":
		return secret
	case attr == "value" && o.get("op") != "" && o.get("path") != "":
		attr = last(o.get("path"))
		if attr == "password" {
			return secret
		}
	case attr == "path" && o.get("method") != "":
		return resource
	}
	return attr
}

// last is the last name of an attribute path, in lower case.
func last(path string) string {
	path = strings.ToLower(strings.TrimSpace(path))
	return path[strings.LastIndexAny(path, ":.] ")+1:]
}

// text redacts the string of a member.
func (r *redactor) text(s, name string) string {
	switch name {
	case secret:
		if s == "" {
			return s
		}
		return "redacted"
	case resource:
		return r.target(s)
	case "path", "filter", "sortby", "sortorder", "attributes", "excludedattributes", "schemas", "schema", "op", "method", "scimtype", "resourcetype":
		return r.phrase(s)
	case "version":
		return r.version(s)
	case "status":
		if code.MatchString(s) {
			return s
		}
	case "location", "$ref":
		return r.location(s)
	}
	if r.words.booleans[name] && (s == "0" || s == "1") {
		return s
	}
	return r.value(s)
}

// location redacts the URI of a resource.
func (r *redactor) location(s string) string {
	i := strings.LastIndexByte(s, '/')
	placeholder, ok := r.ids[s[i+1:]]
	if !ok {
		return r.value(s)
	}
	endpoint := "Users"
	if before := strings.Split(s[:max(i, 0)], "/"); r.words.segments[strings.ToLower(before[len(before)-1])] {
		endpoint = before[len(before)-1]
	}
	return "../" + endpoint + "/" + placeholder
}

// counts are members, in lower case, with numbers of the protocol.
var counts = set("totalResults startIndex itemsPerPage count failOnErrors")

// number redacts a JSON number.
func (r *redactor) number(s, name string) string {
	switch {
	case counts[name] && small.MatchString(s), r.words.booleans[name] && (s == "0" || s == "1"):
		return s
	case name == "status" && code.MatchString(s):
		return s
	}
	exponent := ""
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		if exponent = "e9"; strings.Contains(s[i:], "-") {
			exponent = "e-9"
		}
		s = s[:i]
	}
	if out := r.names.name(s); number.MatchString(out) {
		return out + exponent
	}
	return "7" + exponent
}

// plain decodes a body that is packed with gzip. ok is false for any other body.
func plain(raw []byte, header http.Header) (out []byte, ok bool) {
	if !strings.Contains(strings.ToLower(header.Get("Content-Encoding")), "gzip") {
		return nil, false
	}
	z, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil, false
	}
	out, err = io.ReadAll(io.LimitReader(z, maxBody))
	return out, err == nil && len(out) < maxBody
}
