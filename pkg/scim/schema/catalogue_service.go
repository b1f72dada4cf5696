package schema

func supported(name, description string, more ...*Attribute) *Attribute {
	subs := append([]*Attribute{boolean("supported", "Whether the feature is supported.", required, readOnly)}, more...)
	return complexOf(name, description, subs, required, readOnly)
}

var serviceProviderConfigSchema = NewSchema(URNServiceProviderConfig, "Service Provider Configuration",
	"What this service provider supports",
	reference("documentationUri", "The URL of the documentation.", []string{"external"}, readOnly),
	supported("patch", "PATCH."),
	supported("bulk", "Bulk operations.",
		integer("maxOperations", "The most operations in one request.", required, readOnly),
		integer("maxPayloadSize", "The most bytes in one request.", required, readOnly)),
	supported("filter", "Filters.",
		integer("maxResults", "The most resources in one response.", required, readOnly)),
	supported("changePassword", "Password changes."),
	supported("sort", "Sorting."),
	supported("etag", "Entity tags."),
	complexOf("authenticationSchemes", "The supported authentication schemes.", []*Attribute{
		str("type", "The kind of the scheme.", required, readOnly, canonical("oauth", "oauth2", "oauthbearertoken", "httpbasic", "httpdigest")),
		str("name", "The name of the scheme.", required, readOnly),
		str("description", "A description of the scheme.", required, readOnly),
		reference("specUri", "The URL of the specification.", []string{"external"}, readOnly),
		reference("documentationUri", "The URL of the documentation.", []string{"external"}, readOnly),
		boolean("primary", "Whether this is the preferred scheme.", readOnly),
	}, many, required, readOnly),
	complexOf("pagination", "The supported methods of pagination (RFC 9865).", []*Attribute{
		boolean("cursor", "Whether cursor-based pagination is supported.", required, readOnly),
		boolean("index", "Whether index-based pagination is supported.", required, readOnly),
		str("defaultPaginationMethod", "The method used when the client names none.", readOnly, canonical("cursor", "index")),
		integer("defaultPageSize", "The page size when the client names none.", readOnly),
		integer("maxPageSize", "The largest page size.", readOnly),
		integer("cursorTimeout", "Seconds until a cursor expires.", readOnly),
	}, readOnly),
	complexOf("securityEvents", "Security events (RFC 9967).", []*Attribute{
		str("asyncRequest", "Whether requests may be answered asynchronously.", readOnly, canonical("none", "long", "request")),
		str("eventUris", "The URIs of the events that the service provider sends.", many, readOnly),
	}, readOnly),
	boolean("interopProfileConformant", "Whether the service provider conforms to the interoperability profile of SCIM.", readOnly),
)

// ServiceProviderConfig is the schema of RFC 7643 §5 with the pagination of RFC 9865,
// the securityEvents of RFC 9967 and the member of the interoperability profile. Shared; must not be changed.
func ServiceProviderConfig() *Schema { return serviceProviderConfigSchema }

var resourceTypeSchema = NewSchema(URNResourceType, "ResourceType", "The kinds of resources",
	str("id", "The id of the resource type; equal to its name.", readOnly),
	str("name", "The name of the resource type.", required, readOnly, unique),
	str("description", "A description of the resource type.", readOnly),
	reference("endpoint", "The endpoint, relative to the base URL.", []string{"uri"}, required, readOnly, unique),
	reference("schema", "The URN of the base schema.", []string{"uri"}, required, readOnly),
	complexOf("schemaExtensions", "The extensions of the resource type.", []*Attribute{
		reference("schema", "The URN of the extension.", []string{"uri"}, required, readOnly),
		boolean("required", "Whether a resource must have the extension.", required, readOnly),
	}, many, readOnly),
)

// ResourceTypeSchema is the schema of RFC 7643 §6. Shared; must not be changed.
func ResourceTypeSchema() *Schema { return resourceTypeSchema }

// definition returns the sub-attributes of "attributes", and those of "subAttributes", which
// have neither the type "complex" nor "subAttributes" of their own (erratum 8415).
func definition(types []string, subs ...*Attribute) []*Attribute {
	return append([]*Attribute{
		str("name", "The name of the attribute.", required, readOnly, exact),
		str("type", "The data type.", required, readOnly, canonical(types...)),
		boolean("multiValued", "Whether the attribute is multi-valued.", required, readOnly),
		str("description", "A description of the attribute.", readOnly, exact),
		boolean("required", "Whether a resource must have the attribute.", readOnly),
		str("canonicalValues", "Suggested values.", many, readOnly, exact),
		boolean("caseExact", "Whether comparisons are case-sensitive.", readOnly),
		str("mutability", "Whether and when a client may write the attribute.", readOnly, exact, canonical("readOnly", "readWrite", "immutable", "writeOnly")),
		str("returned", "When a response contains the attribute.", readOnly, exact, canonical("always", "never", "default", "request")),
		str("uniqueness", "The scope in which values are unique.", readOnly, exact, canonical("none", "server", "global")),
		str("referenceTypes", "The types of resources that the attribute may refer to.", many, readOnly, exact),
	}, subs...)
}

var simpleTypes = []string{"string", "boolean", "decimal", "integer", "dateTime", "binary", "reference"}

var schemaSchema = NewSchema(URNSchema, "Schema", "The attributes of resources",
	str("id", "The URN of the schema.", required, readOnly, always),
	str("name", "The name of the schema.", readOnly),
	str("description", "A description of the schema.", readOnly),
	complexOf("attributes", "The attributes of the schema.", definition(append(simpleTypes[:7:7], "complex"),
		complexOf("subAttributes", "The sub-attributes of a complex attribute.", definition(simpleTypes), many, readOnly),
	), many, required, readOnly),
)

// SchemaSchema is the schema of RFC 7643 §7. Shared; must not be changed.
func SchemaSchema() *Schema { return schemaSchema } //nolint:revive // the schema named Schema
