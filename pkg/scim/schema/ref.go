package schema

import (
	"net/url"
	"strings"
)

// RefID returns the id in the $ref of a resource, which may end in a slash, a query or a fragment.
func RefID(ref string) string {
	ref, _, _ = strings.Cut(ref, "#")
	ref, _, _ = strings.Cut(ref, "?")
	ref = strings.TrimRight(strings.TrimSpace(ref), "/")
	id := ref[strings.LastIndexByte(ref, '/')+1:]
	if plain, err := url.PathUnescape(id); err == nil {
		id = plain
	}
	return strings.TrimSpace(id)
}

// Ref is an attribute name resolved against a resource type.
//
// The value of the attribute in a canonical document is
//
//	doc[Attr.Name]            for core and common attributes (Container == "")
//	doc[Container][Attr.Name] for extension attributes; Container is the canonical URN
//
// Sub, if set, is the sub-attribute inside the value. A Ref with a Container and without Attr
// is a whole extension.
type Ref struct {
	Container string
	Attr      *Attribute
	Sub       *Attribute
}

// Leaf returns the attribute that holds the value: Sub if it is set, otherwise Attr.
func (r Ref) Leaf() *Attribute {
	if r.Sub != nil {
		return r.Sub
	}
	return r.Attr
}

// String returns the canonical name: "name.familyName" for a core attribute,
// "urn:…:User:manager.value" for an extension attribute.
func (r Ref) String() string {
	if r.Container == "" && r.Sub != nil && r.Attr.owns(r.Sub) {
		return r.Sub.path
	}
	name := r.Container
	if r.Attr != nil {
		if name != "" {
			name += ":"
		}
		name += r.Attr.Name
	}
	if r.Sub != nil {
		name += "." + r.Sub.Name
	}
	return name
}
