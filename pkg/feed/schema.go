package feed

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// Kind is a type of facts, for people and for Schema.
type Kind struct {
	Type string
	When string // one sentence
	// Has are the members of the JSON object that a fact of the type has besides those of all facts, and
	// May are those that it may have.
	Has, May []string
}

// Kinds are the types of facts, in the order of the documentation. Other resource types of a tenant have
// those of a group, with their own name and without group, unless they have members.
func Kinds() []Kind {
	user, group := []string{"scim", "user"}, []string{"scim", "group"}
	change := []string{"changed", "before", "after"}
	return []Kind{
		{UserCreated, "A user was created, active or not: see user.active.", user, nil},
		{UserUpdated, "Attributes of a user have changed, but not whether the user is active.", user, change},
		{UserDeactivated, "active became false, perhaps with other changes. End the user's sessions.", user, change},
		{UserReactivated, "active became true, perhaps with other changes.", user, change},
		{UserDeleted, "A user was deleted; user and scim are as before, but user.active is false. The facts of the memberships that ended with it come first. End the user's sessions.", user, nil},
		{GroupCreated, "A group was created. The facts of its members follow.", group, nil},
		{GroupRenamed, "displayName of a group has changed, perhaps with other attributes.", group, change},
		{GroupUpdated, "Other attributes of a group have changed. A change of members alone is no fact of the group.", group, change},
		{GroupDeleted, "A group was deleted; group and scim are as before. The facts of its members come first.", group, nil},
		{MembershipAdded, "A user, or another group, became a direct member of a group.", []string{"group", "member"}, []string{"user"}},
		{MembershipRemoved, "A direct member has left a group: removed, or deleted (cause), or with the group.", []string{"group", "member"}, []string{"user", "cause"}},
		{UserSnapshot, "In a snapshot: a user is there.", user, nil},
		{GroupSnapshot, "In a snapshot: a group is there.", group, nil},
		{MembershipSnapshot, "In a snapshot: a membership is there.", []string{"group", "member"}, nil},
	}
}

// Field is one member of the JSON object of a fact.
type Field struct {
	Name, About string
	schema      object
	all         bool // every fact has it
}

type object = map[string]any

// Fields are the members of the JSON object of a fact, in the order of the documentation.
func Fields() []Field {
	str := func(about string) object { return object{"type": "string", "description": about} }
	boolean := func(about string) object { return object{"type": "boolean", "description": about} }
	whole := func(least int) object { return object{"type": "integer", "minimum": least} }
	texts := object{"type": "array", "items": object{"type": "string"}}
	of := func(required []string, properties object) object {
		return object{"type": "object", "required": required, "properties": properties}
	}
	ref := object{"type": str("resource type: User, Group, …"), "id": str("id of the resource")}
	values := object{"type": "object"}
	return []Field{
		{"id", "The same each time the fact is read or delivered: use it to recognise a repetition.", object{"type": "string"}, true},
		{"type", "What happened.", object{"type": "string"}, true},
		{"v", "Version of the form. Skip members of the object that you do not know: new ones do not change the version.", object{"const": Version}, true},
		{"tenant", "Name of the tenant.", object{"type": "string"}, true},
		{"seq", "Number of the fact in its tenant: 1, 2, 3, … without gaps.", whole(0), true},
		{"time", "When it happened (RFC 3339).", object{"type": "string", "format": "date-time"}, true},
		{"resource", "The resource; of a membership, the group. version grows with each change.", of([]string{"type", "id", "version"},
			with(ref, object{"externalId": str("as the identity provider has set it"), "version": whole(0)})), true},
		{"actor", "Who did it: token (key id, or id of the OAuth client), idp, agent, operator. Empty for a change by the program itself.",
			of([]string{}, object{"token": str("key id of the token, or id of the OAuth client"), "idp": str("identity provider"), "agent": str("AI agent"), "operator": str("operator of the service")}), true},
		{"requestId", "X-Request-Id of the request; the provisioning log has it too.", object{"type": "string"}, false},
		{"changed", "Names of the attributes that have changed, ascending; those of an extension begin with its URN. Missing if only what no reader may see has changed, such as a password.", texts, false},
		{"before", "Values of the changed attributes before; none for one that was unassigned.", values, false},
		{"after", "Values of the changed attributes after; none for one that is unassigned.", values, false},
		{"member", "The member of a membership, with its display name.", of([]string{"type", "id"}, with(ref, object{"display": str("display name")})), false},
		{"cause", "The member whose deletion ended the membership.", of([]string{"type", "id"}, ref), false},
		{"user", "The user in a plain form. Of a membership: the member, as it is when the fact is read, if it is still there, and without groups.",
			of([]string{"id", "active"}, object{"id": str("id of the user"), "externalId": str("as the identity provider has set it"), "userName": str("name to sign in with"),
				"email": str("the primary address, or the one for work, or the first"), "name": str("as it is shown"), "givenName": str("given name"), "familyName": str("family name"),
				"active": boolean("whether the user may sign in"), "groups": texts}), false},
		{"group", "The group in a plain form.", of([]string{"id"}, object{"id": str("id of the group"), "externalId": str("as the identity provider has set it"), "name": str("displayName")}), false},
		{"scim", "The resource as SCIM shows it (RFC 7643), without members, groups and meta.location.", of([]string{"id", "schemas", "meta"}, object{}), false},
	}
}

func with(a, b object) object {
	out := maps.Clone(a)
	maps.Copy(out, b)
	return out
}

// Schema is the JSON Schema (2020-12) of the facts of a type, or of any fact for "".
func Schema(typ string) map[string]any {
	kind := Kind{Type: "fact", When: "Any fact."}
	constant := object{"type": "string"}
	for _, k := range Kinds() {
		if k.Type == typ {
			kind, constant = k, object{"const": typ}
		}
	}
	required, properties := []string{}, object{}
	for _, f := range Fields() {
		has := slices.Contains(kind.Has, f.Name)
		if !f.all && !has && f.Name != "requestId" && kind.Type != "fact" && !slices.Contains(kind.May, f.Name) {
			continue
		}
		properties[f.Name] = with(f.schema, object{"description": f.About})
		if f.all || has {
			required = append(required, f.Name)
		}
	}
	properties["type"] = with(constant, object{"description": kind.When})
	return object{
		"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "urn:scimstack:fact:v1:" + strings.ReplaceAll(cmp.Or(typ, "any"), ".", ":"),
		"title": kind.Type, "description": kind.When, "type": "object", "required": required, "properties": properties,
	}
}
