package logtest

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/scim"
)

// counter returns the log as a Counter, or skips the test.
func counter(t *testing.T, log activity.Log) activity.Counter {
	t.Helper()
	c, ok := log.(activity.Counter)
	if !ok {
		t.Skip("the log counts nothing")
	}
	return c
}

// hour is the first hour of the tallies: an expired one would be forgotten.
func hour() time.Time { return activity.HourOf(time.Now()).Add(-3 * time.Hour) }

func wantTallies(t *testing.T, c activity.Counter, tenant string, from time.Time, want ...activity.Tally) {
	t.Helper()
	got, err := c.Tallies(t.Context(), tenantID(t, tenant), from)
	if d := cmp.Diff(want, got, cmp.AllowUnexported(scim.TenantID{}), cmpopts.EquateEmpty()); err != nil || d != "" {
		t.Errorf("%s: %v %s", tenant, err, d)
	}
}

// tallies checks that counts are added up, by tenant, hour and connection.
func tallies(t *testing.T, log activity.Log) {
	c, acme, globex, first := counter(t, log), tenantID(t, "acme"), tenantID(t, "globex"), hour()
	at := func(minutes int) time.Time { return first.Add(time.Duration(minutes) * time.Minute) }
	wantTallies(t, c, "acme", time.Time{})
	add := func(records []activity.Record, counts ...activity.Tally) {
		t.Helper()
		if err := c.AppendCounted(t.Context(), records, counts); err != nil {
			t.Fatal(err)
		}
	}
	add([]activity.Record{{ID: activity.NewID(at(1)), Time: at(1), Tenant: acme, Status: 200}},
		activity.Tally{Tenant: acme, Hour: first, Key: "k1", IdP: "okta", Last: at(2), Worked: at(1), Reads: 3, Writes: 1, Failed: map[string]int{"attribute.taken": 1}},
		activity.Tally{Tenant: acme, Hour: first, Last: at(2), Failed: map[string]int{"token.missing": 2, "token.wrong": 1}},
		activity.Tally{Tenant: globex, Hour: first, Key: "k1", Last: at(9), Worked: at(9), Reads: 1})
	add(nil, activity.Tally{Tenant: acme, Hour: first, Key: "k1", Last: at(5), Failed: map[string]int{"attribute.taken": 1, "resource.unknown": 4}})
	add(nil, activity.Tally{Tenant: acme, Hour: first.Add(time.Hour), Key: "k1", IdP: "entra", Last: at(70), Worked: at(70), Writes: 7})
	k1 := activity.Tally{Tenant: acme, Hour: first, Key: "k1", IdP: "okta", Last: at(5), Worked: at(1), Reads: 3, Writes: 1,
		Failed: map[string]int{"attribute.taken": 2, "resource.unknown": 4}}
	strangers := activity.Tally{Tenant: acme, Hour: first, Last: at(2), Failed: map[string]int{"token.missing": 2, "token.wrong": 1}}
	next := activity.Tally{Tenant: acme, Hour: first.Add(time.Hour), Key: "k1", IdP: "entra", Last: at(70), Worked: at(70), Writes: 7}
	wantTallies(t, c, "acme", time.Time{}, strangers, k1, next)
	wantTallies(t, c, "acme", first, strangers, k1, next)
	wantTallies(t, c, "acme", first.Add(time.Minute), strangers, k1, next) // its hour is meant
	wantTallies(t, c, "acme", first.Add(time.Hour), next)
	wantTallies(t, c, "globex", time.Time{}, activity.Tally{Tenant: globex, Hour: first, Key: "k1", Last: at(9), Worked: at(9), Reads: 1})
	want(t, "records beside counts", ask(t, log, activity.Query{})[1:])
}

// countedAtOnce checks that no count is lost when many writers add to one tally.
func countedAtOnce(t *testing.T, log activity.Log) {
	c, acme, first := counter(t, log), tenantID(t, "acme"), hour()
	one := activity.Tally{Tenant: acme, Hour: first, Key: "k1", IdP: "okta", Last: first.Add(time.Minute), Worked: first.Add(time.Minute), Reads: 1, Failed: map[string]int{"other": 2}}
	const writers = 40
	err := async.Each(t.Context(), writers, make([]struct{}, writers), func(ctx context.Context, _ struct{}) error {
		return c.AppendCounted(ctx, nil, []activity.Tally{one, one}) // twice in one call
	})
	if err != nil {
		t.Fatal(err)
	}
	sum := one
	sum.Reads, sum.Failed = 2*writers, map[string]int{"other": 4 * writers}
	wantTallies(t, c, "acme", time.Time{}, sum)
}

// oddTallies checks that tallies that cannot be kept cost nothing else, and that a full one can be.
func oddTallies(t *testing.T, log activity.Log) {
	c, acme, first := counter(t, log), tenantID(t, "acme"), hour()
	full := activity.Tally{Tenant: acme, Hour: first, Key: "ключ \"#|:", IdP: "okta", Last: first, Reads: 1 << 40, Failed: map[string]int{}}
	for _, code := range scim.Codes() {
		full.Failed[string(code)] = 1
	}
	err := c.AppendCounted(t.Context(), []activity.Record{{ID: activity.NewID(first), Time: first, Tenant: acme, Status: 200}},
		[]activity.Tally{{Hour: first, Reads: 1}, full})
	if err == nil {
		t.Error("a tally without a tenant is accepted")
	}
	wantTallies(t, c, "acme", time.Time{}, full)
	if n := len(ask(t, log, activity.Query{})); n != 1 {
		t.Errorf("%d records beside a tally that cannot be kept", n)
	}
}
