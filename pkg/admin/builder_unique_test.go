package admin_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
)

// TestBuilderDuplicates: an attribute that becomes unique while resources have the same value is not unique until they are
// changed. The operator sees why and which they are, new values are unique at once, and the resources go on.
func TestBuilderDuplicates(t *testing.T) {
	t.Parallel()
	s, ctx := newSite(t), t.Context()
	s.create("acme", `{}`)
	s.populate("acme", 9) // u7 has the value of u0, and u8 that of u1
	if _, err := s.ChangeTenant(ctx, "acme", 0, patch(t, `{"uniqueExternalId":true}`)); err != nil {
		t.Fatal(err)
	}
	var taken *scim.TakenError
	if _, err := s.put("acme", "new", "t3"); !errors.As(err, &taken) {
		t.Errorf("a second holder before the build: %v", err)
	}
	if err := s.b.Pass(ctx); err != nil {
		t.Fatal(err)
	}
	shown, err := s.Tenant(ctx, "acme")
	if err != nil || !strings.Contains(shown.Note, "User externalId: 2 resources") || !strings.Contains(shown.Note, "tenant reindex acme") || len(shown.Duplicates) != 1 || shown.Duplicates["User externalId"] != 2 {
		t.Errorf("%+v %v", shown, err)
	}
	r, err := s.Reindex(ctx, "acme", false)
	if err != nil || !r.Done || len(r.Duplicates) != 2 || r.Duplicates[0].Attribute != "externalId" || r.Duplicates[0].ID <= r.Duplicates[0].Holder {
		t.Fatalf("%+v %v", r, err)
	}
	if _, err := s.put("acme", "new", "t3"); !errors.As(err, &taken) {
		t.Errorf("a second holder: %v", err)
	}
	for _, d := range r.Duplicates { // both can still be written as they are, and to another value
		s.set(d.Holder, "active", false)
		s.set(d.ID, "active", false)
		s.set(d.ID, "externalId", "own "+d.ID)
	}
	if r, err := s.Reindex(ctx, "acme", false); err != nil || !r.Done || len(r.Duplicates) != 0 {
		t.Errorf("%+v %v", r, err)
	}
	if shown, err := s.Tenant(ctx, "acme"); err != nil || len(shown.Building)+len(shown.Duplicates) != 0 || shown.Note != "" {
		t.Errorf("%+v %v", shown, err)
	}
	if _, err := s.put("acme", "new", "t3"); !errors.As(err, &taken) {
		t.Errorf("a second holder after the build: %v", err)
	}
}

// set patches one attribute of a user of acme.
func (s *site) set(id, path string, value any) {
	s.t.Helper()
	t := s.served("acme")
	_, err := s.users.Patch(s.t.Context(), scim.Target{Tenant: t, Type: t.Types.List[0], ID: id}, map[string]any{
		"schemas": []any{"urn:ietf:params:scim:api:messages:2.0:PatchOp"}, "Operations": []any{map[string]any{"op": "replace", "path": path, "value": value}},
	}, scim.Match{}, scim.Projection{})
	if err != nil {
		s.t.Errorf("%s of %s: %v", path, id, err)
	}
}

// TestBuilderSchemas: an attribute that a schema makes unique, or compares by other rules, is looked up among all values,
// with keys of the new form alone.
func TestBuilderSchemas(t *testing.T) {
	t.Parallel()
	s, ctx := newSite(t), t.Context()
	s.create("acme", `{}`)
	if _, err := s.PutSchemas(ctx, "acme", badge(`"string"`, `,"uniqueness":"server","caseExact":false`)); err != nil {
		t.Fatal(err)
	}
	tn := s.served("acme")
	_, err := s.users.Create(ctx, scim.Target{Tenant: tn, Type: tn.Types.List[0]}, map[string]any{
		"schemas": []any{"urn:ietf:params:scim:schemas:core:2.0:User", badgeURN}, "userName": "ann", badgeURN: map[string]any{"badge": "Blue"}}, scim.Projection{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.PutSchemas(ctx, "acme", badge(`"string"`, `,"uniqueness":"server","caseExact":true`)); err != nil {
		t.Fatal(err)
	}
	find := func(value string) (int, string) {
		tn := s.served("acme")
		q := scim.Query{Types: tn.Types.List[:1], Filter: badgeURN + `:badge eq "` + value + `"`, HasFilter: true, HasCount: true}
		found, err := s.users.Search(ctx, tn, q)
		if err != nil {
			t.Fatal(err)
		}
		plans, err := engine.Explain(tn, q)
		if err != nil {
			t.Fatal(err)
		}
		return found.Total, plans[0].Reads
	}
	if n, way := find("Blue"); n != 1 || way != all {
		t.Errorf("%d by %s", n, way)
	}
	if err := s.b.Pass(ctx); err != nil {
		t.Fatal(err)
	}
	for value, want := range map[string]int{"Blue": 1, "blue": 0} {
		if n, way := find(value); n != want || !strings.HasPrefix(way, "look up") {
			t.Errorf("%s: %d by %s", value, n, way)
		}
	}
}
