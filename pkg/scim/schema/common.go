package schema

// The attributes that every resource has (RFC 7643 §3.1). No schema document lists them.
var (
	schemasAttr    = &Attribute{Name: "schemas", Type: Reference, MultiValued: true, Required: true, Returned: Always, ReferenceTypes: []string{"uri"}}
	idAttr         = &Attribute{Name: "id", Type: String, Required: true, CaseExact: true, Mutability: ReadOnly, Returned: Always, Uniqueness: Global}
	externalIDAttr = &Attribute{Name: "externalId", Type: String, CaseExact: true}
	metaAttr       = &Attribute{Name: "meta", Type: Complex, Mutability: ReadOnly, SubAttributes: []*Attribute{
		{Name: "resourceType", Type: String, CaseExact: true, Mutability: ReadOnly},
		{Name: "created", Type: DateTime, Mutability: ReadOnly},
		{Name: "lastModified", Type: DateTime, Mutability: ReadOnly},
		{Name: "location", Type: Reference, CaseExact: true, Mutability: ReadOnly},
		{Name: "version", Type: String, CaseExact: true, Mutability: ReadOnly},
	}}
	common = NewSchema("", "Common", "", schemasAttr, idAttr, externalIDAttr, metaAttr)
)

// Common returns the common attribute (schemas, id, externalId, meta) with a name, in any case,
// or nil (RFC 7643 §3.1).
func Common(name string) *Attribute { return common.Attribute(name) }
