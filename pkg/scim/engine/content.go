package engine

import (
	"maps"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/patch"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// content is a canonical document: all of it in doc, or the part in doc that a PATCH looks at, with the hidden
// attributes, and the rest as it is stored.
type content struct {
	doc  map[string]any
	rest *schema.Stored // nil: there is no rest
}

// decodePart decodes what a PATCH looks at of a resource. It decodes all of a resource that is not stored as it
// would be now, which the PATCH then corrects. s is where the document is taken apart.
func decodePart(rt *schema.ResourceType, r *scim.Resource, p *patch.Request, s *schema.Stored) (content, error) {
	if !s.Set(rt, r.Document) || hiddenSince(rt, s) {
		doc, err := decode(r)
		return content{doc: doc}, err
	}
	doc, err := p.Part(s)
	if err != nil || r.Hidden == nil {
		return content{doc, s}, err
	}
	hidden, err := schema.DecodeStored(r.Hidden, storedDepth)
	if err != nil {
		return content{}, err
	}
	for name := range hidden {
		if a := rt.Schema.Attribute(name); a == nil || a.Name != name || !isHidden(a) {
			doc, err := decode(r)
			return content{doc: doc}, err
		}
	}
	maps.Copy(hidden, doc)
	return content{hidden, s}, nil
}

// text is the string that a top-level attribute is.
func (c content) text(name string) (text string, ok bool) {
	if text, ok = c.doc[name].(string); ok || c.rest == nil {
		return text, ok
	}
	return c.rest.Text(name)
}

// name is the name of a resource: displayName, or userName if that has no value. See displayOf.
func (c content) name() string {
	if s, _ := c.text("displayName"); s != "" {
		return s
	}
	s, _ := c.text("userName")
	return s
}
