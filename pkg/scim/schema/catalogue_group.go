package schema

var groupSchema = NewSchema(URNGroup, "Group", "Group",
	str("displayName", "The name of the group, for display.", required, unique),
	complexOf("members", "The members of the group.", []*Attribute{
		str("value", "The id of the member.", exact, immutable),
		reference("$ref", "The URI of the member.", []string{TypeUser, TypeGroup}, immutable),
		str("type", "The resource type of the member.", immutable, canonical(TypeUser, TypeGroup)),
		str("display", "The display name of the member.", readOnly),
	}, many),
)

// Group is the core Group schema (RFC 7643 §4.2, §8.7.1, errata applied). displayName is
// unique; see WithUniqueness for tenants that share group names. Shared; must not be changed.
func Group() *Schema { return groupSchema }

var groupType = &ResourceType{
	Name: TypeGroup, Description: "Group", Endpoint: "/Groups", Schema: groupSchema,
}

// GroupType is Group without extensions. Shared; must not be changed.
func GroupType() *ResourceType { return groupType }
