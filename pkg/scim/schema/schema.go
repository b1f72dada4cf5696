package schema

import "strings"

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

// Extension is one schema extension of a resource type (RFC 7643 §6).
type Extension struct {
	Schema   *Schema
	Required bool
}

// ResourceType binds an endpoint to a base schema and its extensions (RFC 7643 §6).
// Immutable and safe for concurrent use.
type ResourceType struct {
	Name        string // also its id
	Description string
	Endpoint    string // with a leading slash, e.g. "/Users"
	Schema      *Schema
	Extensions  []Extension

	less Tolerance
}

// Ref is an attribute name resolved against a resource type.
//
// A value lives in a decoded document (map[string]any) at
//
//	doc[Attr.Name]            core and common attributes (Container == "")
//	doc[Container][Attr.Name] extension attributes; Container is the canonical URN
//
// and Sub, when set, names the sub-attribute inside it. A Ref with Attr == nil and a
// Container names a whole extension.
type Ref struct {
	Container string
	Attr      *Attribute
	Sub       *Attribute
}

// Leaf is the attribute that holds the value: Sub, else Attr.
func (r Ref) Leaf() *Attribute {
	if r.Sub != nil {
		return r.Sub
	}
	return r.Attr
}

// String is the canonical name: core attributes bare ("name.familyName"),
// extension attributes behind their URN ("urn:…:User:manager.value").
func (r Ref) String() string {
	var b strings.Builder
	if r.Container != "" {
		b.WriteString(r.Container)
		if r.Attr != nil {
			b.WriteByte(':')
		}
	}
	if r.Attr != nil {
		b.WriteString(r.Attr.Name)
	}
	if r.Sub != nil {
		b.WriteByte('.')
		b.WriteString(r.Sub.Name)
	}
	return b.String()
}

// Extension finds an extension by URN in any letter case.
func (rt *ResourceType) Extension(urn string) (Extension, bool) {
	for _, e := range rt.Extensions {
		if SameName(e.Schema.ID, urn) {
			return e, true
		}
	}
	return Extension{}, false
}

// Resolve finds what an attribute path names. Letter case does not matter. urn is "" or a
// schema URN; name may be "" (then urn must be an extension: the whole container); sub may
// be "". Unqualified names resolve to common attributes (schemas, id, externalId, meta),
// then the base schema, then to the one extension that has the name (tolerance: Entra's
// bare "manager"); a name that several extensions have does not resolve. (RFC 7644 §3.10)
func (rt *ResourceType) Resolve(urn, name, sub string) (Ref, bool) {
	var ref Ref
	switch {
	case urn == "" || SameName(rt.Schema.ID, urn):
		if name == "" {
			return Ref{}, false
		}
		ref.Attr = Common(name)
		if ref.Attr == nil {
			ref.Attr = rt.Schema.Attribute(name)
		}
		if ref.Attr == nil && urn == "" && rt.less&BareExtension == 0 {
			ref = rt.inOneExtension(name)
		}
	default:
		e, ok := rt.Extension(urn)
		if !ok {
			return Ref{}, false
		}
		ref.Container = e.Schema.ID
		if name == "" {
			return ref, sub == ""
		}
		ref.Attr = e.Schema.Attribute(name)
	}
	if ref.Attr == nil {
		return Ref{}, false
	}
	if sub != "" {
		if ref.Sub = ref.Attr.Sub(sub); ref.Sub == nil {
			return Ref{}, false
		}
	}
	return ref, true
}

func (rt *ResourceType) inOneExtension(name string) Ref {
	var found Ref
	for _, e := range rt.Extensions {
		a := e.Schema.Attribute(name)
		if a == nil {
			continue
		}
		if found.Attr != nil {
			return Ref{}
		}
		found = Ref{Container: e.Schema.ID, Attr: a}
	}
	return found
}
