package activity

import (
	"iter"
	"slices"
	"sort"

	"github.com/scimstack/scimstack/internal/poison"
)

// shelf is a list of packed records, ascending by id. The records are in chunks of bytes, in the order in which
// they came, and slots say where; neither has pointers. The oldest chunk becomes the newest one when all of its
// records are forgotten, so that a full shelf allocates nothing.
type shelf struct {
	slots  []slot // from first on
	first  int
	chunks []chunk // from number base on
	base   uint32
	bytes  int // of the records and their slots
	held   int // by the chunks
}

// slot is where a record is.
type slot struct{ chunk, from, to uint32 }

// chunk has records, and how many of them are in slots.
type chunk struct {
	data []byte
	live int
}

const (
	slotSize = 12
	minChunk = 1 << 10   // there may be many tenants with few records
	maxChunk = 256 << 10 // four records of the largest size, so that little space is lost at the end
	// nearby is how far from the newest record a new one is looked for first: requests end in another order than
	// they begin.
	nearby = 32
)

func (s *shelf) len() int { return len(s.slots) - s.first }

// at returns a packed record by its index. It is valid until the shelf changes.
func (s *shelf) at(i int) packed {
	at := s.slots[s.first+i]
	return s.chunks[at.chunk-s.base].data[at.from:at.to]
}

// find returns the index of the first record whose id is not below id, and whether it is that one.
func (s *shelf) find(id string) (at int, there bool) {
	n := s.len()
	from := max(n-nearby, 0)
	for at = n; at > from; at-- {
		switch last := s.at(at - 1).id(); {
		case string(last) < id:
			return at, false
		case string(last) == id:
			return at - 1, true
		}
	}
	at = sort.Search(from, func(i int) bool { return string(s.at(i).id()) >= id })
	return at, at < n && string(s.at(at).id()) == id
}

// put adds a record, unless it is there.
func (s *shelf) put(id string, record packed) {
	at, there := s.find(id)
	if there {
		return // the same record again
	}
	if len(s.slots) == cap(s.slots) && s.first > len(s.slots)/4 {
		s.slots, s.first = s.slots[:copy(s.slots, s.slots[s.first:])], 0
	}
	s.slots = slices.Insert(s.slots, s.first+at, s.store(record))
	s.bytes += len(record) + slotSize
}

// store copies a record into the newest chunk.
func (s *shelf) store(record packed) slot {
	last := len(s.chunks) - 1
	if last < 0 || cap(s.chunks[last].data)-len(s.chunks[last].data) < len(record) {
		fresh := s.fresh(len(record)) // it may be the first one
		s.chunks = append(s.chunks, fresh)
		last = len(s.chunks) - 1
	}
	c := &s.chunks[last]
	from := len(c.data)
	c.data = append(c.data, record...)
	c.live++
	return slot{s.base + uint32(last), uint32(from), uint32(len(c.data))}
}

// fresh returns an empty chunk: the oldest one if nothing is in it, or one as large as all records.
func (s *shelf) fresh(least int) chunk {
	if len(s.chunks) > 1 && s.chunks[0].live == 0 && cap(s.chunks[0].data) >= least {
		c := chunk{data: s.chunks[0].data[:0]}
		poison.Bytes(c.data)
		s.dropFirst()
		return c
	}
	size := max(min(max(s.bytes, minChunk), maxChunk), least)
	s.held += size
	return chunk{data: make([]byte, 0, size)}
}

func (s *shelf) dropFirst() {
	s.chunks[0] = chunk{}
	s.chunks = s.chunks[1:]
	s.base++
}

// trim forgets the oldest records until the rest is within the limits. One record always stays.
func (s *shelf) trim(records, bytes int) {
	for s.len() > 1 && (s.len() > records || s.bytes > bytes) {
		at := s.slots[s.first]
		s.first++
		s.bytes -= int(at.to-at.from) + slotSize
		s.chunks[at.chunk-s.base].live--
	}
	for len(s.chunks) > 2 && s.chunks[0].live == 0 && s.chunks[1].live == 0 {
		s.held -= cap(s.chunks[0].data)
		s.dropFirst()
	}
	if s.held > 2*(s.bytes+maxChunk) {
		s.compact()
	}
}

// compact moves all records to chunks without gaps: a few records that stay long, because their clock was fast, keep
// the chunks of many others.
func (s *shelf) compact() {
	old := *s
	*s = shelf{slots: make([]slot, 0, 2*old.len()), bytes: old.bytes}
	for i := range old.len() {
		s.slots = append(s.slots, s.store(old.at(i)))
	}
}

// below returns how many records have a lower id.
func (s *shelf) below(id string) int {
	at, _ := s.find(id)
	return at
}

// newest visits the records of a tenant whose ids are below before, from the newest on.
func newest(s *shelves, before string) iter.Seq[packed] {
	i, j := s.own.below(before), s.strange.below(before)
	return func(yield func(packed) bool) {
		for i > 0 || j > 0 {
			var r packed
			if j == 0 || i > 0 && string(s.own.at(i-1).id()) > string(s.strange.at(j-1).id()) {
				i--
				r = s.own.at(i)
			} else {
				j--
				r = s.strange.at(j)
			}
			if !yield(r) {
				return
			}
		}
	}
}
