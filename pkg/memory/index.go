package memory

import (
	"hash/maphash"

	"github.com/scimstack/scimstack/pkg/scim"
)

// hash is the hash of an attribute and a value: 96 bits with seeds of this process, so that keys do not collide by
// accident (10 million keys: one in 10^15) and a client cannot search for collisions. With the reference, an entry of
// the index takes 16 bytes.
type hash [3]uint32

// hasher computes hashes with fixed seeds.
type hasher [2]maphash.Seed

func newHasher() hasher { return hasher{maphash.MakeSeed(), maphash.MakeSeed()} }

func (h hasher) of(k scim.IndexKey) hash {
	const odd = 0x9e3779b97f4a7c15 // (attribute, value) and (value, attribute) must differ
	var parts [2]uint64
	for i, seed := range h {
		parts[i] = maphash.String(seed, k.Attr)*odd + maphash.String(seed, k.Value)
	}
	return hash{uint32(parts[0]), uint32(parts[0] >> 32), uint32(parts[1])}
}

// index finds the resources that have a key. The map has no pointers: the garbage collector does not look at
// it, which has more entries than all else that the store has.
type index struct {
	refs map[hash]ref
	one  slots[*entry] // the resources, by number
	many slots[*order] // the ids of those that share a key, by number
}

// ref is what a key leads to: one resource, by its number and 1, or with isMany the number of a list. Most
// keys have one resource.
type ref uint32

const isMany ref = 1 << 31

func newIndex() index { return index{refs: map[hash]ref{}} }

// set returns the ids of the resources that have a key.
func (x *index) set(h hash) set {
	switch r := x.refs[h]; {
	case r == 0:
		return set{}
	case r&isMany != 0:
		return set{many: x.many.list[r&^isMany]}
	default:
		return set{one: &x.one.list[r-1].id}
	}
}

// join adds a resource to those of a key.
func (x *index) join(h hash, e *entry) {
	switch r := x.refs[h]; {
	case r == 0:
		x.refs[h] = ref(e.number + 1)
	case r&isMany != 0:
		x.many.list[r&^isMany].insert(e.id)
	case uint32(r-1) != e.number:
		ids := &order{}
		ids.insert(x.one.list[r-1].id)
		ids.insert(e.id)
		x.refs[h] = ref(x.many.add(ids)) | isMany
	}
}

// leave removes a resource from those of a key.
func (x *index) leave(h hash, e *entry) {
	switch r := x.refs[h]; {
	case r&isMany != 0:
		ids := x.many.list[r&^isMany]
		if ids.remove(e.id); ids.n == 0 {
			x.many.drop(uint32(r &^ isMany))
			delete(x.refs, h)
		}
	case r == ref(e.number+1):
		delete(x.refs, h)
	}
}

// slots are values by number. The number of one that was dropped is given again.
type slots[V any] struct {
	list []V
	free []uint32
}

func (s *slots[V]) add(v V) uint32 {
	if n := len(s.free); n > 0 {
		at := s.free[n-1]
		s.free, s.list[at] = s.free[:n-1], v
		return at
	}
	s.list = append(s.list, v)
	return uint32(len(s.list) - 1) // two thousand million resources do not fit into memory
}

func (s *slots[V]) drop(at uint32) {
	var none V
	s.list[at], s.free = none, append(s.free, at)
}

// holder returns the id of a resource that has a key, other than except; "" if there is none.
func (k *kind) holder(key scim.IndexKey, except string) (other string) {
	k.index.set(k.hasher.of(key)).page("", 0, 2, func(id string) {
		if id != except {
			other = id
		}
	})
	return other
}
