package logtest

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/scim"
)

// bounded checks that a record of any size is kept in its bounded form.
func bounded(t *testing.T, log activity.Log) {
	long := strings.Repeat("\u2028", 100_000)
	ids := make([]string, 1000)
	for i := range ids {
		ids[i] = "u1"
	}
	id := add(t, log, 1, activity.Record{
		Status: 201, Resource: "u1", Method: long, Operation: long, Attribute: long, Key: long, Added: ids, Notes: append(ids, long),
		Changed: []string{"title", long}, Values: map[string]any{"title": long, "active": true, "emails": []any{map[string]any{"value": long}}},
	})
	want(t, "timeline", ask(t, log, activity.Query{Resource: "u1"}), id)
	got, err := log.Get(t.Context(), tenantID(t, "acme"), id)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := json.Marshal(got)
	title, _ := got.Values["title"].(string)
	if err != nil || len(doc) > activity.MaxRecord || got.Status != 201 || len(title) < 1000 || !strings.HasSuffix(title, "…") || got.Values["active"] != true {
		t.Errorf("%v: %d bytes: %.300s", err, len(doc), doc)
	}
}

// oneOfMany checks that a record that cannot be appended costs no other record.
func oneOfMany(t *testing.T, log activity.Log) {
	b, ok := log.(activity.Batcher)
	if !ok {
		t.Skip("the log has no AppendAll")
	}
	for _, bad := range []int{0, 7, 19} {
		var records []activity.Record
		for i := range 20 {
			at := start.Add(time.Duration(i) * time.Second)
			records = append(records, activity.Record{ID: activity.NewID(at), Time: at, Tenant: tenantID(t, "acme"), Status: 200})
		}
		records[bad].Tenant = scim.TenantID{}
		before := len(ask(t, log, activity.Query{}))
		err := b.AppendAll(t.Context(), records)
		var lost *activity.LostError
		if !errors.As(err, &lost) || lost.Lost != 1 || !errors.Is(err, activity.ErrTenant) {
			t.Errorf("record %d without a tenant: %v", bad, err)
		}
		if n := len(ask(t, log, activity.Query{})) - before; n != 19 {
			t.Errorf("record %d without a tenant: %d others, want 19", bad, n)
		}
	}
}
