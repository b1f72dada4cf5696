package memory

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
)

// idKey is the number of the attribute under which the index has the ids. The others begin at 1.
const idKey = 0

// attributes are the attributes of keys, by number. There are few: those that a resource type has an index of.
type attributes []string

// find returns the number of an attribute, which no key has if ok is false.
func (as attributes) find(attr string) (number uint64, ok bool) {
	at := slices.Index(as, attr)
	return uint64(at + 1), at >= 0
}

// number returns the number of an attribute, which it gets if it has none.
func (as *attributes) number(attr string) uint64 {
	if n, ok := as.find(attr); ok {
		return n
	}
	*as = append(*as, strings.Clone(attr))
	return uint64(len(*as))
}

func (as attributes) name(number uint64) string { return as[number-1] }

// keys is a cursor on the index keys of a state: of each key the number of its attribute, and the value.
type keys struct {
	s            state
	at, document int    // where the next key and the document begin
	attr         uint64 // of the key
	value        []byte // of the key; a part of the state
}

// keys returns a cursor before the first key.
func (s state) keys() keys {
	if s == nil {
		return keys{}
	}
	f := s.fields()
	return keys{s: s, at: f.keys, document: f.document.from}
}

// next moves to the next key. It reports whether there is one.
func (k *keys) next() bool {
	if k.at == len(k.s) {
		k.attr, k.value = 0, nil
		return false
	}
	k.attr, k.at = uintAt(k.s, k.at)
	k.value, k.at = valueAt(k.s, k.at, k.document)
	return true
}

func (k *keys) is(attr uint64, value []byte) bool {
	return k.attr == attr && bytes.Equal(k.value, value)
}

// has reports whether the state has a key.
func (s state) has(attr uint64, value []byte) bool {
	for ks := s.keys(); ks.next(); {
		if ks.is(attr, value) {
			return true
		}
	}
	return false
}

// appendKeys appends keys to a state, each once.
func (k *kind) appendKeys(b, document []byte, list []scim.IndexKey) []byte {
	list = distinct(list)
	near := 0
	for i := range list {
		b = binary.AppendUvarint(b, k.attributes.number(list[i].Attr))
		b, near = appendValue(b, document, list[i].Value, near)
	}
	return b
}

// withKeys is the state with other keys.
func (k *kind) withKeys(s state, list []scim.IndexKey) state {
	f := s.fields()
	return k.appendKeys(slices.Clone(s[:f.keys]), s.bytes(f.document), list)
}

// few is how many keys are compared one by one. More are put into a map, so that the cost stays linear.
const few = 16

// distinct is the list without keys that it has twice, unique or not.
func distinct(list []scim.IndexKey) []scim.IndexKey {
	if len(list) <= few && !repeats(list) {
		return list
	}
	seen := make(map[scim.IndexKey]bool, len(list))
	return slices.DeleteFunc(slices.Clone(list), func(k scim.IndexKey) bool {
		k.Unique = false
		again := seen[k]
		seen[k] = true
		return again
	})
}

func repeats(list []scim.IndexKey) bool {
	for i := range list {
		for j := range list[:i] {
			if sameKey(&list[i], &list[j]) {
				return true
			}
		}
	}
	return false
}

func sameKey(a, b *scim.IndexKey) bool { return a.Value == b.Value && a.Attr == b.Attr }
