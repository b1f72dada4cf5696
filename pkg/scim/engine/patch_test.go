package engine

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/internal/poison"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// patched is what others keep of a PATCH, and what it was when they got it.
type patched struct {
	kept []any // *scim.Result, *scim.Change, scim.Event
	were []string
}

func (p *patched) keep(v any) { p.kept, p.were = append(p.kept, v), append(p.were, shown(v)) }

// shown is all of what is kept but the addresses.
func shown(v any) string {
	resource := func(r *scim.Resource) string {
		if r == nil {
			return "none"
		}
		return fmt.Sprintf("%s %s %d %s %s", r.ID, r.ExternalID, r.Version, r.Document, r.Hidden)
	}
	switch v := v.(type) {
	case *scim.Result:
		return fmt.Sprintf("%s %d %s %v %q %s", v.ID, v.Version, v.Location, v.Changed, v.Notes, v.Body)
	case *scim.Change:
		return fmt.Sprintln(v.Type, v.ID, v.If, v.Now, resource(v.Prior), resource(v.Put), v.Keys, v.Display, v.AddMembers, v.RemoveMembers)
	case scim.Event:
		return fmt.Sprintln(v.Tenant.ID, v.Type.Name, resource(v.Before), resource(v.After), v.Joined, v.Left, v.Attempt)
	}
	return ""
}

// patchWorld keeps what others see of each PATCH.
type patchWorld struct {
	*Provider
	seen patched
	ids  int
}

func newPatchWorld() *patchWorld {
	w := &patchWorld{}
	w.Provider = New(memory.New(), Options{
		PublicBase: "https://x", NewID: func() string { w.ids++; return fmt.Sprintf("id-%02d", w.ids) },
		Hash:      func(p string) (string, error) { return "hash of " + p, nil },
		Before:    []scim.BeforeHook{func(_ context.Context, e *scim.Event) error { w.seen.keep(*e); return nil }},
		After:     []scim.AfterHook{func(_ context.Context, e *scim.Event) { w.seen.keep(*e) }},
		Committed: func(_ context.Context, _ *scim.Tenant, c *scim.Change, _ *scim.Resource) { w.seen.keep(c) },
	})
	return w
}

func target(t *testing.T, tenant, typ, id string) scim.Target {
	t.Helper()
	name, err := scim.ParseTenantID(tenant)
	if err != nil {
		t.Fatal(err)
	}
	tn, err := scim.NewTenant(scim.TenantConfig{ID: name})
	if err != nil {
		t.Fatal(err)
	}
	return scim.Target{Tenant: tn, Type: tn.Types.ByName(typ), ID: id}
}

func parsed(t *testing.T, text string) map[string]any {
	t.Helper()
	m, err := schema.DecodeJSON([]byte(text), 20)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// people creates a user and a group of a tenant.
func (w *patchWorld) people(t *testing.T, tenant string) (user, group scim.Target) {
	t.Helper()
	user, group = target(t, tenant, "User", ""), target(t, tenant, "Group", "")
	for at, text := range map[*scim.Target]string{
		&user: `{"schemas":["` + schema.URNUser + `"],"userName":"` + tenant + `-user","displayName":"D","name":{"givenName":"G"},"password":"p",` +
			`"emails":[{"value":"a@` + tenant + `","type":"work"},{"value":"b@` + tenant + `","type":"home"}]}`,
		&group: `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"` + tenant + `-group"}`,
	} {
		res, err := w.Create(t.Context(), *at, parsed(t, text), scim.Projection{})
		if err != nil {
			t.Fatal(err)
		}
		at.ID = res.ID
	}
	return user, group
}

// patches changes a user and a group of a tenant.
func (w *patchWorld) patches(t *testing.T, user, group scim.Target, round int) {
	t.Helper()
	tenant, enterprise := user.Tenant.ID.String(), schema.URNEnterpriseUser
	for _, op := range []string{
		`{"op":"replace","path":"emails[type eq \"work\"].value","value":"n%d@%s"}`,
		`{"op":"add","path":"emails","value":[{"value":"e%d@%s","type":"other","primary":true}]}`,
		`{"op":"replace","path":"name.givenName","value":"G%d of %s"}`,
		`{"op":"replace","path":"password","value":"p%d of %s"}`,
		`{"op":"replace","value":{"title":"T%d","` + enterprise + `":{"department":"%s"}}}`,
		`{"op":"replace","path":"` + enterprise + `:manager.value","value":"m%d of %s"}`,
		`{"op":"remove","path":"emails[value eq \"e%d@%s\"]"}`,
		`{"op":"replace","path":"active","value":"maybe %d %s"}`,
		`{"op":"add","path":"members","value":[{"value":"` + user.ID + `","display":"%d %s"},{"value":"unknown"}]}`,
		`{"op":"remove","path":"members[value eq \"` + user.ID + `\"]","value":"%d %s"}`,
	} {
		at := user
		if strings.Contains(op, "members") {
			at = group
		}
		text := `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[` + fmt.Sprintf(op, round, tenant) + `]}`
		res, err := w.Patch(t.Context(), at, parsed(t, text), scim.Match{}, scim.Projection{})
		if refused := strings.Contains(op, "maybe"); (err != nil) != refused {
			t.Fatalf("%s: %v", text, err)
		}
		if err == nil {
			w.seen.keep(res)
		}
	}
}

// TestPatchIsOver: what the caller, the log and hooks keep of a PATCH stays as it is while PATCHes of another tenant
// use the same memory.
func TestPatchIsOver(t *testing.T) {
	t.Parallel()
	w := newPatchWorld()
	user, group := w.people(t, "acme")
	otherUser, otherGroup := w.people(t, "other")
	for round := range 5 {
		w.patches(t, user, group, round)
		w.patches(t, otherUser, otherGroup, round)
	}
	if len(w.seen.kept) < 300 {
		t.Fatalf("only %d are kept", len(w.seen.kept))
	}
	for i, v := range w.seen.kept {
		if now := shown(v); now != w.seen.were[i] {
			t.Errorf("%s\nwas\n%s", now, w.seen.were[i])
		}
	}
}

// TestPatchingIsEmpty: the memory of a PATCH keeps nothing of it, whether it has succeeded or not.
func TestPatchingIsEmpty(t *testing.T) {
	t.Parallel()
	p := newPatchWorld()
	user, _ := p.people(t, "acme")
	for _, ops := range []string{
		`{"op":"replace","path":"emails[type eq \"work\"].value","value":"n@x"}`,
		`{"op":"replace","value":{"title":"T","` + schema.URNEnterpriseUser + `":{"department":"x"}}},{"op":"remove","path":"name"}`,
		`{"op":"replace","path":"password","value":"x"},{"op":"replace","path":"active","value":"maybe"}`,
		`{"op":"replace","path":"unknown","value":"x"}`,
		`{"op":"none"}`,
	} {
		w := &patching{}
		text := `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[` + ops + `]}`
		p.begin(w, user, parsed(t, text), scim.Match{}, scim.Projection{Attributes: []string{"title"}})
		_, _ = p.modify(t.Context(), &w.modification)
		if err := holds(reflect.ValueOf(w).Elem()); err == "" {
			t.Errorf("%s leaves nothing before reset", ops)
		}
		w.reset()
		if path := holds(reflect.ValueOf(w).Elem()); path != "" {
			t.Errorf("%s is left in%s", ops, path)
		}
	}
}

// holds returns the path to a value that is neither zero nor empty nor poison, or "".
func holds(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if path := holds(v.Field(i)); path != "" {
				return " " + v.Type().Field(i).Name + path
			}
		}
		return ""
	case reflect.Array, reflect.Slice:
		for i := range v.Len() {
			if path := holds(v.Index(i)); path != "" {
				return fmt.Sprint("[", i, "]", path)
			}
		}
		return ""
	case reflect.Map:
		for _, k := range v.MapKeys() {
			if path := holds(v.MapIndex(k)); path != "" {
				return fmt.Sprint("[", k, "]", path)
			}
		}
		return ""
	case reflect.Interface:
		if !v.IsNil() {
			return holds(v.Elem())
		}
	case reflect.String:
		if poison.On && v.String() == poison.Text {
			return ""
		}
	}
	if v.IsZero() {
		return ""
	}
	return " (" + v.Type().String() + ")"
}
