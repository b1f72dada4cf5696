package admin_test

import (
	"testing"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
)

// TestBuilderBesideWriters: what writers do during a build is found after it, and each resource that is not changed is
// found all the time.
func TestBuilderBesideWriters(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.create("acme", `{}`)
	s.populate("acme", 700)
	if _, err := s.ChangeTenant(t.Context(), "acme", 0, patch(t, `{"indexes":["title"]}`)); err != nil {
		t.Fatal(err)
	}
	tn := s.served("acme")
	list, err := s.gate.List(t.Context(), tn.ID, "User", scim.Page{Limit: 700})
	if err != nil {
		t.Fatal(err)
	}
	writer := async.Go(func() error {
		for i, r := range list.Resources { // one of three gets another title, one is removed
			var err error
			at := scim.Target{Tenant: tn, Type: tn.Types.List[0], ID: r.ID}
			switch i % 7 {
			case 0, 1:
				_, err = s.users.Patch(t.Context(), at, map[string]any{"schemas": []any{"urn:ietf:params:scim:api:messages:2.0:PatchOp"},
					"Operations": []any{map[string]any{"op": "replace", "path": "title", "value": "t9"}}}, scim.Match{}, scim.Projection{})
			case 2:
				err = s.users.Delete(t.Context(), at, scim.Match{})
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	builder := async.Go(func() error { return s.b.Pass(t.Context()) })
	for range 50 {
		if n, way := s.with("acme", "t3"); n != 100 {
			t.Fatalf("%d by %s", n, way)
		}
	}
	for _, done := range []<-chan error{writer, builder} {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	s.expect("acme", 100, byIndex)
	for title, want := range map[string]int{"t9": 200, "t0": 0, "t2": 0, "t6": 100} {
		if n, way := s.with("acme", title); n != want || way == all {
			t.Errorf("%s: %d by %s, want %d", title, n, way, want)
		}
	}
}

// TestBuilderRetries: a resource that a writer without the new settings changes between the read and the keys gets them.
func TestBuilderRetries(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.create("acme", `{}`)
	s.populate("acme", 7)
	old := s.served("acme")
	if _, err := s.ChangeTenant(t.Context(), "acme", 0, patch(t, `{"indexes":["title"]}`)); err != nil {
		t.Fatal(err)
	}
	list, err := s.gate.List(t.Context(), old.ID, "User", scim.Page{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	calls := 0
	s.gate.ask = func() error {
		if calls++; calls > 1 {
			return nil
		}
		_, err := s.users.Patch(t.Context(), scim.Target{Tenant: old, Type: old.Types.List[0], ID: list.Resources[0].ID}, map[string]any{
			"schemas": []any{"urn:ietf:params:scim:api:messages:2.0:PatchOp"}, "Operations": []any{map[string]any{"op": "replace", "path": "title", "value": "t3"}},
		}, scim.Match{}, scim.Projection{})
		return err
	}
	if err := s.b.Pass(t.Context()); err != nil || calls != 2 {
		t.Errorf("%d calls, %v", calls, err)
	}
	s.expect("acme", 2, byIndex)
}
