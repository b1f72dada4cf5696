package dynamolog_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/activity/dynamolog"
)

var update = flag.Bool("update", false, "write the golden file")

// TestCost: what the log and its counts cost, for docs/reference/cost.md.
func TestCost(t *testing.T) {
	t.Parallel()
	engine, client := start(t)
	log := dynamolog.New(client, dynamolog.Options{Table: table})
	at := activity.HourOf(time.Now()).Add(-200 * time.Hour)
	const user, group = "0b0c7a3e-8d3a-4c8f-9a59-9d3a0a5b7c11", "7f9f2c1c-64c9-4f8e-8f4b-0f7d2f1f6f22"
	record := func(r activity.Record) activity.Record {
		r.ID, r.Time, r.Tenant, r.IdP, r.Entry, r.Key, r.RequestID = activity.NewID(at), at, acme(t), "entra", activity.EntryHTTP, "k1k1k1k1k1k1", user
		return r
	}
	tally := func(hour time.Time, key string) activity.Tally {
		return activity.Tally{Tenant: acme(t), Hour: hour, Key: key, IdP: "entra", Last: hour, Worked: hour, Reads: 1200, Writes: 300,
			Failed: map[string]int{"attribute.taken": 2, "attribute.required": 3, "resource.unknown": 40}}
	}
	one := tally(at, "k1k1k1k1k1k1")
	var out bytes.Buffer
	for _, row := range []struct {
		name string
		do   func() error
	}{
		{"record of a search", func() error {
			return log.Append(t.Context(), record(activity.Record{Method: "GET", Operation: "search", Type: "User", Status: 200}))
		}},
		{"record of a changed user", func() error {
			return log.Append(t.Context(), record(activity.Record{Method: "PATCH", Operation: "patch", Type: "User", Resource: user, Status: 200, Changed: []string{"active"}}))
		}},
		{"record of a new member of a group", func() error {
			return log.Append(t.Context(), record(activity.Record{Method: "PATCH", Operation: "patch", Type: "Group", Resource: group, Status: 204, Added: []string{user}, MembersAdded: 1}))
		}},
		{"counts with a batch of records", func() error { return log.AppendCounted(t.Context(), nil, []activity.Tally{one}) }},
		{"counts with a batch, 20 connections in the hour", func() error {
			var list []activity.Tally
			for i := range 20 {
				list = append(list, tally(at, fmt.Sprintf("k1k1k1k1k1%02d", i)))
			}
			return log.AppendCounted(t.Context(), nil, list)
		}},
	} {
		engine.Reset()
		if err := row.do(); err != nil {
			t.Fatal(err)
		}
		m := engine.Meter()
		fmt.Fprintf(&out, "%s\t%d RT %g RRU %g WRU\n", row.name, m.RoundTrips(), m.ReadUnits, m.WriteUnits)
	}
	for h := range 200 { // two connections in every hour
		hour := at.Add(time.Duration(h) * time.Hour)
		if err := log.AppendCounted(t.Context(), nil, []activity.Tally{tally(hour, "k1k1k1k1k1k1"), tally(hour, "k2k2k2k2k2k2")}); err != nil {
			t.Fatal(err)
		}
	}
	engine.Reset()
	if got, err := log.Tallies(t.Context(), acme(t), at); err != nil || len(got) < 400 {
		t.Fatal(err, len(got))
	}
	m := engine.Meter()
	fmt.Fprintf(&out, "health of a tenant, 2 connections in each of 200 hours\t%d RT %g RRU %g WRU\n", m.RoundTrips(), m.ReadUnits, m.WriteUnits)
	const file = "testdata/cost.golden"
	if *update {
		if err := os.WriteFile(file, out.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if d := cmp.Diff(string(want), out.String()); err != nil || d != "" {
		t.Errorf("%v: renew with -update if it is cheaper: %s", err, d)
	}
}
