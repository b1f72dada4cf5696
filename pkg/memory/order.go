package memory

import "slices"

// chunkSize limits the number of strings that an insertion moves.
const chunkSize = 512

// order is a sorted set of strings in chunks. Insertion and removal move at most one chunk, and
// skipping an offset visits one chunk at a time.
type order struct {
	chunks [][]string
	n      int
}

// find returns the chunk that s is in or belongs to, and its index there.
func (o *order) find(s string) (chunk, at int, found bool) {
	chunk, _ = slices.BinarySearchFunc(o.chunks, s, func(c []string, s string) int {
		if c[len(c)-1] < s {
			return -1
		}
		return 1
	})
	if chunk == len(o.chunks) {
		return chunk, 0, false
	}
	at, found = slices.BinarySearch(o.chunks[chunk], s)
	return chunk, at, found
}

func (o *order) insert(s string) {
	chunk, at, found := o.find(s)
	if found {
		return
	}
	o.n++
	if chunk == len(o.chunks) { // after everything
		if last := chunk - 1; last >= 0 && len(o.chunks[last]) < chunkSize {
			o.chunks[last] = append(o.chunks[last], s)
			return
		}
		o.chunks = append(o.chunks, []string{s})
		return
	}
	c := slices.Insert(o.chunks[chunk], at, s)
	o.chunks[chunk] = c
	if len(c) > chunkSize {
		half := slices.Clone(c[len(c)/2:])
		o.chunks[chunk] = slices.Clone(c[:len(c)/2])
		o.chunks = slices.Insert(o.chunks, chunk+1, half)
	}
}

func (o *order) remove(s string) {
	chunk, at, found := o.find(s)
	if !found {
		return
	}
	o.n--
	if o.chunks[chunk] = slices.Delete(o.chunks[chunk], at, at+1); len(o.chunks[chunk]) == 0 {
		o.chunks = slices.Delete(o.chunks, chunk, chunk+1)
	}
}

// page visits up to limit entries: those after the entry after, without the first offset ones. It
// reports whether more entries follow.
func (o *order) page(after string, offset, limit int, visit func(string)) (more bool) {
	chunk, at := 0, 0
	if after != "" {
		var found bool
		if chunk, at, found = o.find(after); found {
			at++
		}
	}
	for chunk < len(o.chunks) && offset >= len(o.chunks[chunk])-at {
		offset -= len(o.chunks[chunk]) - at
		chunk, at = chunk+1, 0
	}
	at += offset
	for ; chunk < len(o.chunks); chunk, at = chunk+1, 0 {
		for ; at < len(o.chunks[chunk]); at++ {
			if limit == 0 {
				return true
			}
			limit--
			visit(o.chunks[chunk][at])
		}
	}
	return false
}
