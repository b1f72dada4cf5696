package schema

import "strings"

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
