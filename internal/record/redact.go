package record

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// redactor replaces values by pseudonyms, equal values by the same pseudonym, and ids of the
// service by placeholders. It serves one tenant and is not safe for concurrent use.
type redactor struct {
	names map[string]string // folded value → pseudonym
	ids   map[string]string // id → placeholder
}

func newRedactor() *redactor {
	return &redactor{names: map[string]string{}, ids: map[string]string{}}
}

// protocol are members, in lower case, with values of the protocol, not personal data.
var protocol = map[string]bool{
	"schemas": true, "op": true, "type": true, "resourcetype": true, "method": true, "bulkid": true,
	"locale": true, "preferredlanguage": true, "timezone": true, "sortby": true, "sortorder": true,
	"attributes": true, "excludedattributes": true, "scimtype": true, "status": true, "version": true,
}

// words are values that are kept in every attribute: types of addresses and spellings of booleans.
var words = map[string]bool{
	"": true, "true": true, "false": true, "work": true, "home": true, "other": true, "mobile": true, "user": true, "group": true,
	"direct": true, "indirect": true,
}

// counts are members, in lower case, with numbers of the protocol.
var counts = map[string]bool{"totalresults": true, "startindex": true, "itemsperpage": true, "count": true, "failonerrors": true}

// value redacts the JSON value of a member.
func (r *redactor) value(v any, key string) any {
	key = strings.ToLower(key)
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, e := range v {
			out[r.filter(k)] = r.value(e, k) // a member name may be a path with a filter
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = r.value(e, key)
		}
		return out
	case string:
		return r.str(v, key)
	case json.Number:
		if counts[key] {
			return v
		}
		return json.Number("7")
	}
	return v
}

func (r *redactor) str(s, key string) string {
	switch {
	case key == "path" || key == "filter":
		return r.filter(s)
	case key == "password":
		return "redacted"
	case protocol[key]:
		return s
	case key == "$ref" || key == "location":
		if i := strings.LastIndex(s, "/"); i >= 0 {
			if p, ok := r.ids[s[i+1:]]; ok {
				return "../Users/" + p
			}
		}
	}
	return r.pseudonym(s)
}

func (r *redactor) pseudonym(s string) string {
	if p, ok := r.ids[s]; ok {
		return p
	}
	folded := strings.ToLower(s)
	if words[folded] {
		return s
	}
	if rest, ok := strings.CutPrefix(folded, "bulkid:"); ok {
		return "bulkId:" + s[len(s)-len(rest):]
	}
	p, ok := r.names[folded]
	if !ok {
		n := len(r.names) + 1
		_, noTime := time.Parse(time.RFC3339, s)
		switch p = fmt.Sprintf("value-%d", n); {
		case noTime == nil:
			p = "2026-01-01t00:00:00z"
		case strings.HasPrefix(folded, "http"):
			p = fmt.Sprintf("https://redacted.example/%d", n)
		case strings.Contains(s, "@"):
			p = fmt.Sprintf("person-%d@redacted.example", n)
		}
		r.names[folded] = p
	}
	if s != folded && s == strings.ToUpper(s) {
		return strings.ToUpper(p) // the case of the value may matter
	}
	return p
}

// comparison finds the values in a filter, with or without quotes.
var comparison = regexp.MustCompile(`(?i)(\s(?:eq|ne|co|sw|ew|gt|ge|lt|le)\s+)("(?:[^"\\]|\\.)*"?|[^\s()\[\]"]+)`)

func (r *redactor) filter(s string) string {
	return comparison.ReplaceAllStringFunc(s, func(m string) string {
		part := comparison.FindStringSubmatch(m)
		value := part[2]
		if value[0] != '"' {
			return part[1] + r.pseudonym(value)
		}
		var text string
		if json.Unmarshal([]byte(value), &text) != nil {
			return part[1] + `"redacted`
		}
		quoted, _ := json.Marshal(r.pseudonym(text)) // a string always marshals
		return part[1] + string(quoted)
	})
}

// target redacts a path and its query. It keeps the spelling of the query.
func (r *redactor) target(raw string) string {
	path, query, has := strings.Cut(raw, "?")
	parts := strings.Split(path, "/")
	for i, p := range parts {
		id, err := url.PathUnescape(p)
		if placeholder, ok := r.ids[id]; ok && err == nil {
			parts[i] = placeholder
		} else if i >= 2 && !strings.HasPrefix(id, "urn:") && !strings.EqualFold(id, ".search") {
			parts[i] = url.PathEscape(r.pseudonym(id)) // an id that the service does not know
		}
	}
	path = strings.Join(parts, "/")
	if !has {
		return path
	}
	params := strings.Split(query, "&")
	for i, p := range params {
		name, value, _ := strings.Cut(p, "=")
		text, err := url.QueryUnescape(value)
		if !strings.EqualFold(name, "filter") || err != nil {
			continue
		}
		out := url.QueryEscape(r.filter(text))
		if strings.Contains(value, "%20") {
			out = strings.ReplaceAll(out, "+", "%20")
		}
		params[i] = name + "=" + strings.NewReplacer("%7B%7B", "{{", "%7D%7D", "}}").Replace(out)
	}
	return path + "?" + strings.Join(params, "&")
}

// body redacts a JSON body. It returns nil for anything that is not JSON.
func (r *redactor) body(raw []byte) json.RawMessage {
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.UseNumber()
	var v any
	if len(raw) == 0 || d.Decode(&v) != nil {
		return nil
	}
	out, err := json.Marshal(r.value(v, ""))
	if err != nil {
		return nil
	}
	return out
}
