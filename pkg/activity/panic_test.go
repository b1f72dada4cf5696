package activity_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/scim"
)

// plain is a Log without AppendAll. Its Append panics where bad holds.
type plain struct {
	activity.Log
	bad func(activity.Record) bool
}

func (p *plain) Append(ctx context.Context, r activity.Record) error {
	if p.bad(r) {
		panic("broken Append")
	}
	return p.Log.Append(ctx, r)
}

// batcher is a Log with AppendAll, which panics where bad holds for any record.
type batcher struct{ plain }

func (b *batcher) AppendAll(ctx context.Context, records []activity.Record) error {
	for _, r := range records {
		if b.bad(r) {
			panic("broken AppendAll")
		}
	}
	for _, r := range records {
		if err := b.Append(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// TestPanickingLog: a panic of the Log, or of IsID, loses the records that it is about and is
// logged. The worker goes on with the next batch, and Flush and Close still return.
func TestPanickingLog(t *testing.T) {
	t.Parallel()
	bad := func(r activity.Record) bool { return r.Operation == "create" }
	for name, c := range map[string]struct {
		open func(activity.Log) activity.Log
		isID func(string) bool
		says string
	}{
		"Append":    {open: func(l activity.Log) activity.Log { return &plain{l, bad} }, says: "broken Append"},
		"AppendAll": {open: func(l activity.Log) activity.Log { return &batcher{plain{l, bad}} }, says: "broken AppendAll"},
		"IsID":      {open: func(l activity.Log) activity.Log { return l }, isID: func(string) bool { panic("broken IsID") }, says: "broken IsID"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			memory := activity.NewMemory(0)
			var out buffer
			r := activity.NewRecorder(c.open(memory), activity.Options{Logger: slog.New(slog.NewTextHandler(&out, nil)), IsID: c.isID})
			acme := mustID(t, "acme")
			for _, operation := range []string{"create", "patch", "create", "patch"} {
				if operation == "create" && c.isID != nil {
					observeRemoval(r, acme)
				} else {
					observe(r, scim.Record{Tenant: acme, Time: time.Now(), Operation: operation, Status: 200})
				}
				if err := r.Flush(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			if err := r.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
			page, err := memory.Query(t.Context(), acme, activity.Query{})
			if err != nil || len(page.Records) != 2 || page.Records[0].Operation != "patch" || r.Lost() != 2 {
				t.Errorf("%v: %d records, %d lost, want 2 and 2", err, len(page.Records), r.Lost())
			}
			if strings.Count(out.String(), "activity records lost") != 2 || !strings.Contains(out.String(), c.says) {
				t.Errorf("the panics are not logged: %s", out.String())
			}
		})
	}
}

// broken is a slog.Handler that panics.
type broken struct{ slog.Handler }

func (broken) Enabled(context.Context, slog.Level) bool { panic("broken Logger") }

// TestPanickingLogger: not even a Logger that panics ends the worker.
func TestPanickingLogger(t *testing.T) {
	t.Parallel()
	memory := activity.NewMemory(0)
	log := &plain{memory, func(r activity.Record) bool { return r.Operation == "create" }}
	r := activity.NewRecorder(log, activity.Options{Logger: slog.New(broken{})})
	acme := mustID(t, "acme")
	for _, operation := range []string{"create", "patch"} {
		observe(r, scim.Record{Tenant: acme, Time: time.Now(), Operation: operation, Status: 200})
		if err := r.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if page, err := memory.Query(t.Context(), acme, activity.Query{}); err != nil || len(page.Records) != 1 || r.Lost() != 1 {
		t.Errorf("%v: %d records, %d lost", err, len(page.Records), r.Lost())
	}
}

// observeRemoval observes a request that removed a member, so that its record needs IsID.
func observeRemoval(r *activity.Recorder, id scim.TenantID) {
	tn, err := scim.NewTenant(scim.TenantConfig{ID: id})
	if err != nil {
		panic(err)
	}
	h := r.Wrap(http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
		activity.After(req.Context(), tn, &scim.Change{Type: "Group", ID: "g", RemoveMembers: []string{"u"}}, nil)
		r.Observe(req, &scim.Record{Tenant: id, Time: time.Now(), Operation: "patch", Type: "Group", ResourceID: "g", Status: 204})
	}))
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPatch, "/", nil))
}

// TestPanickingBatch: a record at which AppendAll fails as a whole costs one record of its batch.
func TestPanickingBatch(t *testing.T) {
	t.Parallel()
	for _, bad := range []int{0, 7, 19} {
		memory := activity.NewMemory(0)
		log := &batcher{plain{memory, func(r activity.Record) bool { return r.Operation == "create" }}}
		r := activity.NewRecorder(log, activity.Options{Linger: time.Hour})
		for i := range 20 {
			operation := "patch"
			if i == bad {
				operation = "create"
			}
			observe(r, scim.Record{Tenant: mustID(t, "acme"), Time: time.Now(), Operation: operation, Status: 200})
		}
		if err := r.Close(t.Context()); err != nil || r.Lost() != 1 || len(everything(t, memory)) != 19 {
			t.Errorf("record %d: %v, %d lost, %d written", bad, err, r.Lost(), len(everything(t, memory)))
		}
	}
}

// still is a Log whose first call with several records lasts longer than the time of a call, as in a process that stands
// still.
type still struct {
	activity.Log
	called bool
}

func (s *still) AppendAll(ctx context.Context, records []activity.Record) error {
	if !s.called {
		s.called = true
		<-ctx.Done()
		return ctx.Err()
	}
	for _, r := range records {
		if err := s.Append(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

func (s *still) Append(ctx context.Context, r activity.Record) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return s.Log.Append(ctx, r)
}

// TestTimeIsOver: records whose call ran out of time are repeated with a time of their own.
func TestTimeIsOver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		memory := activity.NewMemory(0)
		r := activity.NewRecorder(&still{Log: memory}, activity.Options{})
		for range 3 {
			observe(r, scim.Record{Tenant: mustID(t, "acme"), Time: time.Now(), Operation: "patch", Status: 200})
		}
		if err := r.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		page, err := memory.Query(t.Context(), mustID(t, "acme"), activity.Query{})
		if err != nil || len(page.Records) != 3 || r.Lost() != 0 {
			t.Errorf("%d records, %d lost: %v", len(page.Records), r.Lost(), err)
		}
	})
}
