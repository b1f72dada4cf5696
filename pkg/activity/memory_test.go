package activity_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/scimstack/scimstack/internal/racing"
	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/activity/logtest"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

func TestMemory(t *testing.T) {
	t.Parallel()
	logtest.Run(t, func(*testing.T) activity.Log { return activity.NewMemory(0) })
}

// TestMemoryForgets: the oldest records are removed, the newest stay.
func TestMemoryForgets(t *testing.T) {
	t.Parallel()
	log := activity.NewMemory(10)
	id, err := scim.ParseTenantID("acme")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 35 {
		at := time.Unix(int64(i), 0)
		if err := log.Append(t.Context(), activity.Record{Tenant: id, Time: at, Status: 200}); err != nil {
			t.Fatal(err)
		}
	}
	page, err := log.Query(t.Context(), id, activity.Query{})
	if err != nil || len(page.Records) != 10 || page.Records[0].Time.Unix() != 34 || page.Records[9].Time.Unix() != 25 {
		t.Error(err, page.Records)
	}
}

// TestMemoryBytes: the records of a tenant stay within the limit in bytes, the newest stay, and those of
// another tenant are not touched.
func TestMemoryBytes(t *testing.T) {
	t.Parallel()
	const limit = 1 << 20
	log := activity.NewMemoryWith(activity.MemoryOptions{Bytes: limit})
	acme, globex := mustID(t, "acme"), mustID(t, "globex")
	if err := log.Append(t.Context(), activity.Record{Tenant: globex, Time: time.Unix(1, 0)}); err != nil {
		t.Fatal(err)
	}
	last := ""
	large, list := strings.Repeat("x", 1<<20), make([]any, 100_000)
	for i := range 500 {
		at := time.Unix(int64(i), 0)
		last = activity.NewID(at)
		r := activity.Record{
			ID: last, Tenant: acme, Time: at, Status: 200, Method: large,
			Values: map[string]any{"title": large, "list": list},
		}
		if err := log.Append(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		if n := log.Bytes(acme); n > limit {
			t.Fatalf("%d bytes after %d records", n, i)
		}
	}
	if n := len(everything(t, log)); n < limit/activity.MaxRecord/4 || n == 500 {
		t.Errorf("%d records", n)
	}
	if _, err := log.Get(t.Context(), acme, last); err != nil {
		t.Error(err)
	}
	if page, err := log.Query(t.Context(), globex, activity.Query{}); err != nil || len(page.Records) != 1 {
		t.Error(err, page)
	}
}

// TestMemoryStrangers: however many records of strangers there are, they push out no others. Both are
// read in one order, on pages of any size.
func TestMemoryStrangers(t *testing.T) {
	t.Parallel()
	log := activity.NewMemory(100)
	acme := mustID(t, "acme")
	for i := range 5000 {
		r := activity.Record{Tenant: acme, Time: time.Unix(int64(i), 0), Status: 401, Code: string(scim.CodeTokenWrong)}
		if i%100 == 0 {
			r.Key, r.Code = "k1", string(scim.CodeTokenExpired)
		}
		if err := log.Append(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	for _, limit := range []int{1, 7, 500} {
		known, strange, before := 0, 0, ""
		for q := (activity.Query{Limit: limit}); ; {
			page, err := log.Query(t.Context(), acme, q)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range page.Records {
				if before != "" && r.ID >= before {
					t.Errorf("%s after %s", r.ID, before)
				}
				if before = r.ID; r.Key == "" {
					strange++
				} else {
					known++
				}
				if _, err := log.Get(t.Context(), acme, r.ID); err != nil {
					t.Error(err)
				}
			}
			if q.After = page.Next; q.After == "" {
				break
			}
		}
		if known != 50 || strange != 10 {
			t.Errorf("pages of %d: %d records of the tenant, want 50; %d of strangers, want 10", limit, known, strange)
		}
	}
}

// TestMemoryOverHTTP: large methods, paths and values of many requests leave next to nothing in memory.
func TestMemoryOverHTTP(t *testing.T) {
	t.Parallel()
	log := activity.NewMemoryWith(activity.MemoryOptions{Bytes: 1 << 20})
	w := newWorldOver(t, log, func(s *tenant.Settings) { s.KeepValues, s.Limits.MaxBody = true, 8<<20 })
	large := strings.Repeat("A", 1<<20)
	for i := range racing.Size(15, 60) {
		op := `{"method":"` + large + `","path":"/Users/x","data":{}},`
		w.send("POST", w.base+"/Bulk", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[`+
			op+fmt.Sprintf(`{"method":"POST","path":"/Users","bulkId":"b","data":{"userName":"u%d","title":"%s"}}]}`, i, large[:200_000]))
		w.send(strings.Repeat("B", 60_000), w.base+"/Users", "", "Authorization: Bearer x")
	}
	if err := w.rec.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := log.Bytes(mustID(t, "acme")); n > 1<<20 {
		t.Errorf("%d bytes", n)
	}
	for _, r := range everything(t, log) {
		if strings.Contains(r.Method, "AA") || strings.Contains(r.Method, "BB") {
			t.Fatalf("a method of %d bytes", len(r.Method))
		}
	}
}

// TestMemoryOwnsItsTexts: a record keeps nothing alive but itself, though its texts are parts of a
// request.
func TestMemoryOwnsItsTexts(t *testing.T) {
	t.Parallel()
	log := activity.NewMemory(0)
	url := strings.Repeat("u", 1<<20)
	part := url[:36]
	r := activity.Record{
		Tenant: mustID(t, "acme"), ID: activity.NewID(time.Unix(1, 0)), Resource: part, Added: []string{part}, Notes: []string{part},
		Values: map[string]any{"title": part, "list": []any{part}},
	}
	if err := log.Append(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	got, err := log.Get(t.Context(), r.Tenant, r.ID)
	if err != nil {
		t.Fatal(err)
	}
	list, _ := got.Values["list"].([]any)
	for _, v := range []any{got.Resource, got.Added[0], got.Notes[0], got.Values["title"], list[0]} {
		if s, _ := v.(string); s != part || unsafe.StringData(s) == unsafe.StringData(url) {
			t.Errorf("%q is a part of the request", s)
		}
	}
}
