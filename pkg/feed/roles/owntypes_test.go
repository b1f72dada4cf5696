package roles_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/feed/roles"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// TestOwnTypes: users of a tenant's own type have the roles of their groups as users have, forwards, backwards and from a snapshot. A
// group or a device in a group is no user.
func TestOwnTypes(t *testing.T) {
	t.Parallel()
	d := newDirectory(t)
	contractor := *schema.UserType()
	contractor.Name, contractor.Endpoint = "Contractor", "/Contractors"
	device := &schema.ResourceType{Name: "Device", Endpoint: "/Devices", Schema: schema.NewSchema("urn:example:Device", "Device", "", &schema.Attribute{Name: "serial"})}
	types := &scim.Types{List: []*schema.ResourceType{schema.UserType(), schema.GroupType(), &contractor, device}}
	acme, err := scim.NewTenant(scim.TenantConfig{ID: d.tenant.ID, Types: types})
	if err != nil {
		t.Fatal(err)
	}
	store := memory.New()
	source, err := feed.New(store, feed.Options{Types: func(context.Context, scim.TenantID) (*scim.Types, error) { return types, nil }})
	if err != nil {
		t.Fatal(err)
	}
	d.source, d.tenant = source, acme
	p := engine.New(store, engine.Options{})
	create := func(rt *schema.ResourceType, body map[string]any) string {
		t.Helper()
		r, err := p.Create(t.Context(), scim.Target{Tenant: acme, Type: rt}, body, scim.Projection{})
		if err != nil {
			t.Fatal(err)
		}
		return r.ID
	}
	ann, ben := create(schema.UserType(), map[string]any{"userName": "ann"}), create(&contractor, map[string]any{"userName": "ben"})
	others := []string{create(device, map[string]any{"serial": "1"}), create(schema.GroupType(), map[string]any{"displayName": "Inner"})}
	var members []any
	for _, id := range slices.Concat([]string{ann, ben}, others) {
		members = append(members, map[string]any{"value": id})
	}
	create(schema.GroupType(), map[string]any{"displayName": "Acme Admins", "members": members})
	m := parse(t, "admins: group \"Acme Admins\"\n")
	both := map[string][]string{"admins": {ann, ben}}
	if diff := cmp.Diff(both, d.now(m).Users()); diff != "" {
		t.Error("(-want +snapshot):", diff)
	}
	seen, enough := []string{}, errors.New("enough")
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	err = roles.Follow(ctx, source, acme.ID, m, func(_ context.Context, c roles.Change) error {
		if seen = append(seen, c.User); len(seen) < 2 {
			return nil
		}
		off := map[string]any{"userName": "ben", "active": false}
		if len(seen) == 2 {
			_, err := p.Replace(ctx, scim.Target{Tenant: acme, Type: &contractor}.Of(ben), off, scim.Match{}, scim.Projection{})
			return err
		}
		if diff := cmp.Diff(roles.Change{User: ben, Name: "ben", Lost: []string{"admins"}}, c); diff != "" {
			t.Error("(-want +got):", diff)
		}
		return enough
	})
	if !errors.Is(err, enough) || !slices.Equal(seen, []string{ann, ben, ben}) {
		t.Error(err, seen, "want", ann, ben, "others", others)
	}
	facts, err := source.Read(t.Context(), acme.ID, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	state := roles.NewState(m)
	for i := range facts {
		state.Apply(&facts[i])
	}
	if diff := cmp.Diff(map[string][]string{"admins": {ann}}, state.Users()); diff != "" {
		t.Error("(-want +facts):", diff)
	}
	state.Undo(&facts[len(facts)-1])
	if diff := cmp.Diff(both, state.Users()); diff != "" {
		t.Error("(-want +undone):", diff)
	}
}
