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

// feed has the entries of one tenant, the oldest first, in blocks: an append moves nothing, and what has
// expired is collected. It points to the resources of the store, so that an entry costs no copy of them.
type feed struct {
	keep   *retention
	blocks []block
	gone   int   // how many entries of the first block have expired
	n      int   // how many entries are left
	last   int64 // the last number
	bytes  int   // of the resources and members in entries
}

// block has consecutive entries, and when they were written, in seconds: the clock of a change may be
// another one. It takes blockSize entries, and more only for one change that has more.
type block struct {
	entries []scim.Entry
	written []int64
}

const blockSize = 64

func (f *feed) kept() bool { return f.keep.Age > 0 }

// add appends an entry with the next numbers, and drops the oldest ones that no longer fit.
func (f *feed) add(e scim.Entry) {
	b := f.tail()
	from, now := len(b.entries), f.keep.now().Unix()
	b.entries = scim.AppendEntries(b.entries, f.last, e)
	for i := from; i < len(b.entries); i++ {
		f.bytes += weight(&b.entries[i])
		b.written = append(b.written, now)
	}
	f.n += len(b.entries) - from
	f.last = b.entries[len(b.entries)-1].Last
	f.expire(now - int64(f.keep.Age/time.Second))
}

// tail is the block that takes the next entry.
func (f *feed) tail() *block {
	if n := len(f.blocks); n > 0 && len(f.blocks[n-1].entries) < blockSize {
		return &f.blocks[n-1]
	}
	f.blocks = append(f.blocks, block{make([]scim.Entry, 0, blockSize), make([]int64, 0, blockSize)})
	return &f.blocks[len(f.blocks)-1]
}

// expire drops the oldest entries until the others are as many, as large and as young as the tenant may keep.
func (f *feed) expire(oldest int64) {
	for f.n > 0 {
		b := &f.blocks[0]
		if f.n <= f.keep.Entries && f.bytes <= f.keep.Bytes && b.written[f.gone] >= oldest {
			return
		}
		f.bytes -= weight(&b.entries[f.gone])
		b.entries[f.gone] = scim.Entry{} // what it points to can be collected
		f.gone++
		f.n--
		if f.gone == len(b.entries) {
			f.blocks[0] = block{}
			f.blocks, f.gone = f.blocks[1:], 0
		}
	}
}

// from returns the entries beginning with the first one that is wanted, at most limit of them. All entries
// after a wanted one are wanted.
func (f *feed) from(limit int, wanted func(e *scim.Entry, written int64) bool) (list []scim.Entry) {
	at, _ := slices.BinarySearchFunc(f.blocks, true, func(b block, _ bool) int {
		last := len(b.entries) - 1
		return sign(!wanted(&b.entries[last], b.written[last]))
	})
	for n, b := range f.blocks[at:] {
		first := 0
		if at+n == 0 {
			first = f.gone
		}
		if n == 0 {
			for first < len(b.entries) && !wanted(&b.entries[first], b.written[first]) {
				first++
			}
		}
		part := b.entries[first:]
		list = append(list, part[:min(len(part), limit-len(list))]...)
		if len(list) == limit {
			break
		}
	}
	return list
}

// sign is the result of a comparison by which something comes before what is searched for, or not.
func sign(before bool) int {
	if before {
		return -1
	}
	return 1
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

// Entries implements scim.Feed.
func (s *Store) Entries(ctx context.Context, t scim.TenantID, after int64, limit int) ([]scim.Entry, error) {
	tn, err := s.readFeed(ctx, t)
	if err != nil {
		return nil, err
	}
	defer tn.mu.RUnlock()
	f := &tn.feed
	first, oldest := f.last+1, f.keep.now().Add(-f.keep.Age).Unix()
	if live := f.from(1, func(_ *scim.Entry, written int64) bool { return written >= oldest }); len(live) > 0 {
		first = live[0].First
	}
	if after < first-1 || after > f.last {
		return nil, &scim.GoneError{After: after, First: first, Last: f.last}
	}
	list := f.from(max(limit, 1), func(e *scim.Entry, _ int64) bool { return e.Last > after })
	if len(list) == 0 {
		return nil, nil
	}
	for i := range list {
		list[i] = list[i].Shown()
	}
	return list, nil
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
