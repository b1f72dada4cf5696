package sqlstore

import (
	"maps"
	"slices"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// encode splits a document into what is shown and what is hidden, as package engine does. The type of the tenant may have
// attributes and extensions that the type of the table does not know: they are kept, and hidden has the names of those that
// are not to be shown.
func (m *mapping) encode(doc map[string]any, hidden []string) (document, secret []byte) {
	kept := map[string]any{}
	for name, v := range doc {
		if m.hides(name) || slices.Contains(hidden, name) {
			kept[name] = v
		}
	}
	for name := range kept {
		delete(doc, name)
	}
	doc["schemas"] = m.schemasOf(doc)
	for _, name := range []string{"id", "meta", "members", "groups"} { // no part of a stored document
		delete(doc, name)
	}
	if len(kept) > 0 {
		secret = schema.AppendValue(nil, kept)
	}
	return appendInOrder(nil, m.order, doc), secret
}

func (m *mapping) hides(name string) bool {
	a := m.typ.Schema.Attribute(name)
	return a != nil && a.Name == name && (a.Returned == schema.Never || a.Returned == schema.OnRequest)
}

// hiddenOf are the names of hidden attributes that the type of the table would show.
func (m *mapping) hiddenOf(hidden map[string]any) []any {
	var out []any
	for _, name := range slices.Sorted(maps.Keys(hidden)) {
		if !m.hides(name) {
			out = append(out, name)
		}
	}
	return out
}

func namesIn(v any) (out []string) {
	list, _ := v.([]any)
	for _, e := range list {
		if name, ok := e.(string); ok {
			out = append(out, name)
		}
	}
	return out
}

// schemasOf are the URNs of a document: those of the type, in its order, and of other extensions.
func (m *mapping) schemasOf(doc map[string]any) []any {
	urns := []any{m.typ.Schema.ID}
	for _, e := range m.typ.Extensions {
		if _, ok := doc[e.Schema.ID]; ok {
			urns = append(urns, e.Schema.ID)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(doc)) {
		if strings.Contains(name, ":") && !slices.Contains(urns, any(name)) { // the name of an attribute has no colon
			urns = append(urns, name)
		}
	}
	return urns
}

// part is a member of a JSON object that has a place in an order, with the order of what it has itself.
type part struct {
	name string
	subs []part
}

// orderOf is the order of a document of a type. It is made once for each table.
func orderOf(rt *schema.ResourceType) []part {
	order := append([]part{{name: "schemas"}, {name: "externalId"}}, partsOf(rt.Schema.Attributes)...)
	for _, e := range rt.Extensions {
		order = append(order, part{e.Schema.ID, partsOf(e.Schema.Attributes)})
	}
	return order
}

func partsOf(attrs []*schema.Attribute) []part {
	out := make([]part, len(attrs))
	for i, a := range attrs {
		out[i] = part{a.Name, partsOf(a.SubAttributes)}
	}
	return out
}

// appendInOrder appends an object in an order, with what else there is at the end.
func appendInOrder(dst []byte, order []part, o map[string]any) []byte {
	dst = append(dst, '{')
	start := len(dst)
	member := func(p part) {
		if len(dst) > start {
			dst = append(dst, ',')
		}
		dst = append(schema.AppendString(dst, p.name), ':')
		dst = appendParts(dst, p.subs, o[p.name])
	}
	left := len(o)
	for _, p := range order {
		if _, ok := o[p.name]; ok {
			member(p)
			left--
		}
	}
	if left > 0 {
		for _, name := range slices.Sorted(maps.Keys(o)) {
			if !slices.ContainsFunc(order, func(p part) bool { return p.name == name }) {
				member(part{name: name})
			}
		}
	}
	return append(dst, '}')
}

// appendParts appends a value whose objects are in an order.
func appendParts(dst []byte, order []part, v any) []byte {
	switch v := v.(type) {
	case map[string]any:
		return appendInOrder(dst, order, v)
	case []any:
		dst = append(dst, '[')
		for i, e := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendParts(dst, order, e)
		}
		return append(dst, ']')
	}
	return schema.AppendValue(dst, v)
}
