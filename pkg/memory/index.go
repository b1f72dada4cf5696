package memory

import (
	"hash/maphash"
	"math/bits"
	"slices"
)

// hash is the hash of a key, with a seed of this process, so that a client cannot search for collisions. Keys may
// have the same hash: kind.find looks at the keys themselves.
type hash uint32

// hasher computes hashes.
type hasher struct {
	seed maphash.Seed
	bits hash // that hashes may have: all of them but in tests
}

func newHasher() hasher { return hasher{maphash.MakeSeed(), ^hash(0)} }

func (h hasher) of(attr uint64, value []byte) hash { return h.with(attr, maphash.Bytes(h.seed, value)) }

func (h hasher) ofString(attr uint64, value string) hash {
	return h.with(attr, maphash.String(h.seed, value))
}

// with is the hash of an attribute and the hash of a value.
func (h hasher) with(attr, value uint64) hash {
	const odd = 0x9e3779b97f4a7c15 // a value of two attributes has two hashes
	return hash((value+attr*odd)>>32) & h.bits
}

// index is a set of pairs of a hash and a number. It takes 9 bytes for each, a map takes 26, and it has no pointers that
// the garbage collector would follow.
//
// It is a linear hash table: there is one page for every pageLen pairs, and when there are more, one page is split into
// two. So an insertion moves one page, however many there are. The pairs of a page are sorted.
type index struct {
	pages   blocks[[]pair]
	n       int
	fetched pair // of no meaning: it has the compiler keep the reads of fetch
}

// pair is a hash and, in the lower half, the number.
type pair uint64

func pairOf(h hash, n uint32) pair { return pair(h)<<32 | pair(n) }

func (p pair) hash() hash     { return hash(p >> 32) }
func (p pair) number() uint32 { return uint32(p) }

// pageLen is how many pairs a page has on average. One that is about to be split has twice as many.
const pageLen = 128

// page returns the page of a hash, which is named by its lower bits: as many as it takes to name all pages, or one
// less if there is no such page yet.
func (x *index) page(h hash) *[]pair {
	mask := uint32(1)<<bits.Len(uint(x.pages.n-1)) - 1
	at := uint32(h) & mask
	if at >= uint32(x.pages.n) {
		at &= mask >> 1
	}
	return x.pages.at(at)
}

// of returns the pairs that have a hash. They are valid until the next change.
func (x *index) of(h hash) []pair {
	s := x.at(h)
	return s.pairs()
}

// spot is where the pairs of a hash are in a page, or would be. It is valid until the next change.
type spot struct {
	page     *[]pair // nil before there is any
	from, to int
}

// at returns the spot of a hash.
func (x *index) at(h hash) (s spot) {
	if x.pages.n == 0 {
		return s
	}
	s.page = x.page(h)
	page := *s.page
	s.from = search(page, pairOf(h, 0))
	for s.to = s.from; s.to < len(page) && page[s.to].hash() == h; {
		s.to++
	}
	return s
}

func (s *spot) pairs() []pair {
	if s.page == nil {
		return nil
	}
	return (*s.page)[s.from:s.to]
}

// fetch reads where some hashes are, or would be, into the cache of the processor. Its reads do not wait for each other,
// as those of look-ups one after the other do: with 100,000 users, the commit of a new one takes a tenth less.
func (x *index) fetch(list []hash) {
	if x.pages.n == 0 {
		return
	}
	for _, h := range list {
		if page := *x.page(h); len(page) > 0 {
			x.fetched ^= page[guess(page, h)]
		}
	}
}

// guess is a place of a page near that of a hash. Hashes are spread evenly, so it is where their average distance would
// have it.
func guess(page []pair, h hash) int { return int(uint64(h) * uint64(len(page)) >> 32) }

// search returns the place of the first pair that is not below p.
func search(page []pair, p pair) int {
	at := guess(page, p.hash())
	for at > 0 && page[at-1] >= p {
		at--
	}
	for at < len(page) && page[at] < p {
		at++
	}
	return at
}

// add adds a pair.
func (x *index) add(h hash, n uint32) { x.insert(x.at(h), pairOf(h, n)) }

// insert adds a pair whose hash has a spot.
func (x *index) insert(s spot, p pair) {
	if s.page == nil {
		x.pages.add(nil)
		s.page = x.pages.at(0)
	}
	page := *s.page
	if len(page) == cap(page) { // append would double it
		page = append(slices.Grow([]pair(nil), len(page)+len(page)/8+2), page...)
	}
	for s.from < s.to && page[s.from] < p {
		s.from++
	}
	*s.page = slices.Insert(page, s.from, p)
	if x.n++; x.n > pageLen*x.pages.n {
		x.split()
	}
}

// remove removes a pair that is there.
func (x *index) remove(h hash, n uint32) {
	p, page := pairOf(h, n), x.page(h)
	if at := search(*page, p); at < len(*page) && (*page)[at] == p {
		*page = slices.Delete(*page, at, at+1)
		x.n--
	}
}

// split makes the next page. Its pairs are those of another one that have one bit more in common with it.
func (x *index) split() {
	n := x.pages.n
	bit := 1 << (bits.Len(uint(n)) - 1)
	page := x.pages.at(uint32(n - bit))
	var parts [2][]pair
	for i := range parts {
		parts[i] = make([]pair, 0, len(*page)*5/8+1)
	}
	for _, p := range *page {
		part := &parts[int(p.hash())&bit/bit]
		*part = append(*part, p)
	}
	*page = parts[0]
	x.pages.add(parts[1])
}
