package activity

import (
	"maps"
	"net/http"
	"slices"
	"sync"

	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/pkg/scim"
)

// HintedIdPs are the identity providers that have hints, sorted.
func HintedIdPs() []string { return slices.Sorted(maps.Keys(hints)) }

// Bytes is the size of the records of a tenant as the Memory counts it.
func (m *Memory) Bytes(t scim.TenantID) int {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if s := m.by[t]; s != nil {
		return s.own.bytes + s.strange.bytes
	}
	return 0
}

// Comparer compares the record of everything that is observed, as a Memory returns it, with that of the oracle. It is
// safe for concurrent use.
type Comparer struct {
	Log  Log
	Fail func(difference string)

	mu       sync.Mutex
	describe describer
	compared int
}

// Observe compares one record. It must be called before Recorder.Observe, which takes the commits.
func (c *Comparer) Observe(req *http.Request, rec *scim.Record) {
	var e entry
	e.rec = rec
	if tr := trailOf(req.Context()); tr != nil {
		tr.mu.Lock()
		e.commits = slices.Clone(tr.commits)
		tr.mu.Unlock()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.compared++
	if d := c.compare(&e); d != "" {
		c.Fail(d)
	}
}

func (c *Comparer) compare(e *entry) string {
	c.describe.isID, c.describe.names.log = orUUID(nil), c.Log
	var fast Record
	c.describe.record(&fast, e)
	want := plainFrom(e, c.describe.isID, &nameKeys{log: c.Log})
	want.ID = fast.ID
	p := packed(appendRecord(nil, &fast))
	return cmp.Diff(want, p.readable(want.Tenant), sameRecord) + cmp.Diff(p.readable(want.Tenant), p.readable(want.Tenant), sameRecord)
}

// Compared returns the number of records.
func (c *Comparer) Compared() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.compared
}
