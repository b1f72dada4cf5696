package patch

import (
	"context"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// Part decodes what ApplyPart looks at of a stored document: the attributes that steps name, and all extensions if
// one of them is named, or schemas, which follows from the extensions. It is nil if the document has none of them.
func (r *Request) Part(s *schema.Stored) (doc map[string]any, err error) {
	for _, op := range r.ops {
		for i := range op.steps {
			if doc, err = op.steps[i].read(s, doc); err != nil {
				return nil, err
			}
		}
	}
	return doc, nil
}

// read decodes what the step looks at into doc, which it makes if it is nil, and returns it.
func (st *step) read(s *schema.Stored, doc map[string]any) (map[string]any, error) {
	switch {
	case st.path == nil && st.listed == nil:
		return doc, nil
	case st.path != nil && st.path.Ref.Container == "" && st.path.Ref.Attr.Name != "schemas":
		return s.Read(doc, st.path.Ref.Attr.Name)
	}
	return s.ReadExtensions(doc)
}

// ApplyPart is ApplyContext on what Part has decoded of a stored document, which it takes over: the Append of rest
// makes the new document of Doc. Without a rest, doc is all of it.
func (r *Request) ApplyPart(ctx context.Context, doc map[string]any, rest *schema.Stored) (*Result, error) {
	return r.apply(ctx, doc, rest == nil || !rest.Has("schemas"))
}
