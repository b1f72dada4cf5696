package dynamotest

import (
	"cmp"
	"hash/fnv"
	"iter"
	"strings"

	"github.com/google/btree"
)

// rows holds the items of a table or an index in one tree: by partition, then by sort key.
// Partitions are ordered by a hash, so that no test can depend on their order.
type rows struct {
	tree *btree.BTreeG[row]
	size int
}

// row is an item and its position. tie orders entries of an index with the same key.
type row struct {
	hash            uint64
	part, sort, tie string
	it              packed
	size            int // of what the table or index stores of the item
}

func newRows() *rows { return &rows{tree: btree.NewG(32, before)} }

func before(a, b row) bool {
	return cmp.Or(cmp.Compare(a.hash, b.hash), strings.Compare(a.part, b.part),
		strings.Compare(a.sort, b.sort), strings.Compare(a.tie, b.tie)) < 0
}

// place returns the position of an item with this key, without the item.
func place(keys keySchema, it item, tie string) row {
	r := row{part: it[keys.partition.name].order(), tie: tie}
	if keys.sort.name != "" {
		r.sort = it[keys.sort.name].order()
	}
	r.hash = hashOf(r.part)
	return r
}

func hashOf(s string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(s)) // a hash never fails
	return h.Sum64()
}

func (rs *rows) len() int { return rs.tree.Len() }

// get returns the row at a position, one without an item if there is none.
func (rs *rows) get(r row) row {
	found, _ := rs.tree.Get(r)
	return found
}

// set replaces the row with the same key and returns its item. A row without an item deletes it.
func (rs *rows) set(r row) packed {
	var old row
	if r.it == "" {
		old, _ = rs.tree.Delete(r)
	} else {
		old, _ = rs.tree.ReplaceOrInsert(r)
	}
	if r.it != "" {
		rs.size += r.size
	}
	rs.size -= old.size
	return old.it
}

// walk yields the rows of a partition in the interval, in order or in reverse, after the given row;
// nil starts at the beginning. The rows must not change during the walk.
func (rs *rows) walk(part string, in interval, after *row, reverse bool) iter.Seq[row] {
	hash := hashOf(part)
	return func(yield func(row) bool) {
		visit := func(r row) bool {
			switch {
			case after != nil && !before(r, *after) && !before(*after, r):
				return true
			case r.part != part || !in.has(r.sort):
				return false
			}
			return yield(r)
		}
		if !reverse {
			from := row{hash: hash, part: part, sort: in.low}
			if after != nil && before(from, *after) {
				from = *after
			}
			rs.tree.AscendGreaterOrEqual(from, visit)
			return
		}
		// The highest position in the interval: before the first row at or above its end.
		to := row{hash: hash, part: part + "\x00"}
		if !in.open {
			to = row{hash: hash, part: part, sort: in.high}
		}
		if after != nil && before(*after, to) {
			to = *after
		}
		rs.tree.DescendLessOrEqual(to, func(r row) bool {
			if !before(r, to) { // the bound itself is outside
				return true
			}
			return visit(r)
		})
	}
}

// all yields every row after the given one.
func (rs *rows) all(after *row) iter.Seq[row] {
	return func(yield func(row) bool) {
		if after == nil {
			rs.tree.Ascend(yield)
			return
		}
		rs.tree.AscendGreaterOrEqual(*after, func(r row) bool {
			return !before(*after, r) || yield(r)
		})
	}
}
