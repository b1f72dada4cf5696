package activity

import (
	"cmp"
	"context"
	"maps"
	"sort"
	"strings"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Tally is what one connection of a tenant did in one hour. It has no personal data, and its size does
// not depend on the traffic. Package health reads tallies.
type Tally struct {
	Tenant scim.TenantID
	Hour   time.Time // when the hour begins, in UTC
	Key    string    // key id of the token or client; "" for requests without a known credential
	IdP    string    // the identity provider as last recognised, or ""
	Last   time.Time // the last request
	Worked time.Time // the last request that succeeded; zero: none in this hour
	Reads  int       // requests that succeeded and changed nothing by their nature: get, search, discovery
	Writes int       // all others that succeeded
	Failed map[string]int
}

// Counter is an optional ability of a Log: it keeps tallies beside the records. All logs of this module
// have it. It is safe for concurrent use.
type Counter interface {
	// AppendCounted is AppendAll for records, and adds tallies to those that are kept: counts are added
	// up, and the latest times and the last known IdP stay; of calls at the same time, those of any. A
	// tally that cannot be added costs no record; the error is a *LostError that says so. It keeps neither
	// slice.
	AppendCounted(ctx context.Context, records []Record, tallies []Tally) error

	// Tallies returns the tallies of a tenant whose hour is from or later, in the order of hours, and of
	// keys within an hour. They are kept for TalliesFor. The effort depends on hours and connections, not
	// on requests.
	Tallies(ctx context.Context, t scim.TenantID, from time.Time) ([]Tally, error)
}

// TalliesFor is how long a Counter keeps a tally, at least. It spans a week and two weekends, so that a
// connection that rests at weekends can be compared with itself.
const TalliesFor = 10 * 24 * time.Hour

// HourOf returns the hour of a Tally for a time.
func HourOf(at time.Time) time.Time { return at.UTC().Truncate(time.Hour) }

// hourOf is the Unix time of HourOf.
func hourOf(at time.Time) int64 {
	seconds := at.Unix()
	return seconds - (seconds%3600+3600)%3600
}

// Requests is the number of requests.
func (t *Tally) Requests() int { return t.Reads + t.Writes + t.Failures() }

// Failures is the number of requests that failed.
func (t *Tally) Failures() (n int) {
	for _, c := range t.Failed {
		n += c
	}
	return n
}

// Add adds what other has counted for the same connection and hour.
func (t *Tally) Add(other Tally) {
	t.Reads += other.Reads
	t.Writes += other.Writes
	if other.IdP != "" && !other.Last.Before(t.Last) || t.IdP == "" {
		t.IdP = other.IdP
	}
	t.Last, t.Worked = later(t.Last, other.Last), later(t.Worked, other.Worked)
	if len(other.Failed) == 0 {
		return
	}
	if t.Failed == nil {
		t.Failed = make(map[string]int, len(other.Failed))
	}
	for code, n := range other.Failed {
		t.Failed[code] += n
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// tallyKey is what the tallies of a connection in an hour have in common.
type tallyKey struct {
	tenant scim.TenantID
	hour   int64
	key    string
}

// tallies collects counts until they are written.
type tallies map[tallyKey]*Tally

// count counts a request, or several that one record stands for. The operations of a bulk request count
// one by one, beside the request: they are what fails or works.
func (ts tallies) count(rec *scim.Record, n int) {
	at := tallyKey{rec.Tenant, hourOf(rec.Time), rec.Subject}
	t := ts[at]
	if t == nil {
		t = &Tally{Tenant: rec.Tenant, Hour: HourOf(rec.Time), Key: strings.Clone(rec.Subject)}
		ts[at] = t
	}
	one := Tally{IdP: rec.IdP, Last: rec.Time.UTC()}
	switch n = max(n, 1); {
	case rec.Status >= 400:
		one.Failed = map[string]int{string(known(rec.Code)): n}
	case reading(rec.Operation):
		one.Reads, one.Worked = n, one.Last
	default:
		one.Writes, one.Worked = n, one.Last
	}
	t.Add(one)
}

// known returns a code of the service, so that a tally has few of them.
func known(code scim.Code) scim.Code {
	if status, _ := code.Answer(); status != 0 {
		return code
	}
	return scim.CodeOther
}

// take returns what was collected, in a fixed order, and forgets it.
func (ts tallies) take() []Tally {
	if len(ts) == 0 {
		return nil
	}
	out := make([]Tally, 0, len(ts))
	for _, t := range ts {
		out = append(out, *t)
	}
	clear(ts)
	sortTallies(out)
	return out
}

// sortTallies sorts by tenant, hour and connection, with package sort: see tenant.Record.Sort.
func sortTallies(list []Tally) {
	sort.Slice(list, func(i, j int) bool {
		a, b := &list[i], &list[j]
		return cmp.Or(strings.Compare(a.Tenant.String(), b.Tenant.String()), a.Hour.Compare(b.Hour), strings.Compare(a.Key, b.Key)) < 0
	})
}

// MergeTallies returns one tally for each tenant, hour and connection, in the order of these three.
// Implementations of Counter use it.
func MergeTallies(list []Tally) []Tally {
	merged := tallies{}
	for _, t := range list {
		at := tallyKey{t.Tenant, t.Hour.Unix(), t.Key}
		if have := merged[at]; have != nil {
			have.Add(t)
			continue
		}
		t.Failed = maps.Clone(t.Failed)
		merged[at] = &t
	}
	return merged.take()
}
