package oracle

import (
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/url"
	urlpath "path"
	"strings"
	"time"
)

// lenient reads a value as a tolerant tenant does: list-of-one, string-value and value-type of "How bodies are read".
func lenient(a *attr, v any) any {
	if l := list(v); len(l) == 1 && a.Type == "complex" {
		v = l[0]
	}
	switch v := v.(type) {
	case json.Number:
		if a.Type == "string" || a.Type == "reference" {
			return v.String()
		}
		if a.Type == "complex" && find(a.Sub, "value") != nil {
			return object{"value": v}
		}
	case string:
		if a.Type == "complex" && find(a.Sub, "value") != nil {
			return object{"value": v}
		}
		if (a.Type == "integer" || a.Type == "decimal") && integer.MatchString(v) {
			return json.Number(v)
		}
	}
	return v
}

// scalar is the value of a simple attribute in its canonical form (RFC 7643 §2.3).
func scalar(a *attr, v any) (any, bool) {
	switch v := v.(type) {
	case bool:
		return v, a.Type == "boolean"
	case json.Number:
		return v, a.Type == "decimal" || a.Type == "integer" && integer.MatchString(v.String())
	case string:
		return scalarText(a, v)
	}
	return nil, false
}

func scalarText(a *attr, s string) (any, bool) {
	switch a.Type {
	case "string":
		return s, true
	case "boolean":
		return strings.EqualFold(s, "true"), strings.EqualFold(s, "true") || strings.EqualFold(s, "false")
	case "dateTime":
		t, err := time.Parse(time.RFC3339Nano, s)
		return timeText(t), err == nil
	case "binary":
		_, err := base64.StdEncoding.DecodeString(s)
		return s, err == nil
	case "reference":
		_, err := url.Parse(s)
		return s, err == nil && !strings.Contains(s, " ")
	}
	return nil, false
}

// timeText is a time in UTC, with three decimals or as many as were sent.
func timeText(t time.Time) string {
	text := t.UTC().Format("2006-01-02T15:04:05.999999999")
	whole, fraction, _ := strings.Cut(text, ".")
	return whole + "." + (fraction + "000")[:max(3, len(fraction))] + "Z"
}

func (r *reader) complex(a *attr, v any) any {
	o, ok := v.(object)
	if !ok {
		return r.fail("invalidValue")
	}
	out := r.members(a.Sub, o)
	if len(out) == 0 {
		return nil
	}
	if ref, ok := out["$ref"].(string); ok && out["value"] == nil && find(a.Sub, "value") != nil {
		if id := idIn(ref); id != "" {
			out["value"] = id
		}
	}
	for _, s := range a.Sub {
		if s.Required && !assigned(out[s.Name]) && !r.partial {
			r.fail("invalidValue")
		}
	}
	return out
}

// idIn is the id at the end of a $ref. A query and a fragment are no part of it.
func idIn(ref string) string {
	u, err := url.Parse(ref)
	if err != nil || strings.Trim(u.Path, "/") == "" {
		return ""
	}
	return urlpath.Base(u.Path)
}

// members are the attributes of an object, under the names that the schema has.
func (r *reader) members(attrs []*attr, o object) object {
	out, seen := object{}, map[string]bool{}
	for name, v := range o {
		a := find(attrs, name)
		switch {
		case a == nil:
			r.unknown()
			continue
		case seen[a.Name]:
			r.fail("invalidSyntax")
		}
		seen[a.Name] = true
		r.named[a] = true
		if a.Mut == "readOnly" {
			continue
		}
		if kept := r.value(a, v); kept != nil {
			out[a.Name] = kept
		}
	}
	return out
}

// unknown is a name that no schema has.
func (r *reader) unknown() {
	if r.strict {
		r.fail("invalidSyntax")
	}
}

// equalText compares strings as an attribute does.
func equalText(a *attr, x, y string) bool { return folded(a, x) == folded(a, y) }

func number(n json.Number) *big.Rat {
	x, ok := new(big.Rat).SetString(n.String())
	if !ok {
		return new(big.Rat)
	}
	return x
}

func instant(s string) (time.Time, bool) {
	t, err := time.Parse(time.RFC3339Nano, s)
	return t, err == nil
}
