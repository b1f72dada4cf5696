package dynamotest

import (
	"slices"
	"strconv"
)

// index is a global secondary index. Its rows may lag by a number of writes. They hold whole
// items, which they share with the table; entry projects an item when it is read.
type index struct {
	name    string
	keys    keySchema
	table   keySchema
	kind    string // ALL, KEYS_ONLY, INCLUDE
	include []string
	rows    *rows
	pending []change
}

// change is one write to a table. seq is its number.
type change struct {
	seq      int
	old, new item
	kept     packed // new
}

// projects reports whether the index stores an attribute.
func (x *index) projects(name string) bool {
	return x.kind == "ALL" || x.keys.has(name) || x.table.has(name) || slices.Contains(x.include, name)
}

// has reports whether an item is in the index, because it has the index's key.
func (x *index) has(it item) bool {
	for _, a := range x.keys.attrs() {
		if v, ok := it[a.name]; !ok || v.t != a.t {
			return false
		}
	}
	return true
}

// entry returns an item as the index stores it, nil if the item is not in the index.
func (x *index) entry(it item) item {
	if !x.has(it) {
		return nil
	}
	if x.kind == "ALL" {
		return it
	}
	out := item{}
	for k, v := range it {
		if x.projects(k) {
			out[k] = v
		}
	}
	return out
}

// tie returns the table key of an entry, which orders entries with the same index key.
func (x *index) tie(it item) string {
	part := it[x.table.partition.name].order()
	tie := strconv.Itoa(len(part)) + ":" + part
	if x.table.sort.name != "" {
		tie += it[x.table.sort.name].order()
	}
	return tie
}

// units returns the units of a change of the index: none if the entry stays the same, two writes
// if it moves to another key.
func (x *index) units(old, new item) float64 {
	before, after := x.entry(old), x.entry(new)
	switch {
	case before == nil && after == nil:
		return 0
	case before == nil:
		return units(after.size(), writeUnit)
	case after == nil:
		return units(before.size(), writeUnit)
	case !x.keys.of(before).equal(x.keys.of(after)):
		return units(before.size(), writeUnit) + units(after.size(), writeUnit)
	case before.equal(after):
		return 0
	}
	return units(max(before.size(), after.size()), writeUnit)
}

// catchUp applies the pending changes up to a number.
func (x *index) catchUp(seq int) {
	n := 0
	for ; n < len(x.pending) && x.pending[n].seq <= seq; n++ {
		c := x.pending[n]
		if x.has(c.old) {
			r := place(x.keys, c.old, x.tie(c.old))
			x.rows.set(r)
		}
		if x.has(c.new) {
			r := place(x.keys, c.new, x.tie(c.new))
			r.it, r.size = c.kept, x.entry(c.new).size()
			x.rows.set(r)
		}
	}
	x.pending = slices.Delete(x.pending, 0, n)
}
