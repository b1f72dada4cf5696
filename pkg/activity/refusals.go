package activity

import (
	"sync"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// refusals decides which rejected requests get a record of their own. Requests of one source get few
// in each minute; further ones are counted, and become one record when the minute is over. No source
// takes anything from another one, so strangers cannot hide that a token has expired.
type refusals struct {
	known, strange int // records of their own, per source and minute
	mu             sync.Mutex
	minute         int64
	count          map[source]*tally
	due            []entry // sums of past minutes
}

// source is what rejected requests have in common. Each part is ours, so there are few sources: a
// stranger has no key id, and a key id is one of the tenant's.
type source struct {
	tenant scim.TenantID
	key    string
	code   scim.Code
}

// tally counts the requests of a source in a minute.
type tally struct {
	all, summed int
	last        scim.Record // of those that are summed
}

// admit reports whether a rejected request gets a record of its own. Otherwise it is counted.
func (f *refusals) admit(rec *scim.Record, now time.Time) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.turn(now.Unix() / 60)
	from := source{rec.Tenant, rec.Subject, rec.Code}
	t := f.count[from]
	if t == nil {
		t = &tally{}
		f.count[from] = t
	}
	limit := f.known
	if rec.Stranger() {
		limit = f.strange
	}
	if t.all++; t.all <= limit {
		return true
	}
	t.summed++
	t.last = *rec
	return false
}

// turn makes the sums of a minute that is over.
func (f *refusals) turn(minute int64) {
	if f.count != nil && (minute == f.minute || minute == f.minute-1) { // a late caller does not turn back
		return
	}
	for _, t := range f.count {
		if t.summed > 0 {
			f.due = append(f.due, entry{rec: &t.last, count: t.summed})
		}
	}
	f.minute, f.count = minute, map[source]*tally{}
}

// take returns the sums of the minutes before now, each once.
func (f *refusals) take(now time.Time) []entry {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.turn(now.Unix() / 60)
	due := f.due
	f.due = nil
	return due
}

// takeAll returns all sums, that of the current minute included.
func (f *refusals) takeAll() []entry {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.turn(f.minute + 1)
	due := f.due
	f.due = nil
	return due
}
