package scimstack_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/internal/racing"
	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// neighbour is a tenant beside acme, as a program sees it.
func neighbour(t *testing.T, name string) *scim.Tenant {
	t.Helper()
	id, err := scim.ParseTenantID(name)
	if err != nil {
		t.Fatal(err)
	}
	n, err := scim.NewTenant(scim.TenantConfig{ID: id, KeepValues: true})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Z-01: what a hook changes of another tenant, in the context of the request, is not in the log of the tenant of the
// request, and the feed of the other one does not name the token of the request.
func TestHookOfAnotherTenant(t *testing.T) {
	t.Parallel()
	rival, log, store := neighbour(t, "rival"), activity.NewMemory(0), memory.New()
	var s started
	copied := func(ctx context.Context, e *scim.Event) {
		if e.Tenant.ID == rival.ID {
			return
		}
		at := scim.Target{Tenant: rival, Type: rival.Types.ByName(schema.TypeUser)}
		res, err := s.Provider().Create(ctx, at, map[string]any{"userName": fmt.Sprint("twin of ", e.ID(), e.After.Version)}, scim.Projection{})
		if err != nil {
			t.Error(err)
			return
		}
		patch := map[string]any{"schemas": []any{"urn:ietf:params:scim:api:messages:2.0:PatchOp"}, "Operations": []any{
			map[string]any{"op": "replace", "path": "title", "value": "secret of rival"}}}
		if _, err := s.Provider().Patch(ctx, at.Of(res.ID), patch, scim.Match{}, scim.Projection{}); err != nil {
			t.Error(err)
		}
	}
	s = start(t, func(c *scimstack.Config) { c.Store, c.Log, c.After = store, log, []scim.AfterHook{copied} })
	var user struct{ ID string }
	if err := json.Unmarshal([]byte(s.want(t, 201, "POST", "/scim/v2/acme/Users", `{"userName":"ann"}`)), &user); err != nil {
		t.Fatal(err)
	}
	s.want(t, 200, "POST", "/scim/v2/acme/Bulk", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[
		{"method":"PUT","path":"/Users/`+user.ID+`","data":{"userName":"ann","title":"x"}},
		{"method":"POST","path":"/Users","bulkId":"b","data":{"userName":"bob"}}]}`)
	s.SettleLog(t.Context())
	acme := neighbour(t, "acme")
	page, err := log.Query(t.Context(), acme.ID, activity.Query{})
	if err != nil || len(page.Records) != 4 {
		t.Fatal(err, page.Records)
	}
	for _, r := range page.Records {
		if len(r.Also) > 0 || len(r.Values) > 0 {
			t.Errorf("%s has %v, %v", r.Operation, r.Also, r.Values)
		}
	}
	entries, err := store.Entries(t.Context(), rival.ID, 0, 100)
	if err != nil || len(entries) != 6 {
		t.Fatal(err, len(entries))
	}
	for _, e := range entries {
		if e.Actor != (scim.Actor{}) {
			t.Errorf("rival was changed by %+v", e.Actor)
		}
	}
	if entries, err = store.Entries(t.Context(), acme.ID, 0, 100); err != nil || len(entries) != 3 || entries[0].Actor.Token == "" {
		t.Error(err, entries)
	}
}

// TestContextIsKept: a hook may keep the context of a request for work of its own, while the request is answered,
// observed and forgotten. It is for the race detector.
func TestContextIsKept(t *testing.T) {
	t.Parallel()
	var all sync.WaitGroup
	s := start(t, func(c *scimstack.Config) {
		c.After = []scim.AfterHook{func(ctx context.Context, e *scim.Event) {
			ctx = context.WithoutCancel(ctx)
			all.Go(func() {
				for range racing.Size(2000, 200) {
					if who := scim.CallerFrom(ctx); who.Tenant != e.Tenant.ID || who.TokenID() == "" || who.RequestID == "" {
						t.Errorf("the caller is %+v", who)
						return
					}
				}
			})
		}}
	})
	s.want(t, 201, "POST", "/scim/v2/acme/Users", `{"userName":"ann"}`)
	s.want(t, 200, "POST", "/scim/v2/acme/Bulk", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[
		{"method":"POST","path":"/Users","bulkId":"b","data":{"userName":"bob"}},{"method":"POST","path":"/Users","bulkId":"c","data":{"userName":"cid"}}]}`)
	all.Wait()
}

// TestRecordsStay: an observer may keep records, of operations of a bulk request too. They are as they were when it was
// called, whatever comes after.
func TestRecordsStay(t *testing.T) {
	t.Parallel()
	var kept []*scim.Record
	var was []scim.Record
	s := start(t, func(c *scimstack.Config) {
		c.Observe = func(_ *http.Request, rec *scim.Record) {
			one := *rec
			one.Notes = append([]string(nil), rec.Notes...)
			kept, was = append(kept, rec), append(was, one)
		}
	})
	for range 3 {
		s.send(t, "POST", "/scim/v2/acme/Users", `{"userName":"ann","nosuch":1}`) // the second one is a conflict
		s.send(t, "GET", "/scim/v2/acme/Users?sortBy=nosuch", "")
		s.send(t, "POST", "/scim/v2/acme/Bulk", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[
			{"method":"POST","path":"/Users","bulkId":"a","data":{"userName":"boss","nosuch":"x","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"manager":{"value":"bulkId:b"}}}},
			{"method":"POST","path":"/Users","bulkId":"b","data":{"userName":"bob","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"manager":{"value":"bulkId:a"}}}},
			{"method":"DELETE","path":"/Users/none"}]}`)
	}
	s.SettleLog(t.Context())
	if len(kept) != 3*6 {
		t.Fatalf("%d records", len(kept))
	}
	for i := range kept {
		if d := cmp.Diff(was[i], *kept[i], cmp.AllowUnexported(scim.TenantID{}), cmp.Comparer(func(a, b *scim.Tenant) bool { return a == b }), cmp.Comparer(func(a, b error) bool { return a == b })); d != "" {
			t.Errorf("record %d has changed: %s", i, d)
		}
	}
}
