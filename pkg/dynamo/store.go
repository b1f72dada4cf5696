package dynamo

import (
	"log/slog"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Options of a Store. A zero field has its default.
type Options struct {
	Table string           // required
	Now   func() time.Time // time.Now by default
	// Lease is how long a staged write may last before another writer may break its lease; 60 s
	// by default, and at most one second longer than the deadline of the request.
	Lease time.Duration
	// Patience is how long a change waits for a staged write of the same group; 10 s by
	// default. After that it fails with *scim.BusyError.
	Patience time.Duration
	// Parallel bounds the calls that one operation makes at the same time; 32 by default.
	Parallel int
	// LargeGroup is the number of members from which the edges of a group are in several partitions;
	// 10,000 by default.
	LargeGroup int
	// Log receives panics of work whose failure changes no answer, with their stack; slog.Default by
	// default.
	Log *slog.Logger
	// Settle is how long a request may still use the settings of before after they were changed; 90 s
	// by default. A build of indexes waits for it.
	Settle time.Duration
	// Feed is how long entries of the feed are kept; scim.DefaultAge by default, and a negative Age keeps no
	// feed. A Consumer of the table needs the same. Only Age counts.
	Feed scim.Retention
}

// Store implements scim.Store and its optional abilities on one table. It is safe for concurrent
// use, by any number of processes. New makes one; the zero value is not usable.
type Store struct {
	api       API
	table     string
	o         Options
	bookmarks bookmarkWrites
	nesting   nesting
	sharding  nesting // which tenants have shards in the index
}

var (
	_ scim.Store        = (*Store)(nil)
	_ scim.BatchGetter  = (*Store)(nil)
	_ scim.EdgeReader   = (*Store)(nil)
	_ scim.Nester       = (*Store)(nil)
	_ scim.Ranger       = (*Store)(nil)
	_ scim.MemberFinder = (*Store)(nil)
	_ scim.Feed         = (*Store)(nil)
)

// New returns a Store on an existing table (see Create).
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
	if o.LargeGroup <= 0 {
		o.LargeGroup = defaultLargeGroup
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Feed.Age == 0 {
		o.Feed.Age = scim.DefaultAge
	}
	if o.Settle <= 0 {
		o.Settle = defaultSettle
	}
	return &Store{api: api, table: o.Table, o: o}
}
