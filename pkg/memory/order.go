package memory

import (
	"slices"
	"sort"
	"strings"
)

// chunkSize limits the number of values that an insertion moves.
const chunkSize = 512

// order is a sorted set in chunks. Insertion and removal move at most one chunk, and skipping an offset visits one
// chunk at a time. The set does not know how its values are ordered: a value is searched for by its rank, a function
// that is negative for the values before it, 0 for itself and positive for those after it.
type order[V any] struct {
	chunks [][]V
	n      int
}

// place is where a value is in an order, or would be.
type place struct{ chunk, at int }

// find returns the place of the first value that has a rank of at least 0, and whether it has the rank 0.
func (o *order[V]) find(rank func(V) int) (p place, found bool) {
	n := len(o.chunks)
	if n == 0 || rank(last(o.chunks[n-1])) < 0 { // the place of most insertions, because ids ascend
		return place{chunk: n}, false
	}
	p.chunk = sort.Search(n-1, func(i int) bool { return rank(last(o.chunks[i])) >= 0 })
	c := o.chunks[p.chunk]
	p.at = sort.Search(len(c), func(i int) bool { return rank(c[i]) >= 0 })
	return p, rank(c[p.at]) == 0
}

func last[V any](list []V) V { return list[len(list)-1] }

// insert adds a value by its rank, unless there is one with that rank.
func (o *order[V]) insert(v V, rank func(V) int) {
	p, found := o.find(rank)
	if found {
		return
	}
	o.n++
	if p.chunk == len(o.chunks) { // after everything
		if n := p.chunk - 1; n >= 0 && len(o.chunks[n]) < chunkSize {
			o.chunks[n] = append(o.chunks[n], v)
			return
		}
		o.chunks = append(o.chunks, []V{v})
		return
	}
	c := slices.Insert(o.chunks[p.chunk], p.at, v)
	o.chunks[p.chunk] = c
	if len(c) > chunkSize {
		half := slices.Clone(c[len(c)/2:])
		o.chunks[p.chunk] = slices.Clone(c[:len(c)/2])
		o.chunks = slices.Insert(o.chunks, p.chunk+1, half)
	}
}

// remove removes the value of a rank, if there is one.
func (o *order[V]) remove(rank func(V) int) {
	p, found := o.find(rank)
	if !found {
		return
	}
	o.n--
	if o.chunks[p.chunk] = slices.Delete(o.chunks[p.chunk], p.at, p.at+1); len(o.chunks[p.chunk]) == 0 {
		o.chunks = slices.Delete(o.chunks, p.chunk, p.chunk+1)
	}
}

// has reports whether there is a value at a place.
func (o *order[V]) has(p place) bool { return p.at >= 0 && p.chunk < len(o.chunks) }

func (o *order[V]) get(p place) V { return o.chunks[p.chunk][p.at] }

// move returns the place n values further, or before if n is negative. There may be none.
func (o *order[V]) move(p place, n int) place {
	p.at += n
	for p.chunk < len(o.chunks) && p.at >= len(o.chunks[p.chunk]) {
		p.at -= len(o.chunks[p.chunk])
		p.chunk++
	}
	for p.at < 0 && p.chunk > 0 {
		p.chunk--
		p.at += len(o.chunks[p.chunk])
	}
	return p
}

// page visits up to limit values: those after the one with the rank after, or all if it is nil, without the first
// offset ones. It reports whether more values follow.
func (o *order[V]) page(after func(V) int, offset, limit int, visit func(V)) (more bool) {
	var p place
	if after != nil {
		var found bool
		if p, found = o.find(after); found {
			offset++
		}
	}
	for p = o.move(p, offset); o.has(p); p = o.move(p, 1) {
		if limit == 0 {
			return true
		}
		limit--
		visit(o.get(p))
	}
	return false
}

// texts are strings in order.
type texts struct{ order[string] }

func (o *texts) insert(s string) { o.order.insert(s, rankOf(s)) }
func (o *texts) remove(s string) { o.order.remove(rankOf(s)) }

// page does what order.page does, after a string or from the beginning.
func (o *texts) page(after string, offset, limit int, visit func(string)) (more bool) {
	if after == "" {
		return o.order.page(nil, offset, limit, visit)
	}
	return o.order.page(rankOf(after), offset, limit, visit)
}

func rankOf(s string) func(string) int {
	return func(other string) int { return strings.Compare(other, s) }
}
