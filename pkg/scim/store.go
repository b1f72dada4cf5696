package scim

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Store keeps resources, their index keys and their membership edges for many tenants. It knows no
// schema, no HTTP and no policy. Package storetest checks an implementation.
//
// Promises of every implementation:
//
//   - A method neither shows nor changes data of another tenant, whatever ids are passed. The zero
//     TenantID is no tenant: every method, of the optional abilities too, refuses it with
//     ErrNoTenant and reads and writes nothing.
//   - Commit is atomic: a later call sees all of a change or nothing of it. Get, Lookup, Members and
//     IsMember reflect every Commit that returned before; List and MemberOf may lag by a moment.
//   - A group never gains a member that does not exist: Commit looks for it in the write itself,
//     because the caller's own look may be outdated.
//   - Created and LastModified are kept to the millisecond or better.
//   - All methods are safe for concurrent use. They stop when ctx ends, with its error.
//   - Resources that were passed in or returned are shared and are not changed.
//
// Errors: ErrNotFound, ErrVersion, *TakenError, *MissingError, *TooLargeError and *TooManyError as
// documented at the methods; ErrNoTenant as above; *BusyError asks the client to come back later (503);
// any other error is a fault of the store (500). A Store never makes an *Error: client errors are the
// business of the Provider.
type Store interface {
	// Get returns a resource by id (exact match) or ErrNotFound.
	Get(ctx context.Context, t TenantID, typ, id string) (*Resource, error)

	// Lookup returns the resources of a type that hold an index key, ordered by id, paged as by
	// List.
	Lookup(ctx context.Context, t TenantID, typ string, key IndexKey, page Page) (List, error)

	// List returns a range of the resources of a type, ordered by id. Ids are time-ordered, so this
	// is the order of creation.
	List(ctx context.Context, t TenantID, typ string, page Page) (List, error)

	// Members returns the members of a group, ordered by member id, or none if there is no such
	// group. One call sees one state of the group, never a mix of two; MemberList.Group says which one.
	Members(ctx context.Context, t TenantID, groupID string, page Page) (MemberList, error)

	// IsMember reports which of the ids are direct members of the group; others are missing.
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
	//	*TakenError     a unique key (Attr and Value) belongs to another resource of the type
	//	*MissingError   a member to add (by Type and ID) is no resource of the tenant
	//	*TooLargeError  the resource is larger than the store can keep
	//	*TooManyError   a new group has more members than one call can write
	//
	// After each of them nothing has changed. If several apply, any of them is returned. A
	// member that the group has already need not exist. A change with Remove adds no members,
	// so it cannot miss one.
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

// Nester is an optional ability of a Store: it knows that a tenant has no group inside another
// group, so that indirect membership need not be looked for. It may return true when it is not
// sure.
type Nester interface {
	Nested(ctx context.Context, t TenantID) (bool, error)
}

// Bounded is an optional ability of a Store: it refuses every resource larger than a number of bytes with a
// *TooLargeError. A Provider then refuses such a resource before it does the work that the size asks for.
type Bounded interface {
	MaxResource() int
}

// Page asks for a range. After and Offset exclude each other.
type Page struct {
	After  string // exclusive lower bound of the id; "" starts at the beginning
	Offset int    // number of entries to skip
	Limit  int    // maximum number of entries; 0 asks only for the total
	// Reach is how many entries a store that has to read its way may read to find Offset; 0 means any
	// number. Beyond it List returns ErrFar.
	Reach int
}

// List is a range of resources.
type List struct {
	Resources []*Resource
	Total     int  // of all entries that the query holds, those before After too; -1 when unknown
	More      bool // whether entries follow this range
}

// MemberList is a range of members.
type MemberList struct {
	Members []Member
	Total   int  // as in List
	More    bool // as in List
	// Group is the group in the state that has these members; nil where the store does not know it, or has seen that it
	// is the one that the caller gave. The caller may have read another one a moment before.
	Group *Resource
	// Missing: the store has seen that there is no such group, perhaps no more.
	Missing bool
}

// Sentinel errors of a Store.
var (
	ErrNotFound = errors.New("resource not found")
	ErrVersion  = errors.New("version does not match")
	ErrNoTenant = errors.New("no tenant named")
	ErrFar      = errors.New("the page is too far from any known place")
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

// MissingError says that members to add do not exist; nothing was written.
type MissingError struct {
	IDs []string // those that the store has found missing, each once: at least one, not always all
}

// Error names a few of the ids.
func (e *MissingError) Error() string {
	const few = 3
	if n := len(e.IDs); n > few {
		return fmt.Sprintf("%d members do not exist: %s, …", n, strings.Join(e.IDs[:few], ", "))
	}
	return "members do not exist: " + strings.Join(e.IDs, ", ")
}

// TooManyError says that a new group has more members than the store can write in the time of the
// call. There is nothing to continue, because each request makes a new id.
type TooManyError struct {
	Members, Limit int // Limit is approximate
}

func (e *TooManyError) Error() string {
	return fmt.Sprintf("new group with %d members, at most about %d can be written at once", e.Members, e.Limit)
}

// BusyError says that the store gave up for now, because of contention or throttling. It is answered
// with 503 and Retry-After.
type BusyError struct {
	RetryAfter time.Duration
	Cause      error
	Unfinished *Unfinished // unless nil, the same call continues the change
}

// Unfinished is a change of members that ran out of time. It has no effect yet. The same change, made
// again within a time, continues where it ended.
type Unfinished struct {
	Done, Of int // edges that are written, of all that change
	Within   time.Duration
}

func (e *BusyError) Error() string {
	if e.Cause == nil {
		return "busy"
	}
	return "busy: " + e.Cause.Error()
}

func (e *BusyError) Unwrap() error { return e.Cause }
