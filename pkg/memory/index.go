package memory

import (
	"hash/maphash"
	"slices"

	"github.com/scimstack/scimstack/pkg/scim"
)

// hash stands for an attribute and a value: 128 bits under seeds of this process, so that
// two keys never share one by accident, nor can a client look for two that do. The index keeps
// no text, is small, and gives the garbage collector little to look at.
type hash [2]uint64

// hasher makes hashes.
type hasher [2]maphash.Seed

func newHasher() hasher { return hasher{maphash.MakeSeed(), maphash.MakeSeed()} }

func (h hasher) of(k scim.IndexKey) hash {
	const odd = 0x9e3779b97f4a7c15 // an attribute and a value that change places are another key
	var out hash
	for i, seed := range h {
		out[i] = maphash.String(seed, k.Attr)*odd + maphash.String(seed, k.Value)
	}
	return out
}

// reindex moves a resource from its old keys to the new ones.
func (k *kind) reindex(e *entry, keys []scim.IndexKey) {
	had := e.keys
	e.keys = make([]hash, len(keys))
	for i, key := range keys {
		e.keys[i] = k.hasher.of(key)
	}
	for _, h := range had {
		if !slices.Contains(e.keys, h) {
			leave(k.index, h, e.id)
		}
	}
	for _, h := range e.keys {
		if !slices.Contains(had, h) {
			join(k.index, h, &e.id)
		}
	}
}

// holder gives a resource under a key other than the one with this id, or "".
func (k *kind) holder(key scim.IndexKey, except string) (other string) {
	k.index[k.hasher.of(key)].page("", 0, 2, func(id string) {
		if id != except {
			other = id
		}
	})
	return other
}

// join puts an id into the set under a key.
func join[K comparable](m map[K]set, k K, id *string) { m[k] = m[k].with(id) }

// leave takes it out; an empty set goes.
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
