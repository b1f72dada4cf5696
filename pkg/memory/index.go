package memory

import (
	"hash/maphash"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
)

// hash is the hash of an attribute and a value: 128 bits with seeds of this process, so that keys do
// not collide by accident and a client cannot search for collisions. The index of hashes has no pointers in
// its keys, and a look-up compares two numbers.
type hash [2]uint64

// hasher computes hashes with fixed seeds.
type hasher [2]maphash.Seed

func newHasher() hasher { return hasher{maphash.MakeSeed(), maphash.MakeSeed()} }

func (h hasher) of(k scim.IndexKey) hash {
	const odd = 0x9e3779b97f4a7c15 // (attribute, value) and (value, attribute) must differ
	var out hash
	for i, seed := range h {
		out[i] = maphash.String(seed, k.Attr)*odd + maphash.String(seed, k.Value)
	}
	return out
}

// reindex moves a resource from its old keys to the new ones.
func (k *kind) reindex(e *entry, keys []scim.IndexKey) {
	had := e.keys
	e.keys = own(keys)
	k.sorted.move(e, had, e.keys)
	kept := contents(e.keys)
	for _, key := range had {
		if !kept(key) {
			leave(k.index, k.hasher.of(key), e.id)
		}
	}
	held := contents(had)
	for _, key := range e.keys {
		if !held(key) {
			join(k.index, k.hasher.of(key), &e.id)
		}
	}
}

// own gives keys values of their own, in one text: often they are parts of the body of a request, which would
// be kept with them.
func own(keys []scim.IndexKey) []scim.IndexKey {
	var text strings.Builder
	size := 0
	for i := range keys {
		size += len(keys[i].Value)
	}
	text.Grow(size)
	for i := range keys {
		text.WriteString(keys[i].Value)
	}
	rest := text.String()
	for i := range keys {
		n := len(keys[i].Value)
		keys[i].Value, rest = rest[:n], rest[n:]
	}
	return keys
}

// few is how many keys are compared one by one. More are hashed, so that the cost stays linear.
const few = 16

// contents returns a function that reports whether a list has a key, unique or not.
func contents(list []scim.IndexKey) func(scim.IndexKey) bool {
	if len(list) <= few {
		return func(k scim.IndexKey) bool {
			for i := range list {
				if list[i].Value == k.Value && list[i].Attr == k.Attr {
					return true
				}
			}
			return false
		}
	}
	m := make(map[scim.IndexKey]struct{}, len(list))
	for _, k := range list {
		m[scim.IndexKey{Attr: k.Attr, Value: k.Value}] = struct{}{}
	}
	return func(k scim.IndexKey) bool { _, ok := m[scim.IndexKey{Attr: k.Attr, Value: k.Value}]; return ok }
}

// holder returns the id of a resource that has a key, other than except; "" if there is none.
func (k *kind) holder(key scim.IndexKey, except string) (other string) {
	k.index[k.hasher.of(key)].page("", 0, 2, func(id string) {
		if id != except {
			other = id
		}
	})
	return other
}

// join adds an id to the set of a key.
func join[K comparable](m map[K]set, k K, id *string) { m[k] = m[k].with(id) }

// leave removes an id from the set of a key, and the set when it is empty.
func leave[K comparable](m map[K]set, k K, id string) {
	s, ok := m[k]
	if !ok {
		return
	}
	if s = s.without(id); s.size() == 0 {
		delete(m, k)
	} else {
		m[k] = s
	}
}
