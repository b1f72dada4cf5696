package engine

import (
	"slices"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// prune removes from a decoded document what the client must not or does not want to see. It is
// the only place that does; "returned: never" leaves nothing else to do (RFC 7643 §7).
func (v *view) prune(rt *schema.ResourceType, doc map[string]any) {
	v.pruneLevel(doc, rt.Schema.Attributes, "")
	if !v.shows(schema.Common("externalId"), "") {
		delete(doc, "externalId")
	}
	for _, e := range rt.Extensions {
		ext, ok := doc[e.Schema.ID].(map[string]any)
		if !ok {
			continue
		}
		v.pruneLevel(ext, e.Schema.Attributes, e.Schema.ID)
		if len(ext) == 0 {
			delete(doc, e.Schema.ID)
		}
	}
}

// shows decides on a whole attribute (RFC 7644 §3.9).
func (v *view) shows(a *schema.Attribute, container string) bool {
	switch a.Returned {
	case schema.Never:
		return false
	case schema.Always:
		return true
	}
	if v.all {
		if a.Returned == schema.OnRequest && !v.request[schema.Ref{Container: container, Attr: a}.String()] {
			return false
		}
		out := v.exclude[container]
		return !out.has("") && !out[a.Name].whole
	}
	return v.include[container].has("") || v.include[container].has(a.Name)
}

func (v *view) pruneLevel(level map[string]any, attrs []*schema.Attribute, container string) {
	for _, a := range attrs {
		value, ok := level[a.Name]
		if !ok {
			continue
		}
		if !v.shows(a, container) || !shaped(a, value) {
			delete(level, a.Name)
			continue
		}
		if a.Type == schema.Complex {
			if value = v.pruneSubs(value, a, container); value == nil {
				delete(level, a.Name)
			} else {
				level[a.Name] = value
			}
		}
	}
}

// pruneSubs prunes the sub-attributes of a value, and gives nil if none remains.
func (v *view) pruneSubs(value any, a *schema.Attribute, container string) any {
	c := v.cutOf(a, container)
	switch value := value.(type) {
	case map[string]any:
		if c.cut(value); len(value) == 0 {
			return nil
		}
	case []any:
		kept := value[:0]
		for _, e := range value {
			if m, ok := e.(map[string]any); ok {
				if c.cut(m); len(m) == 0 {
					continue
				}
			}
			kept = append(kept, e)
		}
		if len(kept) == 0 {
			return nil
		}
		return kept
	}
	return value
}

// cut is what pruneSubs does to one value of an attribute.
type cut struct {
	subs           []*schema.Attribute
	wanted, hidden []string // wanted == nil means that the default set is
	carried        []string // returned on request: those that a write carried or that are named beside all
}

func (v *view) cutOf(a *schema.Attribute, container string) cut {
	c := cut{subs: a.SubAttributes}
	if !v.all {
		named := v.include[container][a.Name]
		if named.whole || v.include[container].has("") { // all of it or of the extension, and what else is named
			c.carried = named.parts
		} else {
			c.wanted = named.parts
		}
		return c
	}
	c.hidden = v.exclude[container][a.Name].parts
	for _, sub := range a.SubAttributes {
		if sub.Returned == schema.OnRequest && v.request[schema.Ref{Container: container, Attr: a, Sub: sub}.String()] {
			c.carried = append(c.carried, sub.Name)
		}
	}
	return c
}

// cut deletes the sub-attributes of one value that are not shown.
func (c *cut) cut(m map[string]any) {
	for _, sub := range c.subs {
		switch {
		case sub.Returned == schema.Never,
			sub.Returned == schema.OnRequest && !slices.Contains(c.wanted, sub.Name) && !slices.Contains(c.carried, sub.Name),
			sub.Returned == schema.Default && c.wanted != nil && !slices.Contains(c.wanted, sub.Name),
			sub.Returned != schema.Always && slices.Contains(c.hidden, sub.Name):
			delete(m, sub.Name)
		}
	}
}
