package scim

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Feed is an optional ability of a Store: it keeps an Entry of every Commit that had an effect, written
// with the change, so that neither is there without the other. Package feed makes facts of entries.
//
// The facts of a tenant are numbered from 1, without gaps, in the order of the commits. A commit has one
// number for the resource itself, if it was created, replaced or removed, and one for each member that
// joined or left. A member that is removed also leaves its groups: they come first, each with an entry of
// its own. A commit without effect, and one that failed, has none.
//
// Entries expire, see Retention. A Store that has the ability and was told not to use it returns
// ErrNoFeed. Both methods are safe for concurrent use, return ErrNoTenant for the zero TenantID, and stop
// when ctx ends, with its error.
type Feed interface {
	// Entries returns the entries of a tenant that have a number above after, in order and without a
	// gap, at most limit of them (at least 1). The first one may begin at or before after. Entries of
	// commits that returned before the call are among them. No entry follows the last number: nil.
	//
	//	*GoneError  entries above after have expired, or after is above the last number
	Entries(ctx context.Context, t TenantID, after int64, limit int) ([]Entry, error)

	// Last returns the last number of a tenant, 0 if it has none. What a caller reads of the tenant
	// after this call contains everything up to that number.
	Last(ctx context.Context, t TenantID) (int64, error)
}

// Entry is what one commit changed in one resource, or a part of it: a change of very many members has
// several entries with consecutive numbers, see AppendEntries. Entries are shared and are not changed.
type Entry struct {
	First, Last int64 // the numbers of its facts
	Time        time.Time
	Type, ID    string // of the resource

	// Own says that the resource itself was created, replaced or removed. That fact has the number
	// First, before those of members, or Last after them if the resource is gone.
	Own bool
	// Before is the resource as it was; nil if it is new, and for an entry of members alone unless the
	// group is gone. After is the resource as it was stored; nil if it is gone. Their Hidden is nil.
	Before, After *Resource
	// Left and Joined are members of the group, in the order of their numbers. In what order those of one commit
	// have numbers is up to the Store.
	Left, Joined []Member
	// Groups are the ids of the groups that the resource was a direct member of after the commit, ascending; only of
	// an Own entry. A Store that makes its entries later, as that of DynamoDB does of its stream, may have those of a
	// moment after it: the entries of what happened meanwhile follow.
	Groups []string
	// Cause is the member whose removal made the group lose it; the zero Ref otherwise.
	Cause Ref
	Actor Actor
}

// Actor says who made a change; see Caller. All fields are empty for the program itself.
type Actor struct {
	Token     string `json:"token,omitempty"` // key id of the token, or id of the OAuth client
	IdP       string `json:"idp,omitempty"`
	Agent     string `json:"agent,omitempty"`
	Operator  string `json:"operator,omitempty"`
	RequestID string `json:"-"`
}

// ActorFrom is the actor of a request, see CallerFrom.
func ActorFrom(ctx context.Context) Actor {
	c := CallerFrom(ctx)
	return Actor{Token: c.TokenID(), IdP: c.IdP, Agent: c.Agent, Operator: c.Operator, RequestID: c.RequestID}
}

// Resource is the resource after the change, or before its removal.
func (e *Entry) Resource() *Resource {
	if e.After == nil {
		return e.Before
	}
	return e.After
}

// facts is how many numbers the entry has.
func (e *Entry) facts() int64 {
	n := int64(len(e.Left) + len(e.Joined))
	if e.Own {
		n++
	}
	return n
}

// EntryMembers is how many members an entry has at most.
const EntryMembers = 500

// AppendEntries appends a change to the entries that a Store is about to write, with the numbers that
// follow last. A change of more than EntryMembers members becomes several entries, so that neither a
// reader nor a row has to hold all of them.
func AppendEntries(list []Entry, last int64, e Entry) []Entry {
	left, joined, own := e.Left, e.Joined, e.Own
	for first := true; ; first = false {
		part := e
		part.Left, left = cutMembers(left, EntryMembers)
		part.Joined, joined = cutMembers(joined, EntryMembers-len(part.Left))
		end := len(left)+len(joined) == 0
		if e.After == nil {
			part.Own = own && end
		} else if part.Own = own && first; !part.Own {
			part.Before, part.Groups = nil, nil
		}
		part.First, part.Last = last+1, last+part.facts()
		last = part.Last
		list = append(list, part)
		if end {
			return list
		}
	}
}

func cutMembers(list []Member, n int) (part, rest []Member) {
	n = min(n, len(list))
	return list[:n:n], list[n:]
}

// Shown is an entry as a Store returns it: without what no reader may see.
func (e Entry) Shown() Entry {
	e.Before, e.After = e.Before.withoutHidden(), e.After.withoutHidden()
	return e
}

func (r *Resource) withoutHidden() *Resource {
	if r == nil || r.Hidden == nil && r.State == nil && r.Keys == nil {
		return r
	}
	next := *r
	next.Hidden, next.State, next.Keys = nil, nil, nil
	return &next
}

// Retention says for how long a Store keeps the entries of its Feed. The zero value is the default.
type Retention struct {
	// Age is how old an entry may become; 0 is DefaultAge, and a negative Age keeps no feed at all.
	Age time.Duration
	// Entries and Bytes bound what a Store in memory keeps of each tenant; 0 is a default. Other Stores
	// ignore them.
	Entries, Bytes int
}

// DefaultAge is how long entries of a Feed are kept.
const DefaultAge = 30 * 24 * time.Hour

// ErrNoFeed is the error of a Store that keeps no feed.
var ErrNoFeed = errors.New("the store keeps no feed")

// GoneError says that a reader must start anew: from a snapshot, and from the number that belongs to it.
type GoneError struct {
	After       int64 // what was asked for
	First, Last int64 // the numbers that are kept; First is above Last if there are none
}

func (e *GoneError) Error() string {
	if e.After > e.Last {
		return fmt.Sprintf("there is no fact %d yet, the last one is %d: start anew", e.After, e.Last)
	}
	return fmt.Sprintf("facts after %d have expired, the first one is %d: start anew", e.After, e.First)
}
