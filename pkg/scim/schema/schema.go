package schema

// Schema is one compiled schema (RFC 7643 §7). Immutable after NewSchema.
type Schema struct {
	ID          string // the URN
	Name        string
	Description string
	Attributes  []*Attribute

	index map[string]*Attribute
}

// NewSchema compiles the attributes of a schema.
func NewSchema(id, name, description string, attributes ...*Attribute) *Schema {
	s := &Schema{ID: id, Name: name, Description: description, Attributes: attributes}
	s.index = make(map[string]*Attribute, 2*len(attributes))
	for _, a := range attributes {
		a.compile()
		s.index[a.Name] = a
		s.index[NameKey(a.Name)] = a
	}
	return s
}

// Attribute finds a top-level attribute by name in any letter case, or nil.
func (s *Schema) Attribute(name string) *Attribute {
	if a, ok := s.index[name]; ok {
		return a
	}
	return s.index[NameKey(name)]
}
