package engine

import (
	"maps"
	"slices"
	"sync"

	"github.com/scimstack/scimstack/internal/poison"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// storedDepth bounds the nesting of our own documents when they are decoded.
const storedDepth = 64

// decode returns the canonical document of a stored resource, with its hidden attributes. The
// caller owns the map.
func decode(r *scim.Resource) (map[string]any, error) {
	doc, err := schema.DecodeStored(r.Document, storedDepth)
	if err != nil {
		return nil, err
	}
	if r.Hidden != nil {
		hidden, err := schema.DecodeStored(r.Hidden, storedDepth)
		if err != nil {
			return nil, err
		}
		maps.Copy(doc, hidden)
	}
	return doc, nil
}

// buffers are reused to encode documents.
var buffers = sync.Pool{New: func() any { b := make([]byte, 0, 1024); return &b }}

// isHidden reports whether a core attribute is kept in Resource.Hidden.
func isHidden(a *schema.Attribute) bool {
	return a.Returned == schema.Never || a.Returned == schema.OnRequest
}

// encode splits a canonical document into Document and Hidden.
func encode(rt *schema.ResourceType, c content) (document, hidden []byte) {
	doc := c.doc
	var secret map[string]any
	for _, a := range rt.Schema.Attributes {
		if !isHidden(a) {
			continue
		}
		if v, ok := doc[a.Name]; ok {
			if secret == nil {
				secret, doc = map[string]any{}, maps.Clone(doc)
			}
			secret[a.Name] = v
			delete(doc, a.Name)
		}
	}
	scratch, _ := buffers.Get().(*[]byte)
	if c.rest != nil {
		*scratch = c.rest.Append((*scratch)[:0], doc)
	} else {
		*scratch = rt.AppendDocument((*scratch)[:0], doc)
	}
	document = slices.Clone(*scratch) // it is kept, so it takes no more memory than it needs
	poison.Bytes(*scratch)
	buffers.Put(scratch)
	if secret != nil {
		hidden = schema.AppendValue(nil, secret)
	}
	return document, hidden
}

// plain reports whether a stored Document may be sent as it is: no attribute inside an
// extension or a complex value has a "returned" of its own.
func plain(rt *schema.ResourceType) bool {
	for _, a := range rt.Schema.Attributes {
		for _, s := range a.SubAttributes {
			if isHidden(s) {
				return false
			}
		}
	}
	for _, e := range rt.Extensions {
		for _, a := range e.Schema.Attributes {
			if isHidden(a) {
				return false
			}
			for _, s := range a.SubAttributes {
				if isHidden(s) {
					return false
				}
			}
		}
	}
	return true
}
