package dynamo

import (
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Options of a Store. Zero fields take the defaults.
type Options struct {
	Table string // required
	Now   func() time.Time
	// Lease is how long a staged write may last before another writer gives it up; 60 s by
	// default, and never much longer than the deadline of the request.
	Lease time.Duration
	// Patience is how long a change waits for a staged write of the same group; 10 s by
	// default. Beyond it the client is asked to come back.
	Patience time.Duration
	// Parallel bounds the calls that one operation has under way at once; 32 by default.
	Parallel int
}

// Store implements scim.Store and its optional abilities on one table. Safe for concurrent use by
// any number of processes.
type Store struct {
	api   API
	table string
	o     Options
	marks marking
	nests nesting
}

// Distant implements scim.Distant.
func (*Store) Distant() {}

var (
	_ scim.Store            = (*Store)(nil)
	_ scim.BatchGetter      = (*Store)(nil)
	_ scim.MembershipRanger = (*Store)(nil)
	_ scim.Distant          = (*Store)(nil)
	_ scim.Nester           = (*Store)(nil)
)

// New makes a Store on an existing table (see Create).
func New(api API, o Options) *Store {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Lease <= 0 {
		o.Lease = time.Minute
	}
	if o.Patience <= 0 {
		o.Patience = 10 * time.Second
	}
	if o.Parallel <= 0 {
		o.Parallel = 32
	}
	return &Store{api: api, table: o.Table, o: o}
}
