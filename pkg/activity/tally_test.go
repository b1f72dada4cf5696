package activity_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/scim"
)

// TestCounts: every request is counted by connection and cause, those of one record for each, and reads
// that leave no record too.
func TestCounts(t *testing.T) {
	t.Parallel()
	log, acme := activity.NewMemory(0), mustID(t, "acme")
	at := activity.HourOf(time.Now()).Add(time.Minute)
	r := activity.NewRecorder(log, activity.Options{SkipReads: true, Strangers: 2, Now: func() time.Time { return at }})
	see := func(rec scim.Record) {
		rec.Tenant, rec.Time = acme, at
		observe(r, rec)
	}
	for range 3 {
		see(scim.Record{Subject: "k1", IdP: "okta", Operation: "search", Status: 200})
	}
	see(scim.Record{Subject: "k1", IdP: "okta", Operation: "patch", Status: 204})
	see(scim.Record{Subject: "k1", IdP: "okta", Operation: "create", Status: 409, Code: scim.CodeTaken})
	see(scim.Record{Subject: "k1", IdP: "okta", Operation: "create", Status: 400, Code: "a rule of the application"})
	for range 7 { // two get records of their own, and five share one
		see(scim.Record{Status: 401, Code: scim.CodeTokenWrong})
	}
	see(scim.Record{Subject: "k2", Status: 401, Code: scim.CodeTokenExpired})
	if err := r.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	got, err := log.Tallies(t.Context(), acme, at.Add(-time.Hour))
	want := []activity.Tally{
		{Last: at.UTC(), Failed: map[string]int{"token.wrong": 7}},
		{Key: "k1", IdP: "okta", Last: at.UTC(), Worked: at.UTC(), Reads: 3, Writes: 1, Failed: map[string]int{"attribute.taken": 1, "other": 1}},
		{Key: "k2", Last: at.UTC(), Failed: map[string]int{"token.expired": 1}},
	}
	if d := cmp.Diff(want, got, cmpopts.IgnoreFields(activity.Tally{}, "Tenant", "Hour")); err != nil || d != "" {
		t.Errorf("%v %s", err, d)
	}
	if n := len(everything(t, log)); n != 7 {
		t.Errorf("%d records", n)
	}
}

// TestHeldCounts: reads that leave no record cost no write of their own.
func TestHeldCounts(t *testing.T) {
	t.Parallel()
	log, acme := &writes{Memory: activity.NewMemory(0)}, mustID(t, "acme")
	r := activity.NewRecorder(log, activity.Options{SkipReads: true})
	for range 20 {
		observe(r, scim.Record{Tenant: acme, Time: time.Now(), Subject: "k1", Operation: "get", Status: 200})
		if err := r.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := log.calls(); n != 0 {
		t.Errorf("%d writes for reads", n)
	}
	observe(r, scim.Record{Tenant: acme, Time: time.Now(), Subject: "k1", Operation: "patch", Status: 200})
	if err := r.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	got, err := log.Tallies(t.Context(), acme, time.Time{})
	sum := 0
	for _, tally := range got {
		sum += tally.Requests()
	}
	if err != nil || log.calls() != 1 || sum != 21 {
		t.Errorf("%d writes, %+v %v", log.calls(), got, err)
	}
}

// writes counts the calls of a Memory that write.
type writes struct {
	*activity.Memory
	n atomic.Int64
}

func (w *writes) AppendCounted(ctx context.Context, records []activity.Record, tallies []activity.Tally) error {
	w.n.Add(1)
	return w.Memory.AppendCounted(ctx, records, tallies)
}

func (w *writes) calls() int { return int(w.n.Load()) }
