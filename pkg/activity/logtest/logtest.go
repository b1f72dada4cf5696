package logtest

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/scim"
)

// Run checks that a Log keeps its contract. open returns an empty Log; it is called once for each of
// the subtests, which run in parallel.
func Run(t *testing.T, open func(t *testing.T) activity.Log) {
	t.Helper()
	for name, check := range map[string]func(*testing.T, activity.Log){
		"round trip": roundTrip, "newest first, page by page": paging, "filters": filters,
		"timeline of a resource": timeline, "tenants apart": tenants, "many at once": concurrent,
		"many in one call": batch, "bounded": bounded, "one of many": oneOfMany,
		"tallies": tallies, "tallies at once": countedAtOnce, "odd tallies": oddTallies,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check(t, open(t))
		})
	}
}

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func tenantID(t *testing.T, name string) scim.TenantID {
	t.Helper()
	id, err := scim.ParseTenantID(name)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// add appends a record of n seconds after the start and returns its id.
func add(t *testing.T, log activity.Log, n int, r activity.Record) string {
	t.Helper()
	if r.Tenant.IsZero() {
		r.Tenant = tenantID(t, "acme")
	}
	r.Time = start.Add(time.Duration(n) * time.Second)
	r.ID = activity.NewID(r.Time)
	if err := log.Append(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	return r.ID
}

// ask returns the ids on all pages of an answer.
func ask(t *testing.T, log activity.Log, q activity.Query) []string {
	t.Helper()
	ids := []string{}
	for {
		page, err := log.Query(t.Context(), tenantID(t, "acme"), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page.Records {
			ids = append(ids, r.ID)
		}
		if page.Next == "" {
			return ids
		}
		q.After = page.Next
	}
}

func want(t *testing.T, what string, got []string, ids ...string) {
	t.Helper()
	if !slices.Equal(got, ids) {
		t.Errorf("%s: %v, want %v", what, got, ids)
	}
}

func roundTrip(t *testing.T, log activity.Log) {
	acme := tenantID(t, "acme")
	r := activity.Record{
		ID: activity.NewID(start), Time: start, Duration: 1500 * time.Microsecond, Tenant: acme, IdP: "okta",
		Entry: activity.EntryBulk, Item: 2, RequestID: "req-1", Key: "k1", Method: "PATCH", Operation: "patch",
		Type: "Group", Resource: "g1", Status: 409, ScimType: "uniqueness", Code: "c", Attribute: "displayName",
		ErrorID: "e1", Holder: "g2", Changed: []string{"active"}, Added: []string{"u1"}, Removed: []string{"u2"},
		MembersAdded: 1, MembersRemoved: 1, Cleared: true, Notes: []string{"n"}, Plan: "range userName, residual", Read: 7, Values: map[string]any{"active": false},
	}
	if err := log.Append(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if err := log.Append(t.Context(), r); err != nil {
		t.Errorf("a repeated Append fails: %v", err)
	}
	got, err := log.Get(t.Context(), acme, r.ID)
	if diff := cmp.Diff(r, got, cmp.AllowUnexported(scim.TenantID{}), cmpopts.EquateEmpty()); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	if _, err := log.Get(t.Context(), acme, activity.NewID(start)); !errors.Is(err, activity.ErrNotFound) {
		t.Errorf("unknown id: %v", err)
	}
	for _, bad := range []string{"x", "", "../../../../../etc/passw"} {
		if _, err := log.Get(t.Context(), acme, bad); !errors.Is(err, activity.ErrNotFound) {
			t.Errorf("id %q: %v", bad, err)
		}
	}
	if err := log.Append(t.Context(), activity.Record{}); !errors.Is(err, activity.ErrTenant) {
		t.Errorf("a record without a tenant: %v", err)
	}
	want(t, "only once", ask(t, log, activity.Query{}), r.ID)
}

func paging(t *testing.T, log activity.Log) {
	var ids []string
	for i := range 25 {
		ids = append(ids, add(t, log, (i*7)%25, activity.Record{Status: 200})) // in random order
	}
	slices.Sort(ids)
	slices.Reverse(ids)
	for _, limit := range []int{1, 7, 25, 0, 10000} {
		want(t, fmt.Sprint("limit ", limit), ask(t, log, activity.Query{Limit: limit}), ids...)
	}
	if _, err := log.Query(t.Context(), tenantID(t, "acme"), activity.Query{After: "zz"}); !errors.Is(err, activity.ErrCursor) {
		t.Errorf("a malformed cursor: %v", err)
	}
}

func filters(t *testing.T, log activity.Log) {
	a := add(t, log, 1, activity.Record{Status: 201, IdP: "okta", Operation: "create", RequestID: "r1"})
	b := add(t, log, 2, activity.Record{Status: 409, IdP: "okta", Operation: "create", RequestID: "r2"})
	c := add(t, log, 3, activity.Record{Status: 404, IdP: "entra", Operation: "get", RequestID: "r3"})
	want(t, "status", ask(t, log, activity.Query{Status: 409}), b)
	want(t, "failed", ask(t, log, activity.Query{Failed: true}), c, b)
	want(t, "failed, one by one", ask(t, log, activity.Query{Failed: true, Limit: 1}), c, b)
	want(t, "IdP", ask(t, log, activity.Query{IdP: "okta"}), b, a)
	want(t, "operation", ask(t, log, activity.Query{Operation: "get"}), c)
	want(t, "request", ask(t, log, activity.Query{RequestID: "r1"}), a)
	want(t, "from", ask(t, log, activity.Query{From: start.Add(2 * time.Second)}), c, b)
	want(t, "until", ask(t, log, activity.Query{Until: start.Add(2 * time.Second)}), a)
	want(t, "between, paged", ask(t, log, activity.Query{From: start.Add(time.Second), Until: start.Add(3 * time.Second), Limit: 1}), b, a)
	want(t, "nothing", ask(t, log, activity.Query{Status: 409, IdP: "entra"}))
}

func timeline(t *testing.T, log activity.Log) {
	a := add(t, log, 1, activity.Record{Status: 201, Resource: "u1"})
	add(t, log, 2, activity.Record{Status: 201, Resource: "u2"})
	b := add(t, log, 3, activity.Record{Status: 204, Resource: "g1", Added: []string{"u1", "u2"}})
	c := add(t, log, 4, activity.Record{Status: 409, Holder: "u1"})
	d := add(t, log, 5, activity.Record{Status: 204, Resource: "g1", Removed: []string{"u1"}})
	want(t, "user", ask(t, log, activity.Query{Resource: "u1"}), d, c, b, a)
	want(t, "user, paged", ask(t, log, activity.Query{Resource: "u1", Limit: 1}), d, c, b, a)
	want(t, "user, failures", ask(t, log, activity.Query{Resource: "u1", Failed: true}), c)
	want(t, "user, until", ask(t, log, activity.Query{Resource: "u1", Until: start.Add(3 * time.Second)}), a)
	want(t, "group", ask(t, log, activity.Query{Resource: "g1"}), d, b)
	want(t, "unknown id", ask(t, log, activity.Query{Resource: "u"}))
}

func tenants(t *testing.T, log activity.Log) {
	globex := tenantID(t, "globex")
	mine := add(t, log, 1, activity.Record{Status: 200, Resource: "u1"})
	theirs := add(t, log, 1, activity.Record{Status: 200, Resource: "u1", Tenant: globex})
	want(t, "all", ask(t, log, activity.Query{}), mine)
	want(t, "timeline", ask(t, log, activity.Query{Resource: "u1"}), mine)
	if _, err := log.Get(t.Context(), tenantID(t, "acme"), theirs); !errors.Is(err, activity.ErrNotFound) {
		t.Errorf("a record of another tenant: %v", err)
	}
}

func concurrent(t *testing.T, log activity.Log) {
	const writers = 50
	records := make([]activity.Record, writers)
	for i := range records {
		records[i] = activity.Record{Tenant: tenantID(t, "acme"), ID: activity.NewID(start), Time: start, Status: 200, Resource: "u1"}
	}
	if err := async.Each(t.Context(), writers, records, log.Append); err != nil {
		t.Error(err)
	}
	if n := len(ask(t, log, activity.Query{Limit: 20})); n != writers {
		t.Errorf("%d records, want %d", n, writers)
	}
}

func batch(t *testing.T, log activity.Log) {
	b, ok := log.(activity.Batcher)
	if !ok {
		t.Skip("the log has no AppendAll")
	}
	var records []activity.Record
	for i := range 60 {
		at := start.Add(time.Duration(i) * time.Second)
		records = append(records, activity.Record{ID: activity.NewID(at), Time: at, Tenant: tenantID(t, "acme"), Resource: "u1",
			Added: []string{"a", "b"}, Status: 200})
	}
	if err := b.AppendAll(t.Context(), records); err != nil {
		t.Fatal(err)
	}
	for _, resource := range []string{"", "u1", "a"} {
		if n := len(ask(t, log, activity.Query{Resource: resource, Limit: 25})); n != 60 {
			t.Errorf("%d records of %q, want 60", n, resource)
		}
	}
}
