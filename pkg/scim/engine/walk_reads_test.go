package engine_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// walkReads counts the calls of a store that a walk makes.
type walkReads struct {
	*memory.Store
	calls int
}

func (s *walkReads) List(ctx context.Context, t scim.TenantID, typ string, p scim.Page) (scim.List, error) {
	s.calls++
	return s.Store.List(ctx, t, typ, p)
}

func (s *walkReads) GetMany(ctx context.Context, t scim.TenantID, refs []scim.Ref) ([]*scim.Resource, error) {
	s.calls++
	return s.Store.GetMany(ctx, t, refs)
}

func (s *walkReads) Range(ctx context.Context, t scim.TenantID, typ string, r scim.KeyRange, p scim.Page) (scim.RangeList, error) {
	s.calls++
	return s.Store.Range(ctx, t, typ, r, p)
}

// TestWalkReads: a small page of a filter that few resources match, or none, is not read in many small steps. Each is a
// round trip.
func TestWalkReads(t *testing.T) {
	t.Parallel()
	store := &walkReads{Store: memory.New()}
	id, err := scim.ParseTenantID("acme")
	if err != nil {
		t.Fatal(err)
	}
	tn, err := scim.NewTenant(scim.TenantConfig{ID: id})
	if err != nil {
		t.Fatal(err)
	}
	p := engine.New(store, engine.Options{PublicBase: "https://x"})
	create := func(rt *schema.ResourceType, text string) string {
		t.Helper()
		res, err := p.Create(t.Context(), scim.Target{Tenant: tn, Type: rt}, body(t, text), scim.Projection{})
		if err != nil {
			t.Fatal(err)
		}
		return res.ID
	}
	const users, groups = 4000, 800
	member := ""
	for i := range users {
		member = create(schema.UserType(), fmt.Sprintf(`{"userName":"u%d","title":"x%d"}`, i, i))
	}
	for i := range groups {
		create(schema.GroupType(), fmt.Sprintf(`{"displayName":"g%d","members":[{"value":%q}]}`, i, member))
	}
	for _, q := range []scim.Query{
		{Types: []*schema.ResourceType{schema.UserType()}, Filter: `title eq "none"`},
		{Types: []*schema.ResourceType{schema.UserType()}, Filter: `title eq "x3999"`},
		{Types: []*schema.ResourceType{schema.UserType()}, Filter: `title eq "none"`, SortBy: "userName"},
		{Types: []*schema.ResourceType{schema.GroupType()}, Filter: `members.value eq "` + member + `" and displayName co "none"`},
	} {
		q.Count, q.HasCount, q.HasCursor, q.HasFilter = 1, true, true, true
		q.Projection = scim.Projection{Excluded: []string{"groups", "members"}}
		before := store.calls
		if _, err := p.Search(t.Context(), tn, q); err != nil {
			t.Fatal(err)
		}
		if calls := store.calls - before; calls > 22 {
			t.Errorf("%s %s: %d calls", q.Filter, q.SortBy, calls)
		}
	}
}
