package scim

import (
	"strconv"
	"time"
)

// Resource is one stored resource: an immutable, canonical value. Nobody may change a
// Resource or its Document after it was handed to or received from a Store.
type Resource struct {
	Type         string // ResourceType name, e.g. "User"
	ID           string
	ExternalID   string
	Version      int64 // starts at 1 and grows by 1 with every effective change
	Created      time.Time
	LastModified time.Time
	// Document is one canonical JSON object that starts with "schemas" and holds every
	// stored attribute but id, meta, members, groups and what is in Hidden. A response
	// without a projection splices it unread.
	Document []byte
	// Hidden is nil or a canonical JSON object with the core attributes whose "returned"
	// is never or request (a password hash). Only a projection may look inside.
	Hidden []byte
	// Keys are the index keys the Store holds for it. A Store that has to know them to
	// release them sets the field; others leave it nil.
	Keys []IndexKey
	// State is the Store's own; nobody else looks at it.
	State any
}

// ETag is the entity tag of a version: W/"n" (RFC 7644 §3.14).
func ETag(version int64) string { return `W/"` + strconv.FormatInt(version, 10) + `"` }
