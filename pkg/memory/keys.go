package memory

import (
	"encoding/binary"
	"slices"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
)

// keys are the index keys that a resource has, in one text of its own: of each key the number of its attribute,
// the length of the value, and the value. The list that they come with takes 40 bytes for each key beside the value,
// and its values are often parts of the body of a request, which would be kept with them.
type keys string

// attributes are the attributes of keys, by number. There are few: those that a resource type has an index of.
type attributes []string

func (as *attributes) number(attr string) uint64 {
	at := slices.Index(*as, attr)
	if at < 0 {
		at = len(*as)
		*as = append(*as, strings.Clone(attr))
	}
	return uint64(at)
}

// pack makes the keys of a list.
func (as *attributes) pack(list []scim.IndexKey) keys {
	var room [512]byte // enough for most
	b := room[:0]
	for i := range list {
		b = binary.AppendUvarint(b, as.number(list[i].Attr))
		b = binary.AppendUvarint(b, uint64(len(list[i].Value)))
		b = append(b, list[i].Value...)
	}
	return keys(b)
}

// unpack appends keys to a list. Their values are parts of ks, and none of them says that it is unique.
func (as attributes) unpack(list []scim.IndexKey, ks keys) []scim.IndexKey {
	for len(ks) > 0 {
		var attr, n uint64
		attr, ks = uvarint(ks)
		n, ks = uvarint(ks)
		list = append(list, scim.IndexKey{Attr: as[attr], Value: string(ks[:n])})
		ks = ks[n:]
	}
	return list
}

// uvarint reads a number from the beginning of keys.
func uvarint(ks keys) (n uint64, rest keys) {
	for i := 0; ; i++ {
		n |= uint64(ks[i]&0x7f) << (7 * i)
		if ks[i] < 0x80 {
			return n, ks[i+1:]
		}
	}
}

// few is how many keys are compared one by one. More are hashed, so that the cost stays linear.
const few = 16

// keySet tells whether a list has a key, unique or not.
type keySet struct {
	list []scim.IndexKey
	many map[scim.IndexKey]struct{}
}

func setOf(list []scim.IndexKey) keySet {
	s := keySet{list: list}
	if len(list) > few {
		s.many = make(map[scim.IndexKey]struct{}, len(list))
		for i := range list {
			s.many[scim.IndexKey{Attr: list[i].Attr, Value: list[i].Value}] = struct{}{}
		}
	}
	return s
}

func (s *keySet) has(k *scim.IndexKey) bool {
	if s.many != nil {
		_, there := s.many[scim.IndexKey{Attr: k.Attr, Value: k.Value}]
		return there
	}
	for i := range s.list {
		if sameKey(&s.list[i], k) {
			return true
		}
	}
	return false
}

func sameKey(a, b *scim.IndexKey) bool { return a.Value == b.Value && a.Attr == b.Attr }

// sameKeys reports whether two lists have the same keys in the same order.
func sameKeys(a, b []scim.IndexKey) bool {
	return slices.EqualFunc(a, b, func(a, b scim.IndexKey) bool { return sameKey(&a, &b) })
}

// reindex moves a resource from its old keys to the new ones.
func (k *kind) reindex(e *entry, list []scim.IndexKey) {
	var room [2][few]scim.IndexKey
	had := k.attributes.unpack(room[0][:0], e.keys)
	if sameKeys(had, list) {
		return
	}
	e.keys = k.attributes.pack(list)
	has := k.attributes.unpack(room[1][:0], e.keys)
	k.sorted.move(e, had, has)
	before, after := setOf(had), setOf(has)
	for i := range had {
		if !after.has(&had[i]) {
			k.index.leave(k.hasher.of(had[i]), e)
		}
	}
	for i := range has {
		if !before.has(&has[i]) {
			k.index.join(k.hasher.of(has[i]), e)
		}
	}
}

// own returns a text that keeps nothing but itself: that of a key of the resource, if one has it as its value.
func (k *kind) own(e *entry, text string) string {
	var room [few]scim.IndexKey
	for _, key := range k.attributes.unpack(room[:0], e.keys) {
		if key.Value == text {
			return key.Value
		}
	}
	return strings.Clone(text)
}
