package dynamotest

import (
	"slices"
	"strings"
	"time"
)

// Unkind are the walls of the service that an engine does not have by default. A zero field is off.
type Unkind struct {
	// WriteUnits and ReadUnits are the units that each partition key of a table, and each of an
	// index, takes in a second. See bucket for what happens to a key that has used up its units.
	WriteUnits, ReadUnits float64
	// Burst is for how long a key collects unused units; 0 is one second. The service keeps up to
	// 300 seconds, and uses them for other work as it likes: it promises none.
	Burst time.Duration
	// Hold is how long a TransactWriteItems takes after it was decided. Meanwhile a write or a
	// transaction that includes one of its items gets a TransactionConflict; reads do not.
	Hold time.Duration
	// Latency is added to each request.
	Latency time.Duration
	// Now and Sleep replace the clock of the buckets and the waits, for a simulation.
	Now   func() time.Time
	Sleep func(time.Duration)
}

// Service are the walls of the service, as far as it documents them, with the usual times: 1,000
// write units and 3,000 read units a second for each partition key, 5 ms in a transaction.
func Service() Unkind {
	return Unkind{WriteUnits: 1000, ReadUnits: 3000, Hold: 5 * time.Millisecond}
}

// Unkind sets the walls. All keys begin with full buckets, and KeyUnits with none.
func (e *Engine) Unkind(u Unkind) {
	if u.Burst <= 0 {
		u.Burst = time.Second
	}
	if u.Now == nil {
		u.Now = time.Now
	}
	if u.Sleep == nil {
		u.Sleep = time.Sleep
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.walls = &walls{Unkind: u, buckets: map[bucketKey]*bucket{}, held: map[string]bool{}}
}

// KeyUnits is what one partition key of a table or of an index has used since Unkind.
type KeyUnits struct {
	Table, Index, Key string
	Read, Write       float64
	// Throttled counts the requests that the key refused, and the actions of batches and
	// transactions.
	Throttled int
}

// KeyUnits returns the partition keys that were used since Unkind, in order. Without Unkind there
// are none.
func (e *Engine) KeyUnits() []KeyUnits {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.walls == nil {
		return nil
	}
	out := []KeyUnits{}
	for k, b := range e.walls.buckets {
		out = append(out, KeyUnits{k.table, k.index, k.part, b.read.used, b.write.used, b.throttled})
	}
	slices.SortFunc(out, func(a, b KeyUnits) int {
		return strings.Compare(a.Table+"\x00"+a.Index+"\x00"+a.Key, b.Table+"\x00"+b.Index+"\x00"+b.Key)
	})
	return out
}

// walls is the state of an unkind engine, guarded by the engine's lock.
type walls struct {
	Unkind
	buckets map[bucketKey]*bucket
	held    map[string]bool // items of transactions that are not finished
}

// conflicts reports whether a transaction holds the item.
func (w *walls) conflicts(t *table, key item) bool {
	return w != nil && len(w.held) > 0 && w.held[itemID(t, key)]
}

func itemID(t *table, key item) string {
	k := t.keys.of(key)
	return t.name + "\x00" + k[t.keys.partition.name].order() + "\x00" + k[t.keys.sort.name].order()
}

// hold makes the engine keep the items of a transaction until the answer is sent.
func (e *Engine) hold(out any, writes []*write) any {
	if e.walls == nil || e.walls.Hold <= 0 {
		return out
	}
	h := held{out: out, walls: e.walls}
	for _, w := range writes {
		id := itemID(w.t, w.key())
		h.items = append(h.items, id)
		e.walls.held[id] = true
	}
	return h
}

// held is the answer of a transaction that still holds its items.
type held struct {
	out   any
	items []string
	walls *walls
}

// release waits until a transaction is finished, and returns its answer.
func (e *Engine) release(out any) any {
	h, ok := out.(held)
	if !ok {
		return out
	}
	h.walls.Sleep(h.walls.Hold)
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, id := range h.items {
		delete(h.walls.held, id)
	}
	return h.out
}

// latency waits for the latency of a request.
func (e *Engine) latency() {
	e.mu.Lock()
	w := e.walls
	e.mu.Unlock()
	if w != nil && w.Latency > 0 {
		w.Sleep(w.Latency)
	}
}
