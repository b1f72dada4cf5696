package dynamotest

import "time"

// table is a table with its indexes, guarded by the engine's lock.
type table struct {
	name    string
	keys    keySchema
	rows    *rows
	indexes []*index
	writes  int
	ttl     string // attribute, empty when off
	stream  *stream
	made    time.Time
	in      *createInput
}

func (t *table) index(name string) *index {
	for _, x := range t.indexes {
		if x.name == name {
			return x
		}
	}
	return nil
}

func (t *table) get(key item) item { return t.row(key).it.item() }

func (t *table) row(key item) row { return t.rows.get(place(t.keys, key, "")) }

// commit stores next, or deletes old if next is nil, and adds a record to the stream, unless nothing changes. Indexes that
// lag show the change later.
func (e *Engine) commit(t *table, old, next item, byTTL bool) {
	t.writes++
	if old == nil && next == nil {
		return // a delete of nothing
	}
	kept := pack(next)
	next = kept.item() // its strings are those that the rows keep
	it := next
	if it == nil {
		it = old
	}
	r := place(t.keys, it, "")
	r.it, r.size = kept, next.size()
	was := t.rows.set(r)
	for _, x := range t.indexes {
		x.pending = append(x.pending, change{t.writes, old, next, kept})
		x.catchUp(t.writes - e.lag)
	}
	if t.stream != nil && (old == nil || next == nil || !old.equal(next)) {
		t.stream.append(record{old: was, new: kept, at: e.now(), byTTL: byTTL}, e.kept)
	}
}

// checkItem checks an item before it is stored: key attributes, index keys, size. old is the item
// before an update.
func (t *table) checkItem(it, old item, updating bool) error {
	if err := t.keys.checkItem(it); err != nil {
		return err
	}
	for _, x := range t.indexes {
		if err := x.checkIndexed(it, old, updating); err != nil {
			return err
		}
	}
	if it.size() > maxItemSize {
		if updating {
			return invalid("Item size to update has exceeded the maximum allowed size")
		}
		return invalid("Item size has exceeded the maximum allowed size")
	}
	return nil
}

// units returns the units of a change for the table itself, before any factor.
func (t *table) units(old, new item) float64 {
	return units(max(old.size(), new.size()), writeUnit)
}
