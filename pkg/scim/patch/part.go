package patch

import (
	"context"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// Part decodes what ApplyPart looks at of a stored document: the attributes that steps name, and all extensions if
// one of them is named, or schemas, which follows from the extensions. It is nil if the document has none of them.
func (r *Request) Part(s *schema.Stored) (map[string]any, error) {
	var doc map[string]any
	for _, op := range r.ops {
		for i := range op.steps {
			name, all := op.steps[i].reads()
			if doc == nil && (all || s.Has(name)) {
				doc = s.Clone(nil)
			}
			err := s.Read(doc, name)
			if all {
				err = s.ReadExtensions(doc)
			}
			if err != nil {
				return nil, err
			}
		}
	}
	return doc, nil
}

// reads returns the attribute that the step looks at, or "". extensions is set if it looks at all of them.
func (st *step) reads() (name string, extensions bool) {
	switch {
	case st.path == nil && st.listed == nil:
		return "", false
	case st.path != nil && st.path.Ref.Container == "" && st.path.Ref.Attr.Name != "schemas":
		return st.path.Ref.Attr.Name, false
	}
	return "", true
}

// ApplyPart is ApplyContext on what Part has decoded of a stored document, which it takes over: the Append of rest
// makes the new document of Doc, whose maps belong to rest (schema.Stored.Reset). Without a rest, doc is all of it.
func (r *Request) ApplyPart(ctx context.Context, doc map[string]any, rest *schema.Stored) (*Result, error) {
	return r.apply(ctx, doc, rest)
}
