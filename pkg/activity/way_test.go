package activity

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// observed are the entries of usual requests, as a handler observes them.
func observed(tb testing.TB) map[string]func(i int) entry {
	tb.Helper()
	id, err := scim.ParseTenantID("acme")
	if err != nil {
		tb.Fatal(err)
	}
	tn, err := scim.NewTenant(scim.TenantConfig{ID: id})
	if err != nil {
		tb.Fatal(err)
	}
	tn.CursorKey[0] = 1
	const head = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"externalId":"00u1a2b3c4d5e6f7g8h9","userName":"bjensen@corp.example","name":{"familyName":"Jensen","givenName":"Barbara"},"displayName":"Barbara Jensen","title":"Engineer","emails":[{"value":"bjensen@corp.example","type":"work","primary":true}],"active":`
	on := &scim.Resource{Type: schema.TypeUser, ID: "0192a7f3-1c2d-7e4f-8a5b-6c7d8e9f0a1b", Version: 1, ExternalID: "00u1a2b3c4d5e6f7g8h9", Document: []byte(head + `true}`)}
	off := *on
	off.Version, off.Document = 2, []byte(head+`false}`)
	start := time.Unix(1_700_000_000, 0)
	of := func(method, operation string, status int, commits ...commit) func(i int) entry {
		return func(i int) entry {
			return entry{commits: commits, rec: &scim.Record{
				Time: start.Add(time.Duration(i) * time.Millisecond), Duration: 120 * time.Microsecond, Tenant: id, Settings: tn, Subject: "3k5n7q9s", IdP: "okta",
				RequestID: fmt.Sprintf("0192a7f3-1c2d-7e4f-8a5b-%012d", i), Method: method, Operation: operation, Type: schema.TypeUser, ResourceID: on.ID, Status: status,
			}}
		}
	}
	return map[string]func(i int) entry{
		"get":    of(http.MethodGet, "get", http.StatusOK),
		"create": of(http.MethodPost, "create", http.StatusCreated, commit{tenant: tn, typ: schema.TypeUser, id: on.ID, put: on}),
		"PATCH":  of(http.MethodPatch, "patch", http.StatusOK, commit{tenant: tn, typ: schema.TypeUser, id: on.ID, prior: on, put: &off}),
	}
}

// newTestWorker returns the worker of a Recorder of its own, which a test calls itself.
func newTestWorker(log Log) *worker {
	r := &Recorder{log: log, o: Options{}.orDefault()}
	r.counter, _ = log.(Counter)
	return newWorker(r)
}

// BenchmarkWorker: from an entry in the queue to a record in a full Memory.
func BenchmarkWorker(b *testing.B) {
	for name, of := range observed(b) {
		b.Run(name, func(b *testing.B) {
			w := newTestWorker(NewMemory(0))
			entries := make([]entry, 25_000)
			for i := range entries {
				entries[i] = of(i)
			}
			n := 0
			step := func() {
				if n%len(entries) == 0 {
					for i := range entries {
						entries[i].rec.Time = entries[i].rec.Time.Add(time.Hour)
					}
				}
				w.write(entries[n%len(entries) : n%len(entries)+25])
				n += 25
			}
			for n < len(entries) {
				step()
			}
			b.ReportAllocs()
			b.ResetTimer()
			for i := 0; i < b.N; i += 25 {
				step()
			}
		})
	}
}

// BenchmarkObserve: the whole way of a record through the queue into a full Memory.
func BenchmarkObserve(b *testing.B) {
	for name, of := range observed(b) {
		b.Run(name, func(b *testing.B) {
			r := NewRecorder(NewMemory(0), Options{})
			req := httptest.NewRequest(http.MethodGet, "/", nil)
			req = req.WithContext(withTrail(req.Context()))
			entries := make([]entry, 1000)
			for i := range entries {
				entries[i] = of(i)
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				e := &entries[i%len(entries)]
				trailOf(req.Context()).commits = e.commits
				r.Observe(req, e.rec)
				if i%1000 == 999 {
					_ = r.Flush(b.Context())
				}
			}
			if r.Dropped()+r.Lost() > 0 {
				b.Error("records are lost")
			}
			_ = r.Close(b.Context())
		})
	}
}

// BenchmarkKept reports what the records of a full Memory cost the collector.
func BenchmarkKept(b *testing.B) {
	for name, of := range observed(b) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				before := heap()
				log := fullOf(of)
				after := heap()
				b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/10_000, "B/record")
				b.ReportMetric(float64(after.HeapObjects-before.HeapObjects)/10_000, "objects/record")
				runtime.KeepAlive(log)
			}
		})
	}
}

// fullOf returns a Memory with 10,000 records.
func fullOf(of func(i int) entry) *Memory {
	log := NewMemory(0)
	w := newTestWorker(log)
	for i := range 10_000 {
		w.write([]entry{of(i)})
	}
	return log
}

func heap() (m runtime.MemStats) {
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m
}

// BenchmarkRead: a page, and a page that nothing matches, of a full Memory.
func BenchmarkRead(b *testing.B) {
	log := fullOf(observed(b)["PATCH"])
	id, _ := scim.ParseTenantID("acme")
	for name, q := range map[string]Query{"page": {}, "nothing": {Status: 599}, "resource": {Resource: "x"}} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := log.Query(b.Context(), id, q); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
