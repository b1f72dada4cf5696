package scim

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Store keeps resources, their index keys and membership edges of many tenants, and
// nothing but: no schema, no HTTP, no policy. Every method is safe for concurrent use,
// and no method lets a caller see or change data of another tenant.
//
// Errors: ErrNotFound, ErrVersion, *TakenError and *TooLargeError as documented; anything else
// is a fault of the store, of which *BusyError asks the client to come back later.
type Store interface {
	// Get returns a resource by id (exact match) or ErrNotFound.
	Get(ctx context.Context, t TenantID, typ, id string) (*Resource, error)

	// Lookup returns the resources of a type that hold an index key, ordered by id,
	// with the same paging as List. Its answer reflects every Commit that returned before.
	Lookup(ctx context.Context, t TenantID, typ string, key IndexKey, page Page) (List, error)

	// List returns a range of the resources of a type, ordered by id (ids are
	// time-ordered, so that is the order of creation).
	List(ctx context.Context, t TenantID, typ string, page Page) (List, error)

	// Members returns the members of a group, ordered by member id. Of an unknown group it
	// returns none. One call sees one state of the group, never a mix of two.
	Members(ctx context.Context, t TenantID, groupID string, page Page) (MemberList, error)

	// IsMember tells which of the given ids are direct members of the group.
	IsMember(ctx context.Context, t TenantID, groupID string, ids []string) (map[string]bool, error)

	// MemberOf returns, for each of the given resource ids (at most 1000, in ascending
	// order), the ids of the groups it is a direct member of, ascending. Ids without a
	// group are missing from the map.
	MemberOf(ctx context.Context, t TenantID, ids []string) (map[string][]string, error)

	// Commit carries out one change atomically: all of it or nothing. It returns the
	// resource as stored (nil when it was removed).
	//
	//	ErrNotFound     the resource to change or remove does not exist
	//	ErrVersion      Change.If does not hold
	//	*TakenError     a unique key belongs to another resource
	//	*TooLargeError  the resource is larger than the store can keep
	Commit(ctx context.Context, t TenantID, c Change) (*Resource, error)
}

// Ref names one resource of a tenant.
type Ref struct {
	Type string // ResourceType name
	ID   string
}

// BatchGetter is an optional ability of a Store: many resources, of any types, in one call.
type BatchGetter interface {
	// GetMany returns the resources that exist among refs, each as Get would return it. What
	// does not exist is missing from the answer, whose order is undefined. refs must be distinct.
	GetMany(ctx context.Context, t TenantID, refs []Ref) ([]*Resource, error)
}

// EdgeReader is an optional ability of a Store whose reads cross a network: it returns resources
// together with their edges and decides itself which questions it asks at the same time. The
// answers are those of the plain methods: groups as MemberOf, members as Members.
type EdgeReader interface {
	// GetWithGroups is Get, and the ids of the groups that the resource is a direct member of,
	// ascending.
	GetWithGroups(ctx context.Context, t TenantID, typ, id string) (*Resource, []string, error)
	// ListWithGroups is List, and MemberOf of the resources that it returns.
	ListWithGroups(ctx context.Context, t TenantID, typ string, page Page) (List, map[string][]string, error)
	// LookupWithGroups is Lookup, and MemberOf of the resources that it returns.
	LookupWithGroups(ctx context.Context, t TenantID, typ string, key IndexKey, page Page) (List, map[string][]string, error)
	// MembersOf returns the first limit members of each group, by group id. groups are resources
	// that the caller has just read.
	MembersOf(ctx context.Context, t TenantID, groups []*Resource, limit int) (map[string]MemberList, error)
}

// Distant is an optional ability of a Store: each of its calls is a journey over a network, so
// that calls which do not need each other's answer are better made at the same time.
type Distant interface {
	Distant()
}

// Nester is an optional ability of a Store: to know that a tenant has no group inside another
// one, so that nobody has to look for indirect membership. It may say true when it is not sure.
type Nester interface {
	Nested(ctx context.Context, t TenantID) (bool, error)
}

// MembershipRanger is an optional ability of a Store: direct groups of whoever lies behind an
// id, without having to know who that is.
type MembershipRanger interface {
	// MemberOfBehind reads about limit memberships of resources whose ids are behind after,
	// in the order of these ids.
	MemberOfBehind(ctx context.Context, t TenantID, after string, limit int) (Memberships, error)
}

// Memberships are the direct groups of resources, by resource id.
type Memberships struct {
	Groups map[string][]string // ascending; ids without a group are missing
	Below  string              // ids from this one on were not reached; "" means that all were
}

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

	// Prior is the resource as the caller read it, or nil. It may save the Store a read; If
	// decides what must hold.
	Prior *Resource

	// Put is the new state. The Store sets Version (1 on create, else old+1), keeps
	// Created on replacement and sets LastModified to Now. With Put == nil and Remove
	// false, the document stays and only edges change; if no edge does, because those to add
	// are there and those to remove are not, nothing is written and the resource is returned
	// as it is. Otherwise the version grows by 1.
	Put *Resource
	// Remove deletes the resource, its keys, its edges as a group and as a member, and
	// bumps version and LastModified of the groups that lost it.
	Remove bool

	// Keys are the index keys of the new state, the whole set; the store releases those
	// that the old state held and the new does not. Ignored unless Put is set.
	Keys []IndexKey

	// ClearMembers removes every edge of the group that AddMembers does not name.
	ClearMembers  bool
	AddMembers    []Member
	RemoveMembers []string // member ids; absent ones are no error
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
	Display string // its display name when it was added
}

// Page asks for a range. After and Offset exclude each other.
type Page struct {
	After  string // exclusive lower bound of the id; "" starts at the beginning
	Offset int    // number of entries to skip
	Limit  int    // at most so many entries; 0 asks only for the total

	// Prior is for Members: the group as the caller has read it, or nil. It may save the Store
	// a read.
	Prior *Resource
	// Found is for Lookup and may be nil: a Store that knows the ids of the page before it
	// reads the resources calls it, once, so that the caller can ask for more meanwhile.
	Found func(ids []string)
	// Begins is for List and may be nil: a Store that knows behind which id the page begins
	// before it reads the resources calls it, once, for the same reason.
	Begins func(after string)
}

// List is a range of resources.
type List struct {
	Resources []*Resource
	Total     int  // of all entries that the query holds, or -1 when unknown
	More      bool // whether entries follow this range
}

// MemberList is a range of members.
type MemberList struct {
	Members []Member
	Total   int
	More    bool
}

// Sentinel errors of a Store.
var (
	ErrNotFound = errors.New("resource not found")
	ErrVersion  = errors.New("version does not match")
)

// TooLargeError says that a resource is larger than the store can keep.
type TooLargeError struct {
	Bytes, Limit int
}

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("resource of %d bytes, at most %d can be stored", e.Bytes, e.Limit)
}

// TakenError says that a unique key belongs to another resource.
type TakenError struct {
	Attr string
	ID   string // the holder, if the store knows it
}

func (e *TakenError) Error() string { return fmt.Sprintf("value of %s is taken", e.Attr) }

// BusyError says that the store gave up for now (contention, throttling); the client
// should retry after the given time. It becomes 503 with Retry-After.
type BusyError struct {
	RetryAfter time.Duration
	Cause      error
}

func (e *BusyError) Error() string { return "store is busy" }
func (e *BusyError) Unwrap() error { return e.Cause }
