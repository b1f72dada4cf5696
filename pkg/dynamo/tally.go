package dynamo

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/pkg/scim"
)

// A counter is right whatever the order of the stream across items, its parallelism and its repeats.
//
// The stream keeps the order of one item only: with concurrent batches, with a split shard and after a
// restore, records of other items arrive in any order and with any sequence number. No position in
// the stream can therefore say what has been counted. Instead every resource that was created or
// removed lately has a mark (see mark.go), which says what of it has been counted. One transaction
// changes the marks of a batch and its counter; the counter's version makes transactions of one
// counter follow each other. A crash leaves both or neither.
//
// A mark costs less than a write: those of ids of the same four seconds are one item. They expire
// after markLife, which is longer than the stream keeps records.
//
// A tenant that was deleted and created again has a new counter. Its marks know every resource that
// was counted since the counter began. A REMOVE of any other resource is of the deleted tenant and does
// not count, until the counter is older than every record that the stream may still hold.

const (
	// markLife is how long a mark is kept; the stream keeps a record for 24 hours.
	markLife = 60 * time.Hour
	// youth is how long a counter has marks of every resource that it counts.
	youth = 48 * time.Hour
	// maxTallyTries bounds how often a batch is counted anew because others change the counter.
	maxTallyTries = 30
	// maxMarkRows is how many items with marks one transaction changes.
	maxMarkRows = 90
)

// counterName names a counter.
type counterName struct {
	tenant scim.TenantID
	typ    string
}

// counter is the counter item as it was read. The zero counter does not exist.
type counter struct {
	exists  bool // it has a number; a removal alone makes an item that has none
	number  int64
	version int64     // of number and marks
	born    time.Time // zero for a counter of an older version, which counts as old
	legacy  bool      // it has the position that an older version kept
	checked time.Time // when the last recount ended; zero if there was none
	recount recounting
}

func (s *Store) counter(ctx context.Context, name counterName) (counter, error) {
	it, err := s.getItem(ctx, counterKey(name.tenant, name.typ), true)
	c := counter{number: numberOf(it, attrNumber), version: numberOf(it, attrTally), recount: readRecounting(it)}
	_, c.exists = it[attrNumber]
	_, c.legacy = it["last"]
	c.born, c.checked = timeOf(it, attrBorn), timeOf(it, attrChecked)
	return c, err
}

// timeOf is a time in milliseconds, zero if there is none.
func timeOf(it item, attr string) time.Time {
	if ms := numberOf(it, attr); ms > 0 {
		return time.UnixMilli(ms)
	}
	return time.Time{}
}

// young reports whether every resource that the counter counts has a mark.
func (c counter) young(now time.Time) bool {
	return !c.exists || !c.born.IsZero() && now.Sub(c.born) < youth
}

// asRead is an update on condition that number and marks are as they were read.
func (c counter) asRead() expression {
	var e expression
	if c.version == 0 {
		e.require(absent(attrTally))
	} else {
		e.require(attrTally + " = " + e.bind(":was", num(c.version)))
	}
	e.set(attrTally, e.bind(":version", num(c.version+1)))
	if c.legacy {
		e.removes = append(e.removes, e.alias("last"))
	}
	return e
}

// count updates the counters.
func (c *Consumer) count(ctx context.Context, records []StreamRecord) error {
	byCounter := map[counterName]map[string][]StreamRecord{} // by the key of their marks
	for _, r := range records {
		if r.Kind == "MODIFY" {
			continue
		}
		p, ok := partitionOf(r)
		if !ok || p.resourceType() == "" {
			continue
		}
		name := counterName{p.tenant, p.resourceType()}
		if byCounter[name] == nil {
			byCounter[name] = map[string][]StreamRecord{}
		}
		at := markSK(name.typ, p.sk)
		byCounter[name][at] = append(byCounter[name][at], r)
	}
	for name, rows := range byCounter {
		for part := range slices.Chunk(slices.Sorted(maps.Keys(rows)), maxMarkRows) {
			t := tally{store: c.store, name: name, keys: part, records: rows}
			if err := t.run(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// tally counts the records of some rows of marks.
type tally struct {
	store   *Store
	name    counterName
	keys    []string // sort keys of the rows
	records map[string][]StreamRecord
}

func (t *tally) run(ctx context.Context) error {
	for try := range maxTallyTries {
		err := t.once(ctx)
		var failed *conditionFailed
		var busy *scim.BusyError
		if !errors.As(err, &failed) && !errors.As(err, &busy) {
			return err
		}
		if err := pause(ctx, try); err != nil {
			return err
		}
	}
	return &scim.BusyError{Cause: errors.New("dynamo: other processes are changing the counter")}
}

// step is what a batch adds to a counter.
type step struct {
	delta   int64
	passed  int64 // the part of delta that a recount in progress has passed
	removed bool  // a resource was removed, so that bookmarks are void
}

// once counts the records if nothing else changes the counter at the same time.
func (t *tally) once(ctx context.Context) error {
	c, err := t.store.counter(ctx, t.name)
	if err != nil {
		return err
	}
	rows, err := t.store.markRows(ctx, t.name.tenant, t.keys)
	if err != nil {
		return err
	}
	st, changed := t.apply(c, rows)
	if len(changed) == 0 {
		return nil // all of it has been counted
	}
	e, err := t.update(ctx, c, st)
	if err != nil || e == nil {
		return err
	}
	actions := []types.TransactWriteItem{t.store.updateAction(counterKey(t.name.tenant, t.name.typ), *e)}
	for _, row := range changed {
		actions = append(actions, t.store.putAction(row.item(t.store.o.Now()), expression{}))
	}
	return t.store.transact(ctx, actions)
}

// apply applies the records to the marks and returns the rows that they change.
func (t *tally) apply(c counter, rows map[string]*markRow) (st step, changed []*markRow) {
	young := c.young(t.store.o.Now())
	for _, sk := range t.keys {
		row, before := rows[sk], st
		touched := false
		for _, r := range t.records[sk] {
			delta, news := row.apply(r, young)
			st.delta += delta
			touched = touched || news
			st.removed = st.removed || news && r.Kind == "REMOVE"
		}
		if c.recount.passed(row.prefix) {
			st.passed += st.delta - before.delta
		}
		if touched {
			changed = append(changed, row)
		}
	}
	return st, changed
}

// update is the update of the counter, or nil if the records are of a tenant that no longer exists.
func (t *tally) update(ctx context.Context, c counter, st step) (*expression, error) {
	now := t.store.o.Now()
	configured := true
	if !c.exists || st.removed && c.number+st.delta <= 0 {
		it, err := t.store.getItem(ctx, settingsKey(t.name.tenant), true)
		if err != nil {
			return nil, err
		}
		configured = it != nil
	}
	if !c.exists && !configured {
		if used, err := t.used(ctx); err != nil || !used {
			return nil, err
		}
	}
	e := c.asRead()
	e.adds = append(e.adds, attrNumber+" "+e.bind(":delta", num(st.delta)))
	if !c.exists {
		e.set(attrBorn, e.bind(":born", num(now.UnixMilli())))
	}
	if st.removed {
		e.adds = append(e.adds, attrGeneration+" "+e.bind(":one", num(1)))
	}
	if st.passed != 0 {
		e.adds = append(e.adds, attrRecounted+" "+e.bind(":passed", num(st.passed)))
	}
	ttl := e.alias(attrTTL) // a reserved word
	if configured || st.delta > 0 {
		e.removes = append(e.removes, ttl)
	} else { // the last resource of a tenant without settings, which may have been deleted
		e.set(ttl, e.bind(":ttl", num(now.Add(markLife).Unix())))
	}
	return &e, nil
}

// used reports whether a tenant without settings has resources. A store may be used without Tenants,
// so this distinguishes such a tenant from one that was deleted, whose records are late.
func (t *tally) used(ctx context.Context) (bool, error) {
	var keys []key
	for _, sk := range t.keys {
		for _, r := range t.records[sk] {
			if r.Kind != "INSERT" {
				continue
			}
			if r.New == nil {
				return true, nil // a record of keys alone: the stream has no images
			}
			keys = append(keys, keyOf(r.Keys))
		}
	}
	for part := range slices.Chunk(keys, batchSize) {
		items, err := t.store.batchGet(ctx, part)
		if err != nil || len(items) > 0 {
			return len(items) > 0, err
		}
	}
	return false, nil
}
