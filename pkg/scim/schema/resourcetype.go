package schema

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
