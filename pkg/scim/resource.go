package scim

import (
	"encoding/json"
	"strconv"
	"time"
)

// Resource is one stored resource: an immutable, canonical value. A Resource and its Document must
// not be changed once they were passed to a Store or returned by one.
type Resource struct {
	Type         string // ResourceType name, e.g. "User"
	ID           string
	ExternalID   string
	Version      int64 // starts at 1 and grows by 1 with every effective change
	Created      time.Time
	LastModified time.Time
	// Document is one canonical JSON object that begins with "schemas" and holds every stored
	// attribute except id, meta, members, groups and those in Hidden. An answer without a
	// projection contains it undecoded.
	Document []byte
	// Hidden is nil or a canonical JSON object with the core attributes whose "returned"
	// is never or request, such as a password hash. Only a projection decodes it.
	Hidden []byte
	// Keys are the index keys that the Store holds for the resource. A Store that must know them to
	// release them sets the field; others leave it nil.
	Keys []IndexKey
	// State belongs to the Store; no other code reads it.
	State any
}

// Size is the length of what is stored of the resource, without its keys.
func (r *Resource) Size() int { return len(r.Document) + len(r.Hidden) + len(r.ExternalID) }

// ETag is the entity tag of a version: W/"n" (RFC 7644 §3.14).
func ETag(version int64) string {
	var room [32]byte
	b := strconv.AppendInt(append(room[:0], `W/"`...), version, 10)
	return string(append(b, '"'))
}

// Active reports whether the user that the resource describes may sign in: its "active" is not false.
// A nil Resource, which is one that does not exist, is not active.
func (r *Resource) Active() bool {
	if r == nil {
		return false
	}
	var user struct {
		Active *bool `json:"active"`
	}
	return json.Unmarshal(r.Document, &user) == nil && (user.Active == nil || *user.Active)
}
