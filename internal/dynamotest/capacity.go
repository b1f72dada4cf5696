package dynamotest

import (
	"maps"
	"slices"
)

// capacity is the sum of a request's capacity units, by table and index.
type capacity struct {
	tables     map[string]*tableUnits
	transacted bool
	keys       map[bucketKey]*keyUnits // nil unless the engine is unkind
}

// keyUnits are the units of one partition key.
type keyUnits struct{ read, write float64 }

type tableUnits struct {
	read, write float64
	indexes     map[string]*tableUnits
}

// newCapacity returns a sum of zero. It counts partition keys only if the engine charges them.
func (e *Engine) newCapacity() *capacity {
	c := &capacity{tables: map[string]*tableUnits{}}
	if e.walls != nil {
		c.keys = map[bucketKey]*keyUnits{}
	}
	return c
}

// key returns the units of a partition key.
func (c *capacity) key(k bucketKey) *keyUnits {
	if c.keys == nil {
		return &keyUnits{}
	}
	if c.keys[k] == nil {
		c.keys[k] = &keyUnits{}
	}
	return c.keys[k]
}

// read adds the units of a read of one partition of a table or of an index.
func (c *capacity) read(k bucketKey, units float64) {
	c.of(k.table, k.index).read += units
	c.key(k).read += units
}

// write adds the units of a write of one item, without those of the indexes.
func (c *capacity) write(t *table, key item, units float64) {
	c.of(t.name, "").write += units
	c.key(t.bucketKey(key)).write += units
}

// bucketKey returns the partition of an item in the table.
func (t *table) bucketKey(key item) bucketKey {
	return bucketKey{t.name, "", key[t.keys.partition.name].order()}
}

// add adds another sum.
func (c *capacity) add(d *capacity) {
	for name, t := range d.tables {
		sum := c.of(name, "")
		sum.read, sum.write = sum.read+t.read, sum.write+t.write
		for index, x := range t.indexes {
			sum := c.of(name, index)
			sum.read, sum.write = sum.read+x.read, sum.write+x.write
		}
	}
	for k, u := range d.keys {
		sum := c.key(k)
		sum.read, sum.write = sum.read+u.read, sum.write+u.write
	}
}

// of returns the units of a table, or of one of its indexes.
func (c *capacity) of(table, index string) *tableUnits {
	t := c.tables[table]
	if t == nil {
		t = &tableUnits{indexes: map[string]*tableUnits{}}
		c.tables[table] = t
	}
	if index == "" {
		return t
	}
	if t.indexes[index] == nil {
		t.indexes[index] = &tableUnits{}
	}
	return t.indexes[index]
}

func (t *tableUnits) total() (read, write float64) {
	read, write = t.read, t.write
	for _, x := range t.indexes {
		read += x.read
		write += x.write
	}
	return read, write
}

// wrote adds the units of a write: factor times for the table, once for each index that it
// changes, because an index costs the same inside a transaction as outside.
func (c *capacity) wrote(t *table, key, old, new item, factor float64) {
	c.write(t, key, factor*t.units(old, new))
	for _, x := range t.indexes {
		if u := x.units(old, new); u > 0 {
			c.of(t.name, x.name).write += u
			if c.keys != nil {
				c.wroteIndex(t, x, old, new)
			}
		}
	}
}

// wroteIndex adds the units of a changed index entry to its keys: an entry that moves is deleted
// under one key and put under another.
func (c *capacity) wroteIndex(t *table, x *index, old, new item) {
	at := func(it item) *keyUnits {
		return c.key(bucketKey{t.name, x.name, it[x.keys.partition.name].order()})
	}
	if x.has(old) && (!x.has(new) || !x.keys.of(old).equal(x.keys.of(new))) {
		at(old).write += x.units(old, nil)
		old = nil
	}
	if x.has(new) {
		at(new).write += x.units(old, new)
	}
}

// readFactor is the number of units for a read of 4 KB.
func readFactor(consistent bool) float64 {
	if consistent {
		return 1
	}
	return 0.5
}

// spent adds a request's units to the meter, and takes them from its keys.
func (e *Engine) spent(c *capacity) {
	e.walls.charge(c)
	for _, t := range c.tables {
		r, w := t.total()
		e.meter.ReadUnits += r
		e.meter.WriteUnits += w
	}
}

// report returns the ConsumedCapacity of each table in the order of their names, or nil if the
// request does not ask for it.
func (c *capacity) report(mode string) []map[string]any {
	if mode != "TOTAL" && mode != "INDEXES" {
		return nil
	}
	out := []map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(c.tables)) {
		t := c.tables[name]
		r, w := t.total()
		one := c.figures(r, w)
		one["TableName"] = name
		if mode == "INDEXES" {
			one["Table"] = c.figures(t.read, t.write)
			if len(t.indexes) > 0 {
				per := map[string]any{}
				for x, u := range t.indexes {
					per[x] = c.figures(u.read, u.write)
				}
				one["GlobalSecondaryIndexes"] = per
			}
		}
		out = append(out, one)
	}
	return out
}

// figures returns units as the service shows them: reads and writes are separate only in
// transactions.
func (c *capacity) figures(read, write float64) map[string]any {
	out := map[string]any{"CapacityUnits": read + write}
	if c.transacted {
		if read > 0 {
			out["ReadCapacityUnits"] = read
		}
		if write > 0 {
			out["WriteCapacityUnits"] = write
		}
	}
	return out
}

// one is the report of a request for a single table.
func (c *capacity) one(mode string) any {
	if r := c.report(mode); len(r) > 0 {
		return r[0]
	}
	return nil
}
