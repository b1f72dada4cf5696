package schema

// Schema is one compiled schema. Make it with NewSchema; it must not be changed after that, and
// is safe for concurrent use. (RFC 7643 §7)
type Schema struct {
	ID          string // the URN
	Name        string
	Description string
	Attributes  []*Attribute

	index map[string]*Attribute
	key   string // how the member of an extension begins in JSON
}

// NewSchema returns the schema with the given attributes, and takes them over. Attributes may
// be shared between schemas. (RFC 7643 §7)
func NewSchema(id, name, description string, attributes ...*Attribute) *Schema {
	s := &Schema{ID: id, Name: name, Description: description, Attributes: attributes, key: keyOf(id)}
	s.index = make(map[string]*Attribute, 2*len(attributes))
	for _, a := range attributes {
		a.compile()
		s.index[a.Name] = a
		s.index[NameKey(a.Name)] = a
	}
	return s
}

// Attribute returns the top-level attribute with a name, in any case, or nil.
func (s *Schema) Attribute(name string) *Attribute { return attributeIn(s.index, name) }

// attributeIn looks a name up as it is, or by its NameKey, for which it needs no memory. It is called in so many places
// that each function of Lambda would be 13 KB larger if it were inlined.
//
//go:noinline
func attributeIn(index map[string]*Attribute, name string) *Attribute {
	if a, ok := index[name]; ok {
		return a
	}
	var room [64]byte // most names are shorter
	key := append(room[:0], name...)
	for i, c := range key {
		key[i] = lower(c)
	}
	return index[string(key)]
}
