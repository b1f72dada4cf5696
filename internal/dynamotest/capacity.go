package dynamotest

import (
	"maps"
	"slices"
)

// capacity is the sum of a request's capacity units, by table and index.
type capacity struct {
	tables     map[string]*tableUnits
	transacted bool
}

type tableUnits struct {
	read, write float64
	indexes     map[string]*tableUnits
}

func newCapacity() *capacity { return &capacity{tables: map[string]*tableUnits{}} }

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
func (c *capacity) wrote(t *table, old, new item, factor float64) {
	c.of(t.name, "").write += factor * t.units(old, new)
	for _, x := range t.indexes {
		if u := x.units(old, new); u > 0 {
			c.of(t.name, x.name).write += u
		}
	}
}

// readFactor is the number of units for a read of 4 KB.
func readFactor(consistent bool) float64 {
	if consistent {
		return 1
	}
	return 0.5
}

// spent adds a request's units to the meter.
func (e *Engine) spent(c *capacity) {
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
