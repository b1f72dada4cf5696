package openapi

import (
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// side is whose document a schema describes.
type side bool

const (
	returned side = false // of an answer
	sent     side = true  // of a request
)

// Suffixes of components.
const (
	input = "Input" // what a client sends
	list  = "List"  // a page
)

func (s side) suffix() string {
	if s == sent {
		return input
	}
	return ""
}

// has reports whether a document of this side has an attribute.
func (s side) has(a *schema.Attribute) bool {
	if s == sent {
		return a.Mutability != schema.ReadOnly
	}
	return a.Returned != schema.Never
}

// resourceType adds the components of a resource type, NAME and NAMEInput.
func (b *builder) resourceType(rt *schema.ResourceType) {
	for _, s := range []side{returned, sent} {
		object := s.object(rt.Schema.Attributes)
		object.Description = rt.Description
		for _, name := range []string{"schemas", "id", "externalId", "meta"} {
			if a := schema.Common(name); s.has(a) {
				object.Properties[name] = s.attribute(a)
			}
		}
		schemas := object.Properties["schemas"]
		schemas.Examples = []any{[]string{rt.Schema.ID}}
		if s == returned { // so that a search in all types tells them apart
			schemas.Extensions["contains"] = map[string]any{"const": rt.Schema.ID}
		}
		// An answer has the other attributes unless the client or its scopes leave them out.
		always := []string{"schemas", "id"}
		if s == sent {
			always = append([]string{"schemas"}, object.Required...)
		}
		for _, e := range rt.Extensions {
			object.Properties[e.Schema.ID] = ref(b.extension(e.Schema, s))
			if s == sent && e.Required {
				always = append(always, e.Schema.ID)
			}
		}
		object.Required = always
		b.schemas[b.types[rt]+s.suffix()] = object
	}
}

// extension adds the component of an extension and returns its name.
func (b *builder) extension(e *schema.Schema, s side) string {
	name, ok := b.named[e]
	if !ok {
		name = b.free(e.Name)
		b.named[e] = name
	}
	object := s.object(e.Attributes)
	object.Description = strings.TrimSpace(e.Description + " " + e.ID)
	b.schemas[name+s.suffix()] = object
	return name + s.suffix()
}

// free returns a name that no component has, and reserves it with its suffixes.
func (b *builder) free(wish string) string {
	suffixes := []string{"", input, list}
	taken := func(name string) bool {
		return slices.ContainsFunc(suffixes, func(s string) bool { _, ok := b.schemas[name+s]; return ok })
	}
	name := identifier(wish)
	for n := 2; taken(name); n++ {
		name = identifier(wish) + strconv.Itoa(n)
	}
	for _, s := range suffixes[:2] {
		b.schemas[name+s] = nil
	}
	return name
}

// identifier is a name without the characters that components and operations must not have.
func identifier(name string) string {
	return strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' {
			return c
		}
		return -1
	}, name)
}

// object describes attributes on one level. Of a request, it requires those that a client must send; of an answer
// none, for a client can leave them out.
func (s side) object(attrs []*schema.Attribute) *huma.Schema {
	out := &huma.Schema{Type: huma.TypeObject, Properties: map[string]*huma.Schema{}}
	for _, a := range attrs {
		if !s.has(a) {
			continue
		}
		out.Properties[a.Name] = s.attribute(a)
		if s == sent && a.Required {
			out.Required = append(out.Required, a.Name)
		}
	}
	return out
}

// attribute describes an attribute with all characteristics of RFC 7643 §7: those that OpenAPI has no word for are
// in x-scim, unless they are the defaults of RFC 7643 §2.2.
func (s side) attribute(a *schema.Attribute) *huma.Schema {
	out := s.value(a)
	if len(a.CanonicalValues) > 0 {
		for _, v := range a.CanonicalValues {
			out.Examples = append(out.Examples, v)
		}
	}
	if a.MultiValued {
		out = &huma.Schema{Type: huma.TypeArray, Items: out}
	}
	out.Description = a.Description
	out.ReadOnly = a.Mutability == schema.ReadOnly
	out.WriteOnly = a.Mutability == schema.WriteOnly || a.Returned == schema.Never
	if c := characteristics(a); len(c) > 0 {
		out.Extensions = map[string]any{"x-scim": c}
	}
	return out
}

func (s side) value(a *schema.Attribute) *huma.Schema {
	switch a.Type {
	case schema.Boolean:
		return &huma.Schema{Type: huma.TypeBoolean}
	case schema.Integer:
		return &huma.Schema{Type: huma.TypeInteger}
	case schema.Decimal:
		return &huma.Schema{Type: huma.TypeNumber}
	case schema.DateTime:
		return &huma.Schema{Type: huma.TypeString, Format: "date-time"}
	case schema.Binary:
		return &huma.Schema{Type: huma.TypeString, ContentEncoding: "base64"}
	case schema.Reference:
		return &huma.Schema{Type: huma.TypeString, Format: "uri-reference"}
	case schema.Complex:
		return s.object(a.SubAttributes)
	default:
		return &huma.Schema{Type: huma.TypeString}
	}
}

func characteristics(a *schema.Attribute) map[string]any {
	out := map[string]any{}
	if a.Mutability != schema.ReadWrite {
		out["mutability"] = a.Mutability.String()
	}
	if a.Returned != schema.Default {
		out["returned"] = a.Returned.String()
	}
	if a.Uniqueness != schema.None {
		out["uniqueness"] = a.Uniqueness.String()
	}
	if a.CaseExact {
		out["caseExact"] = true
	}
	if len(a.ReferenceTypes) > 0 {
		out["referenceTypes"] = a.ReferenceTypes
	}
	return out
}
