package httpapi

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// operations resolves the references in the paths and values of a PATCH body, in place.
func (j *bulkJob) operations(op *bulkOp, rt *schema.ResourceType) error {
	for k, v := range op.data {
		if !schema.SameName(k, "Operations") {
			continue
		}
		list, ok := v.([]any)
		if !ok {
			list = []any{v}
		}
		for _, e := range list {
			if m, ok := e.(map[string]any); ok {
				if err := j.operation(op, rt, m); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// operation resolves one operation of a PATCH body.
func (j *bulkJob) operation(op *bulkOp, rt *schema.ResourceType, m map[string]any) error {
	path, _ := schema.Field(m, "path").(string)
	ref, known := target(rt, path)
	for _, k := range slices.Sorted(maps.Keys(m)) {
		v, err := m[k], error(nil)
		switch schema.NameKey(k) {
		case "path":
			if known && ref.Attr != nil {
				m[k], err = j.path(path, ref.Attr)
			}
		case "value":
			switch {
			case path == "" || known && ref.Attr == nil:
				err = j.bodies(op, rt, ref.Container, v)
			case known:
				m[k], err = j.value(op, ref, v)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// bodies resolves the value of an operation on the whole resource or on an extension: an object, or
// a list of them.
func (j *bulkJob) bodies(op *bulkOp, rt *schema.ResourceType, urn string, v any) error {
	switch v := v.(type) {
	case map[string]any:
		return j.resource(op, rt, urn, v)
	case []any:
		for _, e := range v {
			if err := j.bodies(op, rt, urn, e); err != nil {
				return err
			}
		}
	}
	return nil
}

// target is the attribute or sub-attribute that a PATCH path names.
func target(rt *schema.ResourceType, path string) (schema.Ref, bool) {
	path = strings.TrimSpace(path)
	name, rest := path, ""
	if i := strings.IndexAny(path, "[ "); i >= 0 {
		name, rest = path[:i], path[i:]
	}
	ref, ok := named(rt, "", name)
	if i := strings.LastIndexByte(rest, ']'); ok && ref.Attr != nil && i >= 0 && strings.HasPrefix(rest[i+1:], ".") {
		ref.Sub = ref.Attr.Sub(rest[i+2:])
	}
	return ref, ok
}

// path resolves the literals of a path that are compared with a reference.
func (j *bulkJob) path(path string, attr *schema.Attribute) (string, error) {
	var out strings.Builder
	words := [2]string{} // the last two words: an attribute and an operator
	for rest := path; rest != ""; {
		n := wordLength(rest)
		token := rest[:n]
		rest = rest[n:]
		if strings.Trim(token, "[]() ") == "" {
			out.WriteString(token)
			continue
		}
		sub := attr.Sub(words[0])
		if refers(attr, sub) && (sub != nil || schema.SameName(words[0], "value") || schema.SameName(words[0], attr.Name)) {
			var err error
			if token, err = j.literal(token); err != nil {
				return "", err
			}
		}
		words[0], words[1] = words[1], token
		out.WriteString(token)
	}
	return out.String(), nil
}

// wordLength is the length of the first token of a path: a literal with its quotes, a separator or a
// word.
func wordLength(s string) int {
	const separators = "[]() "
	switch c := s[0]; {
	case strings.IndexByte(separators, c) >= 0:
		return 1
	case c == '"' || c == '\'':
		for i := 1; i < len(s); i++ {
			if s[i] == c {
				return i + 1
			}
			if s[i] == '\\' {
				i++
			}
		}
		return len(s)
	}
	if i := strings.IndexAny(s, separators); i >= 0 {
		return i
	}
	return len(s)
}

// literal resolves one literal, with or without quotes.
func (j *bulkJob) literal(token string) (string, error) {
	quote, text := "", token
	if q := token[:1]; (q == `"` || q == "'") && len(token) > 1 && strings.HasSuffix(token, q) {
		quote, text = q, token[1:len(token)-1]
	}
	if quote == `"` && strings.Contains(text, `\`) {
		if json.Unmarshal([]byte(token), &text) != nil {
			return token, nil //nolint:nilerr // the parser of the path reports it
		}
	}
	if _, _, ok := bulkRef(text); !ok {
		return token, nil
	}
	id, err := j.text(text)
	return quote + id + quote, err
}
