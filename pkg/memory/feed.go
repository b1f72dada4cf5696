package memory

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Defaults of Options.Feed, for each tenant.
const (
	maxEntries = 20_000
	maxBytes   = 32 << 20
)

// retention is how much of the feed of each tenant is kept.
type retention struct {
	scim.Retention
	now func() time.Time
}

func retentionOf(o Options) retention {
	r := retention{o.Feed, o.Now}
	if r.now == nil {
		r.now = time.Now
	}
	r.Age = cmp.Or(r.Age, scim.DefaultAge)
	r.Entries, r.Bytes = cmp.Or(r.Entries, maxEntries), cmp.Or(r.Bytes, maxBytes)
	return r
}

// feed has the entries of one tenant, the oldest first. It points to the resources of the store, so that
// an entry costs no copy of them.
type feed struct {
	keep    *retention
	entries []scim.Entry
	written []int64 // when, in seconds: the clock of a change may be another one
	last    int64   // the last number
	bytes   int     // of the resources and members in entries
}

func (f *feed) kept() bool { return f.keep.Age > 0 }

// add appends an entry with the next numbers, and drops the oldest ones that no longer fit.
func (f *feed) add(e scim.Entry) {
	from := len(f.entries)
	f.entries = scim.AppendEntries(f.entries, f.last, e)
	now := f.keep.now().Unix()
	for i := from; i < len(f.entries); i++ {
		f.bytes += weight(&f.entries[i])
		f.written = append(f.written, now)
	}
	f.last = f.entries[len(f.entries)-1].Last
	oldest := now - int64(f.keep.Age/time.Second)
	for len(f.entries) > 0 && (len(f.entries) > f.keep.Entries || f.bytes > f.keep.Bytes || f.written[0] < oldest) {
		f.bytes -= weight(&f.entries[0])
		f.entries[0] = scim.Entry{} // what it points to can be collected
		f.entries, f.written = f.entries[1:], f.written[1:]
	}
}

// weight is roughly how many bytes an entry holds. The state after a change is that of the store, and later
// the one before another change.
func weight(e *scim.Entry) int {
	const entry, member = 300, 100
	n := entry + member*(len(e.Joined)+len(e.Left))
	if e.Before != nil {
		n += e.Before.Size()
	}
	return n
}

// live are the entries that have not expired.
func (f *feed) live() []scim.Entry {
	oldest := f.keep.now().Add(-f.keep.Age).Unix()
	from, _ := slices.BinarySearch(f.written, oldest)
	return f.entries[from:]
}

// Entries implements scim.Feed.
func (s *Store) Entries(ctx context.Context, t scim.TenantID, after int64, limit int) ([]scim.Entry, error) {
	tn, err := s.readFeed(ctx, t)
	if err != nil {
		return nil, err
	}
	defer tn.mu.RUnlock()
	list, first := tn.feed.live(), tn.feed.last+1
	if len(list) > 0 {
		first = list[0].First
	}
	if after < first-1 || after > tn.feed.last {
		return nil, &scim.GoneError{After: after, First: first, Last: tn.feed.last}
	}
	at, _ := slices.BinarySearchFunc(list, after, func(e scim.Entry, after int64) int {
		if e.Last <= after {
			return -1
		}
		return 1
	})
	list = list[at:]
	list = list[:min(len(list), max(limit, 1))]
	if len(list) == 0 {
		return nil, nil
	}
	out := make([]scim.Entry, len(list))
	for i := range list {
		out[i] = list[i].Shown()
	}
	return out, nil
}

// Last implements scim.Feed.
func (s *Store) Last(ctx context.Context, t scim.TenantID) (int64, error) {
	tn, err := s.readFeed(ctx, t)
	if err != nil {
		return 0, err
	}
	defer tn.mu.RUnlock()
	return tn.feed.last, nil
}

// readFeed is read for the methods of scim.Feed.
func (s *Store) readFeed(ctx context.Context, t scim.TenantID) (*tenant, error) {
	tn, err := s.read(ctx, t)
	if err == nil && !tn.feed.kept() {
		tn.mu.RUnlock()
		return nil, scim.ErrNoFeed
	}
	return tn, err
}
