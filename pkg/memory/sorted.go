package memory

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
)

// keyed names a key by the resource that has it and the place among its keys.
type keyed struct{ resource, at uint32 }

// sorted are the indexes of a type in the order of values and then of ids, by number of the attribute. An index is made
// by the first Range that asks for it, and kept from then on: a tenant without such questions pays nothing for it.
type sorted map[uint64]*order[keyed]

// key returns the value of a key, and the id of its resource.
func (k *kind) key(x keyed) (value, id []byte) {
	s := k.state(x.resource)
	ks := s.keys()
	for n := uint32(0); n <= x.at; n++ {
		ks.next()
	}
	return ks.value, s.id()
}

// byValue is the rank of a key.
func (k *kind) byValue(value, id []byte) func(keyed) int {
	return func(x keyed) int {
		v, i := k.key(x)
		return cmp.Or(bytes.Compare(v, value), bytes.Compare(i, id))
	}
}

// join follows a key that a resource has by now, leave one that it still has.
func (s sorted) join(k *kind, n, at uint32, attr uint64, value []byte) {
	if o := s[attr]; o != nil {
		o.insert(keyed{n, at}, k.byValue(value, k.state(n).id()))
	}
}

func (s sorted) leave(k *kind, n uint32, attr uint64, value []byte) {
	if o := s[attr]; o != nil {
		o.remove(k.byValue(value, k.state(n).id()))
	}
}

// sort makes the index of an attribute.
func (k *kind) sort(attr uint64) {
	if k.sorted[attr] != nil {
		return
	}
	type valued struct {
		value []byte
		keyed
	}
	var list []valued
	for _, chunk := range k.order.chunks {
		for _, n := range chunk {
			ks := k.state(n).keys()
			for at := uint32(0); ks.next(); at++ {
				if ks.attr == attr {
					list = append(list, valued{ks.value, keyed{n, at}})
				}
			}
		}
	}
	slices.SortStableFunc(list, func(a, b valued) int { return bytes.Compare(a.value, b.value) }) // by id they are already
	o := &order[keyed]{n: len(list)}
	for part := range slices.Chunk(list, chunkSize) {
		chunk := make([]keyed, len(part))
		for i := range part {
			chunk[i] = part[i].keyed
		}
		o.chunks = append(o.chunks, chunk)
	}
	if k.sorted == nil {
		k.sorted = sorted{}
	}
	k.sorted[attr] = o
}

// Range implements scim.Ranger. The first one for an attribute reads all resources of the type, while
// other calls for the tenant wait.
func (s *Store) Range(ctx context.Context, t scim.TenantID, typ string, r scim.KeyRange, page scim.Page) (scim.RangeList, error) {
	tn, err := s.read(ctx, t)
	if err != nil {
		return scim.RangeList{}, err
	}
	kind := tn.kind(typ)
	attr, known := kind.attributes.find(r.Attr)
	if known && kind.sorted[attr] == nil {
		tn.mu.RUnlock()
		tn.mu.Lock()
		kind.sort(attr)
		tn.mu.Unlock()
		tn.mu.RLock()
	}
	defer tn.mu.RUnlock()
	if _, _, none := r.Bounds(); none || !known {
		return scim.RangeList{}, nil
	}
	return kind.walk(kind.sorted[attr], r, page), nil
}

// walk reads a page of an index. It begins at a bound, or at the position of the page.
func (k *kind) walk(o *order[keyed], r scim.KeyRange, page scim.Page) (out scim.RangeList) {
	from, to, _ := r.Bounds()
	within := func(v []byte) bool { return string(v) >= from && (to == "" || string(v) < to) }
	step := 1
	if r.Reverse {
		step = -1
	}
	var numbers []uint32
	var values strings.Builder
	for p := o.move(k.first(o, r, page), step*page.Offset); o.has(p); p = o.move(p, step) {
		value, _ := k.key(o.get(p))
		if !within(value) {
			break
		}
		if len(numbers) == page.Limit {
			out.More = true
			break
		}
		numbers = append(numbers, o.get(p).resource)
		out.Entries = append(out.Entries, scim.RangeEntry{Value: cutString(&values, value)})
	}
	for i, res := range k.resources(numbers) {
		out.Entries[i].Resource = res
	}
	return out
}

// first is the place where a page of an index begins, before its offset.
func (k *kind) first(o *order[keyed], r scim.KeyRange, page scim.Page) place {
	from, to, _ := r.Bounds()
	at := func(value, id string) (place, bool) { return o.find(k.byValue([]byte(value), []byte(id))) }
	switch {
	case page.After != "":
		p, found := at(r.After, page.After)
		if r.Reverse {
			return o.move(p, -1)
		}
		if found {
			return o.move(p, 1)
		}
		return p
	case r.Reverse && to == "":
		return o.move(place{chunk: len(o.chunks)}, -1)
	case r.Reverse:
		p, _ := at(to, "")
		return o.move(p, -1)
	default:
		p, _ := at(from, "")
		return p
	}
}
