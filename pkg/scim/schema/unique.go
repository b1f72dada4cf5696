package schema

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

// UniquePath is an attribute whose values are unique among all resources of a type (RFC 7643
// §7, "uniqueness").
type UniquePath struct {
	Ref   Ref
	Path  string     // Ref.String(), as in filter.Term.Attr: "userName", "urn:…:User:badge.number"
	Scope Uniqueness // Server or Global
}

// UniquePaths lists every attribute that the schemas of the type announce as unique: base schema
// first, then the extensions, in the order of the schemas; sub-attributes too. Every one of them
// can be enforced with Keys: LoadDir refuses a schema that announces more, and UniquePaths leaves
// out what a schema made with NewSchema announces and Enforceable denies. The common attribute id
// is not listed: the service provider assigns it.
func (rt *ResourceType) UniquePaths() []UniquePath {
	out := uniqueIn(nil, "", rt.Schema)
	for _, e := range rt.Extensions {
		out = uniqueIn(out, e.Schema.ID, e.Schema)
	}
	return out
}

func uniqueIn(out []UniquePath, container string, s *Schema) []UniquePath {
	add := func(ref Ref) {
		if a := ref.Leaf(); a.Uniqueness != None && a.Enforceable() {
			out = append(out, UniquePath{Ref: ref, Path: ref.String(), Scope: a.Uniqueness})
		}
	}
	for _, a := range s.Attributes {
		ref := Ref{Container: container, Attr: a}
		add(ref)
		for _, sub := range a.SubAttributes {
			ref.Sub = sub
			add(ref)
		}
	}
	return out
}

// Enforceable reports whether uniqueness of the values can be enforced: they are strings,
// numbers, times or references.
func (a *Attribute) Enforceable() bool {
	switch a.Type {
	case String, Integer, Decimal, DateTime, Reference:
		return true
	}
	return false
}

// Keys returns the comparison forms of all values that a canonical document has at the path,
// each once. Two resources have a value in common if and only if they have a key in common, and
// an equality filter finds a value exactly by its key (see filter.Term.Value).
func (p UniquePath) Keys(doc map[string]any) []string { return p.Ref.Keys(doc) }

// Keys returns the comparison forms of all values that a canonical document has at the
// reference, each once: Key of every value, of lists and of elements of lists too.
func (r Ref) Keys(doc map[string]any) []string {
	level := doc
	if r.Container != "" {
		level, _ = doc[r.Container].(map[string]any)
	}
	var out []string
	r.Leaf().addKeys(&out, r.Sub, level[r.Attr.Name])
	slices.Sort(out)
	return slices.Compact(out)
}

// addKeys adds the keys of a value. sub is the sub-attribute to look at in objects, or nil.
func (a *Attribute) addKeys(out *[]string, sub *Attribute, v any) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			a.addKeys(out, sub, e)
		}
		return
	case map[string]any:
		if sub != nil {
			a.addKeys(out, nil, v[sub.Name])
		}
		return
	}
	key, ok := a.Key(v)
	if ok && sub == nil {
		*out = append(*out, key)
	}
}

// Key returns the comparison form of one canonical value: Fold of a string, a time in UTC, a number
// in one notation. ok is false for a value that has no key: an empty string, a boolean, an object.
func (a *Attribute) Key(v any) (key string, ok bool) {
	switch v := v.(type) {
	case string:
		return a.textKey(v)
	case json.Number:
		key = numberKey(v.String())
	}
	return key, key != ""
}

// textKey is Key of a string.
func (a *Attribute) textKey(s string) (key string, ok bool) {
	if a.Type == DateTime {
		return timeKey(s)
	}
	key = a.Fold(s)
	return key, key != ""
}

// timeKey is the comparison form of a dateTime: equal instants have equal keys.
func timeKey(s string) (key string, ok bool) {
	t, ok := ParseTime(s)
	if !ok {
		return "", false
	}
	return t.UTC().Format(time.RFC3339Nano), true
}

// numberKey is the comparison form of a number: 5, 5.0 and 50e-1 are equal.
func numberKey(s string) string {
	if strings.ContainsAny(s, ".eE") {
		if f, err := strconv.ParseFloat(s, 64); err == nil {
			s = strconv.FormatFloat(f, 'f', -1, 64)
		}
	}
	if s == "-0" {
		return "0"
	}
	return s
}
