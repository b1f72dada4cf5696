package activity_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/scimstack/scimstack/internal/logclient"
	"github.com/scimstack/scimstack/internal/racing"
	"github.com/scimstack/scimstack/pkg/activity"
)

// TestLargePages: an answer stays small enough for a gateway, however large the records are, and its
// pages have every record once.
func TestLargePages(t *testing.T) {
	t.Parallel()
	log := activity.NewMemory(0)
	w := newWorldOver(t, log, nil)
	n := racing.Size(30, 100)
	for i := range n {
		at := time.Unix(int64(i), 0)
		values := map[string]any{}
		for j := range 4 {
			values[fmt.Sprint("a", j)] = strings.Repeat("\u2028", 50_000)
		}
		r := activity.Record{ID: activity.NewID(at), Time: at, Tenant: mustID(t, "acme"), Status: 201, RequestID: "bulk", Values: values}
		if err := log.Append(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	seen := map[string]bool{}
	for next := ""; ; {
		status, body := w.send("GET", strings.Replace(w.base, "/scim/v2/", "/activity/", 1)+"?count=500&cursor="+next, "", "Authorization: Bearer "+w.reader)
		var a activity.Answer
		if err := json.Unmarshal(body, &a); err != nil || status != http.StatusOK || len(body) > 3<<20 || len(a.Records) == 0 {
			t.Fatal(err, status, len(body))
		}
		for _, r := range a.Records {
			if seen[r.ID] {
				t.Error("twice: ", r.ID)
			}
			seen[r.ID] = true
		}
		if next = a.Next; next == "" {
			break
		}
	}
	if len(seen) != n {
		t.Errorf("%d records, want %d", len(seen), n)
	}
	c, err := logclient.New(w.base, w.reader)
	if err != nil {
		t.Fatal(err)
	}
	if records, err := c.Get(t.Context(), "bulk"); err != nil || len(records) != n {
		t.Errorf("%v: %d records of one request, want %d", err, len(records), n)
	}
	var out strings.Builder
	if err := c.Tail(t.Context(), activity.Query{Limit: n - 10}, 0, &out); err != nil || strings.Count(out.String(), "\n") != n-10 {
		t.Errorf("%v: %d lines, want %d", err, strings.Count(out.String(), "\n"), n-10)
	}
}
