package engine_test

import (
	"context"
	"testing"

	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// TestLeaving: Options.Leaving is told of the members of a group that is deleted, whichever other options are set.
func TestLeaving(t *testing.T) {
	t.Parallel()
	for name, committed := range map[string]func(context.Context, *scim.Tenant, *scim.Change, *scim.Resource){
		"alone":     nil,
		"and a log": func(context.Context, *scim.Tenant, *scim.Change, *scim.Resource) {},
	} {
		told := 0
		p := engine.New(memory.New(), engine.Options{Committed: committed, LeavingLimit: 5,
			Leaving: func(_ context.Context, _ string, l scim.MemberList) { told += len(l.Members) }})
		id, err := scim.ParseTenantID("acme")
		if err != nil {
			t.Fatal(err)
		}
		tn, err := scim.NewTenant(scim.TenantConfig{ID: id})
		if err != nil {
			t.Fatal(err)
		}
		at := func(typ string) scim.Target {
			return scim.Target{Tenant: tn, Type: tn.Types.ByName(typ), By: &scim.Principal{Tenant: id, Scopes: scim.All}}
		}
		u, err := p.Create(t.Context(), at(schema.TypeUser), map[string]any{"userName": "ann"}, scim.Projection{})
		if err != nil {
			t.Fatal(err)
		}
		g, err := p.Create(t.Context(), at(schema.TypeGroup), map[string]any{"displayName": "staff", "members": []any{map[string]any{"value": u.ID}}}, scim.Projection{})
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Delete(t.Context(), at(schema.TypeGroup).Of(g.ID), scim.Match{}); err != nil || told != 1 {
			t.Errorf("%s: told of %d members, %v", name, told, err)
		}
	}
}
