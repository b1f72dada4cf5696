package schema

func supported(name, description string, more ...*Attribute) *Attribute {
	subs := append([]*Attribute{boolean("supported", "Whether the feature is there.", required, readOnly)}, more...)
	return complexOf(name, description, subs, required, readOnly)
}

var serviceProviderConfigSchema = NewSchema(URNServiceProviderConfig, "Service Provider Configuration",
	"What this service provider supports",
	reference("documentationUri", "The address of the documentation.", []string{"external"}, readOnly),
	supported("patch", "PATCH."),
	supported("bulk", "Bulk operations.",
		integer("maxOperations", "The most operations in one request.", required, readOnly),
		integer("maxPayloadSize", "The most bytes in one request.", required, readOnly)),
	supported("filter", "Filters.",
		integer("maxResults", "The most resources in one response.", required, readOnly)),
	supported("changePassword", "Changes of the password."),
	supported("sort", "Sorting."),
	supported("etag", "Entity tags."),
	complexOf("authenticationSchemes", "The ways to authenticate.", []*Attribute{
		str("type", "The kind of the scheme.", required, readOnly, canonical("oauth", "oauth2", "oauthbearertoken", "httpbasic", "httpdigest")),
		str("name", "The name of the scheme.", required, readOnly),
		str("description", "What the scheme is.", required, readOnly),
		reference("specUri", "The address of the specification.", []string{"external"}, readOnly),
		reference("documentationUri", "The address of the documentation.", []string{"external"}, readOnly),
		boolean("primary", "Whether this is the preferred scheme.", readOnly),
	}, many, required, readOnly),
	complexOf("pagination", "The ways to page (RFC 9865).", []*Attribute{
		boolean("cursor", "Whether cursor paging is there.", required, readOnly),
		boolean("index", "Whether index paging is there.", required, readOnly),
		str("defaultPaginationMethod", "The method used when the client names none.", readOnly, canonical("cursor", "index")),
		integer("defaultPageSize", "The page size when the client names none.", readOnly),
		integer("maxPageSize", "The largest page size.", readOnly),
		integer("cursorTimeout", "Seconds until a cursor expires.", readOnly),
	}, readOnly),
	complexOf("securityEvents", "Security events (RFC 9967).", []*Attribute{
		str("asyncRequest", "Whether requests may be answered later.", readOnly, canonical("none", "long", "request")),
		str("eventUris", "The events that are sent.", many, readOnly),
	}, readOnly),
)

// ServiceProviderConfig is the schema of RFC 7643 §5 with the pagination of RFC 9865 and
// the securityEvents of RFC 9967. Shared; immutable.
func ServiceProviderConfig() *Schema { return serviceProviderConfigSchema }

var resourceTypeSchema = NewSchema(URNResourceType, "ResourceType", "The kinds of resources",
	str("id", "The id of the resource type; equal to its name.", readOnly),
	str("name", "The name of the resource type.", required, readOnly, unique),
	str("description", "What the resource type is.", readOnly),
	reference("endpoint", "The address below the base URL.", []string{"uri"}, required, readOnly, unique),
	reference("schema", "The URN of the base schema.", []string{"uri"}, required, readOnly),
	complexOf("schemaExtensions", "The extensions of the resource type.", []*Attribute{
		reference("schema", "The URN of the extension.", []string{"uri"}, required, readOnly),
		boolean("required", "Whether a resource must have the extension.", required, readOnly),
	}, many, readOnly),
)

// ResourceTypeSchema is the schema of RFC 7643 §6. Shared; immutable.
func ResourceTypeSchema() *Schema { return resourceTypeSchema }

// members of "attributes" and of "subAttributes", which lack the complex type and
// further subAttributes (erratum 8415).
func definition(types []string, subs ...*Attribute) []*Attribute {
	return append([]*Attribute{
		str("name", "The name of the attribute.", required, readOnly, exact),
		str("type", "The data type.", required, readOnly, canonical(types...)),
		boolean("multiValued", "Whether it holds a list.", required, readOnly),
		str("description", "What the attribute is.", readOnly, exact),
		boolean("required", "Whether a resource must have it.", readOnly),
		str("canonicalValues", "Suggested values.", many, readOnly, exact),
		boolean("caseExact", "Whether letter case matters.", readOnly),
		str("mutability", "Who may change it and when.", readOnly, exact, canonical("readOnly", "readWrite", "immutable", "writeOnly")),
		str("returned", "When it is in a response.", readOnly, exact, canonical("always", "never", "default", "request")),
		str("uniqueness", "Where its value is unique.", readOnly, exact, canonical("none", "server", "global")),
		str("referenceTypes", "What it may refer to.", many, readOnly, exact),
	}, subs...)
}

var simpleTypes = []string{"string", "boolean", "decimal", "integer", "dateTime", "binary", "reference"}

var schemaSchema = NewSchema(URNSchema, "Schema", "The attributes of resources",
	str("id", "The URN of the schema.", required, readOnly, always),
	str("name", "The name of the schema.", readOnly),
	str("description", "What the schema is.", readOnly),
	complexOf("attributes", "The attributes of the schema.", definition(append(simpleTypes[:7:7], "complex"),
		complexOf("subAttributes", "The sub-attributes of a complex attribute.", definition(simpleTypes), many, readOnly),
	), many, required, readOnly),
)

// SchemaSchema is the schema of RFC 7643 §7. Shared; immutable.
func SchemaSchema() *Schema { return schemaSchema } //nolint:revive // the schema named Schema
