package engine

import (
	"bytes"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// A stored document may have what the schemas of its tenant no longer have: an extension or an attribute was removed, or
// has another type. It is not shown, because what the removed definition kept back, such as a secret, is kept back still.

// own reports whether a type has schemas of a tenant. Those of RFC 7643 have no attributes that come and go.
func own(rt *schema.ResourceType) bool {
	for _, e := range rt.Extensions {
		if e.Schema.ID != schema.URNEnterpriseUser {
			return true
		}
	}
	return !rt.IsUser() && !rt.IsGroup()
}

// fits reports whether a stored document has nothing that the schemas of its type do not have, or hide. Of a type with the schemas of
// RFC 7643 only, it looks at the list of the extensions.
func (b *batch) fits(document []byte) bool {
	if b.view.own {
		if b.stored == nil {
			b.stored = new(schema.Stored)
		}
		return b.stored.Set(b.Type, document) && !hiddenSince(b.Type, b.stored)
	}
	const head = `{"schemas":["`
	if len(document) < len(head) || string(document[:len(head)]) != head {
		return false
	}
	for rest := document[len(head):]; ; rest = rest[len(`,"`):] {
		end := bytes.IndexByte(rest, '"')
		if end < 0 || !b.has(rest[:end]) {
			return false
		}
		if rest = rest[end+1:]; len(rest) < len(`,"`) || rest[0] != ',' {
			return true
		}
	}
}

// hiddenSince reports whether a document has an attribute that is kept apart from documents now.
func hiddenSince(rt *schema.ResourceType, s *schema.Stored) bool {
	for _, a := range rt.Schema.Attributes {
		if isHidden(a) && s.Has(a.Name) {
			return true
		}
	}
	return false
}

func (b *batch) has(urn []byte) bool {
	if string(urn) == b.Type.Schema.ID {
		return true
	}
	for i := range b.Type.Extensions {
		if string(urn) == b.Type.Extensions[i].Schema.ID {
			return true
		}
	}
	return false
}

// shaped reports whether a value is one of an attribute: objects are values of complex attributes only, and nothing else is.
func shaped(a *schema.Attribute, v any) bool {
	if list, ok := v.([]any); ok {
		for _, e := range list {
			if !shaped(a, e) {
				return false
			}
		}
		return true
	}
	_, object := v.(map[string]any)
	return object == (a.Type == schema.Complex)
}
