package scim

import "time"

// Versions with a meaning of their own in Change.If.
const (
	IfAbsent int64 = 0  // the resource must not exist: a create
	IfAny    int64 = -1 // the resource must exist, at whatever version
)

// Change is one atomic write to one resource and to what hangs on it.
type Change struct {
	Type string
	ID   string
	If   int64     // IfAbsent, IfAny, or the version that must still hold
	Now  time.Time // becomes LastModified

	// Prior is the resource as the caller has read it, or nil. It may save the Store a read; what
	// must hold is decided by If. A change of edges alone at IfAny commutes with every other one, so Commit may then
	// return Prior with the next version, though others have changed the resource since.
	Prior *Resource

	// Put is the new state. The Store sets Version (1 on create, else old+1), keeps
	// Created on replacement and sets LastModified to Now. With Put == nil and Remove
	// false, the document stays and only edges change; if no edge does, because those to add
	// are there and those to remove are not, nothing is written and the resource is returned
	// as it is. Otherwise the version grows by 1.
	Put *Resource
	// Remove deletes the resource, its keys, its edges as a group and as a member, and
	// advances Version and LastModified of the groups that lost it.
	Remove bool

	// Keys is the whole set of index keys of the new state; the Store releases those that only the
	// old state held. Commit may keep the slice and replace its strings by equal ones, so the caller does not
	// use it for another call at the same time. Ignored unless Put is set.
	Keys []IndexKey

	// Display is the display name of the new state, or "" if it has none. The Store shows it as
	// Member.Display wherever the resource is a member, at once or after a moment. Ignored unless
	// Put is set.
	Display string

	// ClearMembers removes every edge of the group that AddMembers does not name.
	ClearMembers  bool
	AddMembers    []Member // each must be a resource of the tenant, see MissingError
	RemoveMembers []string // member ids; absent ones are no error

	// Actor is who makes the change, for the Entry of a Store that is a Feed.
	Actor Actor
}

// IndexKey is one value under which a resource can be looked up.
type IndexKey struct {
	Attr   string // canonical attribute path, e.g. "userName", "emails.value"
	Value  string // comparison form: folded unless the attribute is caseExact
	Unique bool   // at most one resource of the type may hold it
}

// Member is an edge from a group to a member (RFC 7643 §4.2).
type Member struct {
	ID      string // the member's resource id
	Type    string // its ResourceType name: "User", "Group", …
	Display string // its display name: the one it was added with, or a later one of Change.Display
}

// MaxResource is the largest resource that the stores of this module keep, in bytes. DynamoDB allows
// 400 KB for an item; names and the state of edges take the rest.
const MaxResource = 390 << 10

// CheckSize returns a *TooLargeError if the new state, with its index keys, takes more than limit
// bytes.
func (c *Change) CheckSize(limit int) error {
	if c.Put == nil {
		return nil
	}
	size := c.Put.Size()
	for _, k := range c.Keys {
		size += len(k.Attr) + len(k.Value) + 8
	}
	if size > limit {
		return &TooLargeError{Bytes: size, Limit: limit}
	}
	return nil
}
