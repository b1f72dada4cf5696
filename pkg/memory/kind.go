package memory

import (
	"bytes"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
)

// kind has all resources of one type. Each has a number, by which all else refers to it.
type kind struct {
	name       string
	states     slots[state]
	order      order[uint32] // by id
	attributes attributes    // of keys
	hasher     hasher
	index      index // of ids and keys: numbers, or with isList those of lists
	lists      slots[shared]
	sorted     sorted
}

// shared are the resources that share a key, two or more, by id.
type shared struct {
	attr  uint64
	value string
	order order[uint32]
}

// isList tells the number of a list from that of a resource. Most keys have one resource.
const isList uint32 = 1 << 31

// noOne is the number of no resource.
const noOne = isList - 1

// state is the state of the resource that has a number.
func (k *kind) state(n uint32) state { return *k.states.at(n) }

// byID is the rank of a resource by its id.
func (k *kind) byID(id []byte) func(uint32) int {
	return func(n uint32) int { return bytes.Compare(k.state(n).id(), id) }
}

// number returns the number of a resource, or noOne.
func (k *kind) number(id string) uint32 {
	var room [64]byte
	b := append(room[:0], id...)
	n, ok := k.find(k.index.of(k.hasher.of(idKey, b)), idKey, b, noOne)
	if !ok {
		return noOne
	}
	return n
}

// of returns the state of a resource, or nil.
func (k *kind) of(id string) state {
	if n := k.number(id); n != noOne {
		return k.state(n)
	}
	return nil
}

// find returns the number in the index of a key that a resource other than except has. A list has its key; of all other
// numbers in the pairs of its hash, it looks whether the resource has the key.
func (k *kind) find(pairs []pair, attr uint64, value []byte, except uint32) (number uint32, ok bool) {
	for i := len(pairs) - 1; i >= 0; i-- { // lists come last
		n := pairs[i].number()
		if n&isList != 0 {
			if l := k.list(n); l.attr == attr && l.value == string(value) {
				return n, true
			}
		} else if n != except && k.holds(n, attr, value) {
			return n, true
		}
	}
	return 0, false
}

func (k *kind) holds(n uint32, attr uint64, value []byte) bool {
	if attr == idKey {
		return bytes.Equal(k.state(n).id(), value)
	}
	return k.state(n).has(attr, value)
}

func (k *kind) list(n uint32) *shared { return k.lists.at(n &^ isList) }

// with calls visit with up to limit resources that have a key, as order.page does, and returns how many have it.
func (k *kind) with(key scim.IndexKey, page scim.Page, visit func(n uint32)) (total int, more bool) {
	attr, ok := k.attributes.find(key.Attr)
	if !ok {
		return 0, false
	}
	var room [128]byte
	value := append(room[:0], key.Value...)
	n, ok := k.find(k.index.of(k.hasher.of(attr, value)), attr, value, noOne)
	switch {
	case !ok:
		return 0, false
	case n&isList != 0:
		return k.list(n).order.n, k.page(&k.list(n).order, page, visit)
	case page.Offset > 0 || string(k.state(n).id()) <= page.After:
		return 1, false
	case page.Limit == 0:
		return 1, true
	}
	visit(n)
	return 1, false
}

// page visits a page of resources.
func (k *kind) page(o *order[uint32], page scim.Page, visit func(n uint32)) (more bool) {
	var after func(uint32) int
	if page.After != "" {
		after = k.byID([]byte(page.After))
	}
	return o.page(after, page.Offset, page.Limit, visit)
}

// holder returns the id of a resource that has a key, other than that of a number; "" if there is none.
func (k *kind) holder(key scim.IndexKey, except uint32) (id string) {
	k.with(key, scim.Page{Limit: 2}, func(n uint32) {
		if n != except {
			id = string(k.state(n).id())
		}
	})
	return id
}

// resources returns the resources of some numbers, in three allocations.
func (k *kind) resources(numbers []uint32) []*scim.Resource {
	if len(numbers) == 0 {
		return nil
	}
	const size = 64 // of an id and an external id; if they are longer, the builder grows
	var text strings.Builder
	text.Grow(size * len(numbers))
	all, list := make([]scim.Resource, len(numbers)), make([]*scim.Resource, len(numbers))
	for i, n := range numbers {
		k.resource(&all[i], k.state(n), &text)
		list[i] = &all[i]
	}
	return list
}

// one returns the resource in a state, whose id the caller has.
func (k *kind) one(id string, s state) *scim.Resource {
	f := s.fields()
	return k.known(id, string(f.value(f.external)), f)
}

// known returns the resource in a state, whose strings the caller has.
func (k *kind) known(id, external string, f fields) *scim.Resource {
	r := &scim.Resource{ID: id, ExternalID: external}
	k.fill(r, &f)
	return r
}

// fetch is index.fetch for the first keys of a resource that is about to be added.
func (k *kind) fetch(keys []scim.IndexKey) {
	var hashes [few]hash
	n := 0
	for i := range keys[:min(len(keys), few)] {
		if attr, ok := k.attributes.find(keys[i].Attr); ok {
			hashes[n] = k.hasher.ofString(attr, keys[i].Value)
			n++
		}
	}
	k.index.fetch(hashes[:n])
}

// add adds a new resource.
func (k *kind) add(s state) uint32 {
	n := k.states.add(nil)
	k.put(n, s)
	k.index.add(k.hasher.of(idKey, s.id()), n)
	k.order.insert(n, k.byID(s.id()))
	return n
}

// drop removes a resource.
func (k *kind) drop(n uint32) {
	s := k.state(n)
	k.order.remove(k.byID(s.id()))
	k.index.remove(k.hasher.of(idKey, s.id()), n)
	k.put(n, nil)
	k.states.drop(n)
}

// put sets the state of a resource, and moves it from its old keys to the new ones. Those at the same place in both stay.
func (k *kind) put(n uint32, next state) {
	old := k.state(n)
	had, has := old.keys(), next.keys()
	for had.next() {
		if !has.next() || !had.is(has.attr, has.value) {
			k.sorted.leave(k, n, had.attr, had.value)
			k.leave(n, had.attr, had.value)
		}
	}
	*k.states.at(n) = next
	had, has = old.keys(), next.keys()
	for at := uint32(0); has.next(); at++ {
		if !had.next() || !had.is(has.attr, has.value) {
			k.join(n, has.attr, has.value)
			k.sorted.join(k, n, at, has.attr, has.value)
		}
	}
}

// join adds a resource to those of a key, which it has by now.
func (k *kind) join(n uint32, attr uint64, value []byte) {
	h := k.hasher.of(attr, value)
	s := k.index.at(h)
	switch at, ok := k.find(s.pairs(), attr, value, n); {
	case !ok:
		k.index.insert(s, pairOf(h, n))
	case at&isList != 0:
		k.list(at).order.insert(n, k.byID(k.state(n).id()))
	default:
		l := shared{attr: attr, value: string(value)}
		for _, n := range []uint32{at, n} {
			l.order.insert(n, k.byID(k.state(n).id()))
		}
		k.index.remove(h, at)
		k.index.add(h, k.lists.add(l)|isList)
	}
}

// leave removes a resource from those of a key, which it still has.
func (k *kind) leave(n uint32, attr uint64, value []byte) {
	h := k.hasher.of(attr, value)
	at, ok := k.find(k.index.of(h), attr, value, n)
	if !ok {
		k.index.remove(h, n)
		return
	}
	o := &k.list(at).order
	if o.remove(k.byID(k.state(n).id())); o.n == 1 {
		k.index.remove(h, at)
		k.index.add(h, o.get(place{}))
		k.lists.drop(at &^ isList)
	}
}
