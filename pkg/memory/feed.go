package memory

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/scimstack/scimstack/internal/poison"
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

// feed has the entries of one tenant, the oldest first. They are bytes in blocks (see item), so that neither a change nor
// the garbage collector pays for how many there are: four objects for each of 20,000 entries took three quarters of a
// collection of a thousand users.
type feed struct {
	keep   *retention
	blocks []block
	gone   int     // where the first entry of the first block is that has not expired
	spare  []byte  // of a block that has expired
	n      int     // how many entries are left
	last   int64   // the last number
	bytes  int     // of the entries that are left
	types  []*kind // that entries are of, by number
	parts  []scim.Entry
	room   []byte   // for an entry
	groups []string // for those of an entry
}

// block is a piece of memory with entries.
type block struct {
	bytes []byte
	head  // of the last entry
}

// blockSize is the size of a block. One with a larger entry has that alone.
const blockSize = 32 << 10

func (f *feed) kept() bool { return f.keep.Age > 0 }

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
	for i := range f.parts {
		part, was := &f.parts[i], before
		if part.Before == nil {
			was = nil
		}
		f.room = appendItem(f.room[:0], f.numberOf(k), was, after, part)
		f.push(head{last: part.Last, written: now}, f.room)
	}
	clear(f.parts) // what they point to can be collected
	poison.Bytes(f.room)
	if cap(f.room) > blockSize {
		f.room = nil
	}
	f.expire(now - int64(f.keep.Age/time.Second))
}

// numberOf is the number of a type: there are few.
func (f *feed) numberOf(k *kind) int {
	n := slices.Index(f.types, k)
	if n < 0 {
		n = len(f.types)
		f.types = append(f.types, k)
	}
	return n
}

// push appends an entry.
func (f *feed) push(h head, item []byte) {
	size := headSize + len(item)
	if n := len(f.blocks); n == 0 || len(f.blocks[n-1].bytes)+size > blockSize {
		f.blocks = append(f.blocks, f.block(n > 0 && size <= blockSize))
	}
	b := &f.blocks[len(f.blocks)-1]
	b.bytes = append(h.append(b.bytes, len(item)), item...)
	b.head = h
	f.bytes += size
	f.n++
	f.last = h.last
}

// block is a new block. The first one grows as needed: most tenants are small.
func (f *feed) block(whole bool) (b block) {
	if whole {
		if b.bytes, f.spare = f.spare, nil; b.bytes == nil {
			b.bytes = make([]byte, 0, blockSize)
		}
	}
	return b
}

// expire drops the oldest entries until the others are as many, as large and as young as the tenant may keep.
func (f *feed) expire(oldest int64) {
	for f.n > 0 {
		b := f.blocks[0].bytes
		h, size := headOf(b[f.gone:])
		if f.n <= f.keep.Entries && f.bytes <= f.keep.Bytes && h.written >= oldest {
			return
		}
		f.bytes -= size
		f.gone += size
		f.n--
		if f.gone == len(b) {
			poison.Bytes(b)
			if cap(b) == blockSize {
				f.spare = b[:0]
			}
			f.blocks[0] = block{}
			f.blocks, f.gone = f.blocks[1:], 0
		}
	}
}

// from returns the entries beginning with the first one that is wanted, at most limit of them. All entries
// after a wanted one are wanted.
func (f *feed) from(limit int, wanted func(head) bool) (list []item) {
	at, _ := slices.BinarySearchFunc(f.blocks, true, func(b block, _ bool) int { return sign(!wanted(b.head)) })
	for n, b := range f.blocks[at:] {
		bytes := b.bytes
		if at+n == 0 {
			bytes = bytes[f.gone:]
		}
		for len(bytes) > 0 {
			if len(list) == limit {
				return list
			}
			h, size := headOf(bytes)
			if len(list) > 0 || wanted(h) {
				list = append(list, item{head: h, bytes: bytes[headSize:size]})
			}
			bytes = bytes[size:]
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

// Entries implements scim.Feed.
func (s *Store) Entries(ctx context.Context, t scim.TenantID, after int64, limit int) ([]scim.Entry, error) {
	tn, err := s.readFeed(ctx, t)
	if err != nil {
		return nil, err
	}
	defer tn.mu.RUnlock()
	f := &tn.feed
	first, oldest := f.last+1, f.keep.now().Add(-f.keep.Age).Unix()
	if live := f.from(1, func(h head) bool { return h.written >= oldest }); len(live) > 0 {
		first = live[0].first()
	}
	if after < first-1 || after > f.last {
		return nil, &scim.GoneError{After: after, First: first, Last: f.last}
	}
	var list []scim.Entry
	for _, i := range f.from(max(limit, 1), func(h head) bool { return h.last > after }) {
		list = append(list, i.entry(f.types))
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
