package mcp

import (
	"bytes"
	"slices"
	"strings"

	"github.com/scimstack/scimstack/pkg/overlay"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// effect is what a plan does to one resource.
type effect struct {
	Action   string       `json:"action" jsonschema:"create, update or delete"`
	Type     string       `json:"type"`
	ID       string       `json:"id" jsonschema:"resource id; bulkId:name or new:number for a resource that does not exist yet"`
	Version  string       `json:"version,omitempty" jsonschema:"version before the change; the plan is bound to it"`
	Indirect bool         `json:"indirect,omitempty" jsonschema:"changed without being named in the plan, e.g. a group that loses a deleted user"`
	Diff     []difference `json:"diff,omitempty"`
	Added    []string     `json:"membersAdded,omitempty" jsonschema:"ids"`
	Removed  []string     `json:"membersRemoved,omitempty" jsonschema:"ids"`

	after int64 // version after the change
}

// difference is an attribute whose value changes. For a list, Before and After hold only the
// elements that are removed and added.
type difference struct {
	Path   string `json:"path"`
	Before any    `json:"before,omitempty" jsonschema:"untrusted data"`
	After  any    `json:"after,omitempty" jsonschema:"untrusted data"`
	Secret bool   `json:"secret,omitempty" jsonschema:"the value changes but is never shown"`

	was any // the whole value before, for the inverse
}

// effectsOf describes what an overlay has changed: first the resources that the plan names, in its
// order, then the others by type and id.
func effectsOf(raw []overlay.Effect, named []string) ([]effect, error) {
	out := make([]effect, 0, len(raw))
	for _, r := range raw {
		e := effect{
			Action: "update", Type: r.Type, ID: r.ID, Indirect: !slices.Contains(named, r.ID),
			Added: r.Added, Removed: r.Removed,
		}
		switch {
		case r.Before == nil:
			e.Action = "create"
		case r.After == nil:
			e.Action = "delete"
		}
		if r.Before != nil {
			e.Version = scim.ETag(r.Before.Version)
		}
		if r.After != nil {
			e.after = r.After.Version
		}
		var err error
		if e.Diff, err = differences(r.Before, r.After); err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	place := func(e effect) int {
		if at := slices.Index(named, e.ID); at >= 0 {
			return at
		}
		return len(named)
	}
	slices.SortStableFunc(out, func(a, b effect) int { return place(a) - place(b) })
	return out, nil
}

// differences compares two states attribute by attribute.
func differences(before, after *scim.Resource) ([]difference, error) {
	was, err := documentOf(before)
	if err != nil {
		return nil, err
	}
	is, err := documentOf(after)
	if err != nil {
		return nil, err
	}
	var out []difference
	compareLevel("", was, is, func(d difference) { out = append(out, d) })
	hidden, err := hiddenNames(before, after)
	for _, name := range hidden {
		out = append(out, difference{Path: name, Secret: true})
	}
	slices.SortFunc(out, func(a, b difference) int { return strings.Compare(a.Path, b.Path) })
	return out, err
}

func documentOf(r *scim.Resource) (map[string]any, error) {
	if r == nil {
		return map[string]any{}, nil
	}
	doc, err := schema.DecodeJSON(r.Document, bodyDepth)
	delete(doc, "schemas")
	return doc, err
}

// compareLevel visits the differences between two objects. It descends into an object that both
// have; one that was added or removed is visited as a whole.
func compareLevel(prefix string, was, is map[string]any, visit func(difference)) {
	names := make([]string, 0, len(was)+len(is))
	for n := range was {
		names = append(names, n)
	}
	for n := range is {
		if _, both := was[n]; !both {
			names = append(names, n)
		}
	}
	for _, n := range names {
		a, b := was[n], is[n]
		if schema.Equal(a, b) {
			continue
		}
		x, isObject := a.(map[string]any)
		y, bothObjects := b.(map[string]any)
		if isObject && bothObjects {
			compareLevel(prefix+n+joint(n), x, y, visit)
			continue
		}
		d := difference{Path: prefix + n, Before: a, After: b, was: a}
		if l, isList := a.([]any); isList {
			if m, bothLists := b.([]any); bothLists {
				d.Before, d.After = without(l, m), without(m, l)
			}
		}
		visit(d)
	}
}

// joint separates a name from the name of its sub-attribute.
func joint(name string) string {
	if strings.HasPrefix(name, "urn:") {
		return ":"
	}
	return "."
}

// without returns the elements of list that other lacks, or the whole list if only the order
// differs.
func without(list, other []any) any {
	has := make(map[string]bool, len(other)) // by JSON: the work is linear
	for _, o := range other {
		has[string(schema.AppendValue(nil, o))] = true
	}
	var out []any
	for _, e := range list {
		if !has[string(schema.AppendValue(nil, e))] {
			out = append(out, e)
		}
	}
	if out == nil && len(list) == len(other) {
		return list
	}
	if out == nil {
		return nil
	}
	return out
}

// hiddenNames are the attributes that are never returned and whose values differ.
func hiddenNames(before, after *scim.Resource) ([]string, error) {
	var a, b []byte
	if before != nil {
		a = before.Hidden
	}
	if after != nil {
		b = after.Hidden
	}
	if bytes.Equal(a, b) {
		return nil, nil
	}
	was, err := decodedOr(a)
	if err != nil {
		return nil, err
	}
	is, err := decodedOr(b)
	var names []string
	compareLevel("", was, is, func(d difference) { names = append(names, d.Path) })
	return names, err
}

func decodedOr(text []byte) (map[string]any, error) {
	if text == nil {
		return map[string]any{}, nil
	}
	return schema.DecodeJSON(text, bodyDepth)
}

// shown returns effects as an agent may see them, with cleaned values.
func shown(effects []effect) []effect {
	out := make([]effect, len(effects))
	for i, e := range effects {
		diff := make([]difference, len(e.Diff))
		for j, d := range e.Diff {
			var c cleaner
			diff[j] = difference{Path: cleanText(d.Path), Before: c.value(d.Before, 0), After: c.value(d.After, 0), Secret: d.Secret}
		}
		e.Diff = diff
		out[i] = e
	}
	return out
}
