package model

import (
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// Group is a group (RFC 7643 §4.2). See User for how it is read and written.
type Group struct {
	Common
	DisplayName string   `json:"displayName"`
	Members     []Member `json:"members" scim:"outside"` // see Decode
}

// SchemaURN returns the URN of the core Group schema.
func (Group) SchemaURN() string { return schema.URNGroup }

// Valid returns nil, or the reasons why values of the group are not valid.
func (g *Group) Valid() error { return valid(g) }

// MarshalJSON writes the group as a client sees it, with id, meta and members.
func (g Group) MarshalJSON() ([]byte, error) { return Marshal(g) }

// UnmarshalJSON reads a group as Unmarshal does.
func (g *Group) UnmarshalJSON(data []byte) error {
	fresh, err := Unmarshal[Group](data)
	if err == nil {
		*g = fresh
	}
	return err
}

// Member is a member of a group, or a group that a user is in. Type is "User" or "Group" of a member, and
// "direct" or "indirect" of a group.
type Member struct {
	Value   string `json:"value"` // the id
	Ref     URI    `json:"$ref"`
	Type    string `json:"type"`
	Display string `json:"display"`
}

func (Member) complexType() {}

// Members converts the edges of a store or a change.
func Members(edges []scim.Member) []Member {
	out := make([]Member, len(edges))
	for i, e := range edges {
		out[i] = Member{Value: e.ID, Type: e.Type, Display: e.Display}
	}
	return out
}

// Valid returns nil, or the reason why the member is not valid: it has no id, or $ref is no URI.
func (m Member) Valid() error {
	if m.Value == "" {
		return &InvalidError{Kind: "member", Reason: "has no value, which is the id of the member"}
	}
	return join(at("$ref", m.Ref.Valid()))
}

// MarshalJSON writes the parts that are set. A member that is not valid has no JSON.
func (m Member) MarshalJSON() ([]byte, error) {
	if err := m.Valid(); err != nil {
		return nil, err
	}
	return strictMarshal(&m)
}

// UnmarshalJSON accepts an object that is a valid member.
func (m *Member) UnmarshalJSON(data []byte) error {
	var fresh Member
	if err := strictUnmarshal(data, &fresh); err != nil {
		return err
	}
	if err := fresh.Valid(); err != nil {
		return err
	}
	*m = fresh
	return nil
}
