package engine_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// TestCursorAcrossInstances: a cursor of one process goes on in another that serves the same
// tenant, and nowhere else (K-10, K-17).
func TestCursorAcrossInstances(t *testing.T) {
	t.Parallel()
	id, err := scim.ParseTenantID("acme")
	if err != nil {
		t.Fatal(err)
	}
	ut := schema.UserType()
	keyed := func(key byte) *scim.Tenant {
		tn, err := scim.NewTenant(scim.TenantConfig{ID: id, CursorKey: [32]byte{key}})
		if err != nil {
			t.Fatal(err)
		}
		return tn
	}
	tenant := keyed(1)
	store := memory.New()
	first, second := engine.New(store, engine.Options{}), engine.New(store, engine.Options{})
	for i := range 3 {
		body := map[string]any{"userName": fmt.Sprintf("user%d", i)}
		if _, err := first.Create(t.Context(), scim.Target{Tenant: tenant, Type: ut}, body, scim.Projection{}); err != nil {
			t.Fatal(err)
		}
	}
	q := scim.Query{Types: []*schema.ResourceType{ut}, HasCursor: true, Count: 2, HasCount: true}
	page, err := first.Search(t.Context(), tenant, q)
	if err != nil || len(page.Resources) != 2 || page.Next == "" {
		t.Fatalf("%+v %v", page, err)
	}
	q.Cursor = page.Next
	if page, err = second.Search(t.Context(), tenant, q); err != nil || len(page.Resources) != 1 || page.Next != "" {
		t.Errorf("the other process gives %+v %v", page, err)
	}
	for name, other := range map[string]*scim.Tenant{"another key": keyed(2), "no key": keyed(0)} {
		var e *scim.Error
		if _, err := second.Search(t.Context(), other, q); !errors.As(err, &e) || e.ScimType != "invalidCursor" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestCursorOfAnother: a cursor of a walk along an index is refused for another order, direction or filter (K-08).
func TestCursorOfAnother(t *testing.T) {
	t.Parallel()
	c := newCrowd(t, 90)
	q := scim.Query{Types: c.tn.Types.List[:1], Filter: "active pr", HasFilter: true, SortBy: "userName", HasCursor: true, Count: 5, HasCount: true}
	page, err := c.p.Search(t.Context(), c.tn, q)
	if err != nil || page.Next == "" || page.Plan.By != scim.ByIndex {
		t.Fatalf("%+v %v", page, err)
	}
	q.Cursor = page.Next
	for name, change := range map[string]func(*scim.Query){
		"order": func(q *scim.Query) { q.SortBy = "displayName" }, "none": func(q *scim.Query) { q.SortBy = "" },
		"direction": func(q *scim.Query) { q.Descending = true }, "filter": func(q *scim.Query) { q.Filter = "title pr" },
	} {
		other := q
		change(&other)
		var e *scim.Error
		if _, err := c.p.Search(t.Context(), c.tn, other); !errors.As(err, &e) || e.ScimType != "invalidCursor" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if page, err := c.p.Search(t.Context(), c.tn, q); err != nil || len(page.Resources) != 5 {
		t.Errorf("its own: %+v %v", page, err)
	}
}
