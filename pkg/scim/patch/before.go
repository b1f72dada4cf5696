package patch

import (
	"slices"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// before is a value at the top level of the document as it was before the request; nil if there was none. The document
// is changed in place, which saves a copy of it.
type before struct {
	name  string
	value any
}

func (s *state) written(name string) int {
	return slices.IndexFunc(s.before, func(b before) bool { return b.name == name })
}

// remember notes a value that may be written.
func (s *state) remember(name string) {
	if s.written(name) < 0 {
		s.before = append(s.before, before{name, s.doc[name]})
	}
}

// set writes a value at the top level of the document, or removes it with nil.
func (s *state) set(name string, v any) {
	s.remember(name)
	if s.doc == nil {
		s.doc = s.rest.Clone(nil)
	}
	set(s.doc, name, v)
}

// fixSchemas makes schemas what it must be for the extensions.
func (s *state) fixSchemas() {
	s.remember("schemas")
	for _, e := range s.rt.Extensions {
		s.remember(e.Schema.ID)
	}
	if s.doc == nil {
		s.doc = s.rest.Clone(nil)
	}
	s.rt.FixSchemas(s.doc)
}

// Value implements schema.Values for the document before.
func (s *state) Value(name string) any {
	if i := s.written(name); i >= 0 {
		return s.before[i].value
	}
	return s.doc[name]
}

// changed reports whether the document differs from the one before.
func (s *state) changed() bool {
	return slices.ContainsFunc(s.before, func(b before) bool { return !schema.Equal(b.value, s.doc[b.name]) })
}
