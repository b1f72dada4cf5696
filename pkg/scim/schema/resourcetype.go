package schema

import "strings"

// Extension is one schema extension of a resource type (RFC 7643 §6).
type Extension struct {
	Schema   *Schema
	Required bool
}

// ResourceType binds an endpoint to a base schema and its extensions (RFC 7643 §6).
// It must not be changed once it is in use, and is then safe for concurrent use.
type ResourceType struct {
	Name        string // also its id
	Description string
	Endpoint    string // with a leading slash, e.g. "/Users"
	Schema      *Schema
	Extensions  []Extension

	less Tolerance
}

// Names of the resource types of RFC 7643.
const (
	TypeUser  = "User"
	TypeGroup = "Group"
)

// IsUser reports whether resources of the type are users: its base schema is the core User
// schema (RFC 7643 §4.1).
func (rt *ResourceType) IsUser() bool { return rt.Schema.ID == URNUser }

// IsGroup reports whether resources of the type are groups: its base schema is the core Group
// schema (RFC 7643 §4.2). A type of a tenant can have members without being a group: see
// HasMembers.
func (rt *ResourceType) IsGroup() bool { return rt.Schema.ID == URNGroup }

// HasMembers reports whether resources of the type have members: the base schema has the
// attribute "members".
func (rt *ResourceType) HasMembers() bool { return rt.Schema.Attribute("members") != nil }

// Extension returns the extension with a URN, in any case.
func (rt *ResourceType) Extension(urn string) (Extension, bool) {
	for _, e := range rt.Extensions {
		if SameName(e.Schema.ID, urn) {
			return e, true
		}
	}
	return Extension{}, false
}

// Resolve returns what an attribute name refers to, in any case. urn is "" or a schema URN. An
// empty name with the URN of an extension is the whole extension. sub may be "".
//
// A name without a URN is looked up among the common attributes (schemas, id, externalId,
// meta), then in the base schema, then in the extensions, where it must be unique. The last
// step is the tolerance BareExtension: Entra sends "manager" alone. (RFC 7644 §3.10)
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

// ResolveName resolves "name", "name.sub", "urn:…:name.sub" or a schema URN, in any case.
func (rt *ResourceType) ResolveName(s string) (Ref, bool) {
	if IsURN(s) {
		if ref, ok := rt.Resolve(s, "", ""); ok {
			return ref, true
		}
		i := strings.LastIndexByte(s, ':')
		name, sub, _ := strings.Cut(s[i+1:], ".")
		return rt.Resolve(s[:i], name, sub)
	}
	name, sub, dotted := strings.Cut(s, ".")
	if name == "" || dotted && sub == "" {
		return Ref{}, false
	}
	return rt.Resolve("", name, sub)
}
