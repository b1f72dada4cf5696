package feed_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// world is a provider over a store with a feed, with ids and a clock that are the same in every run.
type world struct {
	*testing.T
	store    scim.Store
	tenant   *scim.Tenant
	provider *engine.Provider
	source   *feed.Source
	ctx      context.Context
	now      time.Time
	ids      int
}

func newWorld(t *testing.T, types ...*schema.ResourceType) *world {
	t.Helper()
	return worldOver(t, memory.New(), types...)
}

func worldOver(t *testing.T, store scim.Store, types ...*schema.ResourceType) *world {
	t.Helper()
	w := &world{T: t, store: store, now: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)}
	id, err := scim.ParseTenantID("acme")
	w.must(err)
	config := scim.TenantConfig{ID: id}
	if len(types) > 0 {
		config.Types = &scim.Types{List: types}
	}
	w.tenant, err = scim.NewTenant(config)
	w.must(err)
	w.provider = engine.New(w.store, engine.Options{
		Now:   func() time.Time { w.now = w.now.Add(time.Second); return w.now },
		Hash:  func(p string) (string, error) { return "hash of " + p, nil },
		NewID: func() string { w.ids++; return fmt.Sprintf("id-%04d", w.ids) },
	})
	w.source, err = feed.New(w.store, feed.Options{Poll: time.Millisecond, Types: func(context.Context, scim.TenantID) (*scim.Types, error) { return w.tenant.Types, nil }})
	w.must(err)
	w.ctx = scim.WithCaller(t.Context(), scim.Caller{Tenant: id, Principal: &scim.Principal{Tenant: id, Subject: "key1"}, IdP: "okta", RequestID: "req-1"})
	return w
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) at(typ string) scim.Target {
	return scim.Target{Tenant: w.tenant, Type: w.tenant.Types.ByName(typ)}
}

func (w *world) create(typ string, body map[string]any) string {
	w.Helper()
	res, err := w.provider.Create(w.ctx, w.at(typ), body, scim.Projection{})
	w.must(err)
	return res.ID
}

func (w *world) replace(typ, id string, body map[string]any) {
	w.Helper()
	_, err := w.provider.Replace(w.ctx, w.at(typ).Of(id), body, scim.Match{}, scim.Projection{})
	w.must(err)
}

func (w *world) patch(typ, id, op, path string, value any) {
	w.Helper()
	operation := map[string]any{"op": op, "path": path}
	if value != nil {
		operation["value"] = value
	}
	_, err := w.provider.Patch(w.ctx, w.at(typ).Of(id), map[string]any{
		"schemas": []any{"urn:ietf:params:scim:api:messages:2.0:PatchOp"}, "Operations": []any{operation},
	}, scim.Match{}, scim.Projection{})
	w.must(err)
}

func (w *world) remove(typ, id string) {
	w.Helper()
	w.must(w.provider.Delete(w.ctx, w.at(typ).Of(id), scim.Match{}))
}

// facts are all facts of the tenant so far.
func (w *world) facts() []feed.Fact {
	w.Helper()
	var out []feed.Fact
	for {
		after := int64(len(out))
		page, err := w.source.Read(w.ctx, w.tenant.ID, after, 7)
		w.must(err)
		if len(page) == 0 {
			return out
		}
		out = append(out, page...)
	}
}

func members(ids ...string) []any {
	out := []any{}
	for _, id := range ids {
		out = append(out, map[string]any{"value": id})
	}
	return out
}

// names are the types of facts, in order.
func names(facts []feed.Fact) []string {
	out := []string{}
	for _, f := range facts {
		name := f.Type + " " + f.Resource.ID
		if f.Member != nil {
			name += " " + f.Member.ID
		}
		out = append(out, name)
	}
	return out
}
