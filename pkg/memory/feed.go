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
// expired is collected. They have the states of the store, so that an entry costs no copy of them.
type feed struct {
	keep   *retention
	blocks [][]item // of blockSize
	gone   int      // how many entries of the first block have expired
	n      int      // how many entries are left
	last   int64    // the last number
	bytes  int      // of the resources and members in entries
	parts  []scim.Entry
}

// item is an entry. A scim.Entry with two resources takes four times as much.
type item struct {
	first, last   int64
	time          int64 // as in a state
	written       int64 // in seconds: the clock of a change may be another one
	kind          *kind
	own           bool
	before, after state
	edges         *edges // nil if there are none
	actor         scim.Actor
}

// edges are what few entries have.
type edges struct {
	left, joined []scim.Member
	groups       []string
	cause        scim.Ref
}

// entry is what a reader gets: without Hidden.
func (i *item) entry() scim.Entry {
	e := scim.Entry{First: i.first, Last: i.last, Time: timeOf(i.time), Type: i.kind.name, Own: i.own, Actor: i.actor}
	e.Before, e.After = i.shown(i.before), i.shown(i.after)
	e.ID = e.Resource().ID
	if x := i.edges; x != nil {
		e.Left, e.Joined, e.Groups, e.Cause = x.left, x.joined, x.groups, x.cause
	}
	return e
}

const blockSize = 64

func (f *feed) kept() bool { return f.keep.Age > 0 }

func (i *item) shown(s state) *scim.Resource {
	if s == nil {
		return nil
	}
	r := i.kind.one(string(s.id()), s)
	r.Hidden = nil
	return r
}

// there is in place of a state, for scim.AppendEntries.
var there = &scim.Resource{}

// add appends an entry with the next numbers, or several if it has many members, and drops the oldest ones that no
// longer fit.
func (f *feed) add(k *kind, before, after state, e scim.Entry) {
	now := f.keep.now().Unix()
	if before != nil {
		e.Before = there
	}
	if after != nil {
		e.After = there
	}
	f.parts = scim.AppendEntries(f.parts[:0], f.last, e)
	for _, part := range f.parts {
		i := item{
			first: part.First, last: part.Last, time: e.Time.UnixMicro(), written: now,
			kind: k, own: part.Own, after: after, actor: e.Actor,
		}
		if part.Before != nil {
			i.before = before
		}
		if len(part.Left)+len(part.Joined)+len(part.Groups) > 0 {
			i.edges = &edges{part.Left, part.Joined, part.Groups, part.Cause}
		}
		f.push(i)
	}
	clear(f.parts) // what they point to can be collected
	f.expire(now - int64(f.keep.Age/time.Second))
}

// push appends an entry.
func (f *feed) push(i item) {
	if n := len(f.blocks); n == 0 || len(f.blocks[n-1]) == blockSize {
		f.blocks = append(f.blocks, make([]item, 0, blockSize))
	}
	b := &f.blocks[len(f.blocks)-1]
	*b = append(*b, i)
	f.bytes += i.weight()
	f.n++
	f.last = i.last
}

// expire drops the oldest entries until the others are as many, as large and as young as the tenant may keep.
func (f *feed) expire(oldest int64) {
	for f.n > 0 {
		b := f.blocks[0]
		i := &b[f.gone]
		if f.n <= f.keep.Entries && f.bytes <= f.keep.Bytes && i.written >= oldest {
			return
		}
		f.bytes -= i.weight()
		*i = item{} // what it points to can be collected
		f.gone++
		f.n--
		if f.gone == len(b) {
			f.blocks[0] = nil
			f.blocks, f.gone = f.blocks[1:], 0
		}
	}
}

// from returns the entries beginning with the first one that is wanted, at most limit of them. All entries
// after a wanted one are wanted.
func (f *feed) from(limit int, wanted func(*item) bool) (list []*item) {
	at, _ := slices.BinarySearchFunc(f.blocks, true, func(b []item, _ bool) int {
		return sign(!wanted(&b[len(b)-1]))
	})
	for n, b := range f.blocks[at:] {
		if at+n == 0 {
			b = b[f.gone:]
		}
		for i := range b {
			if len(list) == limit {
				return list
			}
			if len(list) > 0 || wanted(&b[i]) {
				list = append(list, &b[i])
			}
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
func (i *item) weight() int {
	const entry, member = 300, 100
	n := entry + len(i.before)
	if i.edges != nil {
		n += member * (len(i.edges.joined) + len(i.edges.left))
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
	if live := f.from(1, func(i *item) bool { return i.written >= oldest }); len(live) > 0 {
		first = live[0].first
	}
	if after < first-1 || after > f.last {
		return nil, &scim.GoneError{After: after, First: first, Last: f.last}
	}
	var list []scim.Entry
	for _, i := range f.from(max(limit, 1), func(i *item) bool { return i.last > after }) {
		list = append(list, i.entry())
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
