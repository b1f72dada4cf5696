package feed

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Version is the version of the form of facts, see Schema. New members of the JSON object do not change
// it: a reader skips what it does not know.
const Version = 1

// Types of facts of users, groups and memberships. Those of another resource type begin with its name in
// lower case: "device.created".
const (
	UserCreated       = "user.created"
	UserUpdated       = "user.updated"
	UserDeactivated   = "user.deactivated" // active became false: the moment to end sessions
	UserReactivated   = "user.reactivated"
	UserDeleted       = "user.deleted"
	GroupCreated      = "group.created"
	GroupRenamed      = "group.renamed"
	GroupUpdated      = "group.updated"
	GroupDeleted      = "group.deleted"
	MembershipAdded   = "membership.added"
	MembershipRemoved = "membership.removed"

	// Facts of a snapshot: what is there.
	UserSnapshot       = "user.snapshot"
	GroupSnapshot      = "group.snapshot"
	MembershipSnapshot = "membership.snapshot"
)

// Fact is one thing that happened to one resource, or to one membership. Facts are shared: do not change
// what they point to.
type Fact struct {
	ID      string    `json:"id"` // the same each time the fact is read: tenant and number
	Type    string    `json:"type"`
	Version int       `json:"v"` // of the form, see Version
	Tenant  string    `json:"tenant"`
	Seq     int64     `json:"seq"` // from 1, without gaps
	Time    time.Time `json:"time"`

	// Resource is the user or group; of a membership, the group.
	Resource Resource `json:"resource"`
	// Changed are the names of the attributes that a change of the resource has changed, ascending; those
	// of an extension begin with its URN. None means that something was changed that no reader may see.
	// Before and After have their values; a name is missing where the attribute had, or has, none.
	Changed []string       `json:"changed,omitempty"`
	Before  map[string]any `json:"before,omitempty"`
	After   map[string]any `json:"after,omitempty"`

	// Member is the member of a membership.
	Member *Member `json:"member,omitempty"`
	// Cause is the resource whose deletion ended the membership, other than the group; nil otherwise.
	Cause *Cause `json:"cause,omitempty"`

	Actor     scim.Actor `json:"actor"`
	RequestID string     `json:"requestId,omitempty"` // of the request, as in the provisioning log

	// User is the user in a plain form; nil for other types. Of a membership it is the member as it is when
	// the fact is read, and nil if it is gone by then.
	User *User `json:"user,omitempty"`
	// Group is the group in a plain form, and of a membership too; nil for other types.
	Group *Group `json:"group,omitempty"`
	// SCIM is the resource as SCIM shows it (RFC 7643 §3), without members, groups and meta.location: after
	// the change, or before the deletion. A membership has none.
	SCIM json.RawMessage `json:"scim,omitempty"`
}

// Resource names a resource, and its version after the change.
type Resource struct {
	Type       string `json:"type"` // "User", "Group", …
	ID         string `json:"id"`
	ExternalID string `json:"externalId,omitempty"`
	// Version grows by 1 with each change of the resource or of its members. That of a deletion is one
	// above the last.
	Version int64 `json:"version"`
	// Endpoint is that of the type, such as "/Users"; "" if the tenant no longer has the type, and of a fact that was read from JSON.
	Endpoint string `json:"-"`
}

// Member is the member of a group.
type Member struct {
	Type    string `json:"type"`
	ID      string `json:"id"`
	Display string `json:"display,omitempty"`
}

// Cause names a resource that is gone.
type Cause struct {
	Type string `json:"type"`
	ID   string `json:"id"`
}

// User is a user in a plain form, for applications that do not want to know SCIM.
type User struct {
	ID         string `json:"id"`
	ExternalID string `json:"externalId,omitempty"`
	UserName   string `json:"userName,omitempty"`
	Email      string `json:"email,omitempty"` // the primary one, or the one for work, or the first
	Name       string `json:"name,omitempty"`  // as it is shown: displayName, or name
	GivenName  string `json:"givenName,omitempty"`
	FamilyName string `json:"familyName,omitempty"`
	// Active says whether the user may sign in. A deleted one may not.
	Active bool `json:"active"`
	// Groups are the ids of the groups that the user is a direct member of. The fact of a membership does
	// not have them: nil.
	Groups []string `json:"groups,omitempty"`
}

// Group is a group in a plain form.
type Group struct {
	ID         string `json:"id"`
	ExternalID string `json:"externalId,omitempty"`
	Name       string `json:"name,omitempty"`
}

// Verb is the part of the type after the dot: "created", "added", …
func (f *Fact) Verb() string {
	_, verb, _ := strings.Cut(f.Type, ".")
	return verb
}

// SplitID returns the tenant and the number of the id of a fact.
func SplitID(id string) (tenant string, seq int64, err error) {
	tenant, number, ok := strings.Cut(id, ".")
	seq, err = strconv.ParseInt(number, 10, 64)
	if !ok || err != nil || seq < 1 {
		return "", 0, fmt.Errorf("%.80q is not the id of a fact, such as acme.41", id)
	}
	return tenant, seq, nil
}

// idOf is Fact.ID. The name of a tenant has no dot.
func idOf(t scim.TenantID, seq int64) string { return fmt.Sprintf("%s.%d", t, seq) }
