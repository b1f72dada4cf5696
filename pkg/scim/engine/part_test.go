package engine_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/internal/racing"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// recording keeps the last change of a store.
type recording struct {
	*memory.Store
	last *scim.Change
}

func (s *recording) Commit(ctx context.Context, t scim.TenantID, c scim.Change) (*scim.Resource, error) {
	s.last = &c
	return s.Store.Commit(ctx, t, c)
}

// TestPatchInPart: over random users and requests, a PATCH of a stored resource, of which it decodes a part, stores
// what Rules make of all of it: document, hidden attributes, keys, name, and whether there is a change at all.
func TestPatchInPart(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 5))
	o := engine.Options{PublicBase: "https://x", Hash: func(p string) (string, error) { return "hash of " + p, nil }}
	store := &recording{Store: memory.New()}
	p, rules, tn, rt := engine.New(store, o), engine.NewRules(o), newTenant(t), schema.UserType()
	at := scim.Target{Tenant: tn, Type: rt}
	changes, kept, refused := 0, 0, 0
	for i := range racing.Size(150, 400) {
		b := body(t, randomUser(r, i))
		if r.IntN(3) == 0 {
			b["password"] = "secret"
		}
		res, err := p.Create(t.Context(), at, b, scim.Projection{})
		if err != nil {
			t.Fatal(err)
		}
		at := at.Of(res.ID)
		if r.IntN(4) == 0 {
			at.By = &scim.Principal{Tenant: tn.ID, UserID: res.ID, Scopes: scim.All}
		}
		for range 6 {
			was, err := store.Get(t.Context(), tn.ID, rt.Name, res.ID)
			if err != nil {
				t.Fatal(err)
			}
			ops := randomPatch(r)
			want, wantErr := rules.Patch(t.Context(), at, engine.Row{ID: res.ID, Version: was.Version, Attributes: attributes(t, was)}, body(t, ops), nil)
			store.last = nil
			got, err := p.Patch(t.Context(), at, body(t, ops), scim.Match{}, scim.Projection{})
			if fmt.Sprint(err) != fmt.Sprint(wantErr) {
				t.Fatalf("%s on %s: %v instead of %v", ops, was.Document, err, wantErr)
			}
			if err != nil {
				refused++
				continue
			}
			if got.Changed != want.Changed || !slices.Equal(got.Notes, want.Notes) || (store.last != nil) != want.Changed {
				t.Fatalf("%s on %s: changed %v, notes %q instead of %v, %q", ops, was.Document, got.Changed, got.Notes, want.Changed, want.Notes)
			}
			if !want.Changed {
				kept++
				continue
			}
			changes++
			hidden := map[string]any{}
			if v := want.Attributes["password"]; v != nil {
				hidden["password"] = v
			}
			doc := maps.Clone(want.Attributes)
			delete(doc, "password")
			c := store.last
			if text := string(rt.AppendDocument(nil, doc)); text != string(c.Put.Document) {
				t.Fatalf("%s on %s makes\n%s instead of\n%s", ops, was.Document, c.Put.Document, text)
			}
			if text := string(schema.AppendValue(nil, hidden)); text != string(c.Put.Hidden) && len(hidden)+len(c.Put.Hidden) > 0 {
				t.Fatalf("%s: hidden %s instead of %s", ops, c.Put.Hidden, text)
			}
			external, _ := doc["externalId"].(string)
			if keys := rules.Keys(at, want.Attributes); !slices.Equal(keys, c.Keys) || c.Display != want.Name() || c.Put.ExternalID != external {
				t.Fatalf("%s on %s: %v %q %q instead of %v %q %q", ops, was.Document, c.Keys, c.Display, c.Put.ExternalID, keys, want.Name(), external)
			}
		}
	}
	if changes < 300 || kept < 20 || refused < 20 {
		t.Errorf("%d changes, %d without effect, %d refused", changes, kept, refused)
	}
}

// attributes is what is stored of a resource.
func attributes(t *testing.T, r *scim.Resource) map[string]any {
	t.Helper()
	doc := body(t, string(r.Document))
	if r.Hidden != nil {
		maps.Copy(doc, body(t, string(r.Hidden)))
	}
	return doc
}

func randomPatch(r *rand.Rand) string {
	const enterprise = schema.URNEnterpriseUser
	one := func() string {
		text := func() string { return quoted(pick(r, words...)) }
		switch r.IntN(12) {
		case 0:
			return fmt.Sprintf(`{"op":"replace","path":%q,"value":%v}`, pick(r, "active", "ACTIVE", schema.URNUser+":active"), r.IntN(2) == 0)
		case 1:
			return fmt.Sprintf(`{"op":%q,"path":%q,"value":%s}`, pick(r, "add", "replace"), pick(r, "displayName", "title", "externalId", "name.givenName", "nickName"), text())
		case 2:
			return fmt.Sprintf(`{"op":"remove","path":%q}`, pick(r, "displayName", "title", "externalId", "name", "emails", "active", "userName", "password", enterprise))
		case 3:
			return fmt.Sprintf(`{"op":%q,"path":"emails[type eq \"%s\"].value","value":%s}`, pick(r, "add", "replace"), pick(r, "work", "home"), quoted(pick(r, "a@x", "N@x")))
		case 4:
			return fmt.Sprintf(`{"op":"add","path":"emails","value":[{"value":%s,"primary":%v}]}`, quoted(pick(r, "a@x", "z@x")), r.IntN(2) == 0)
		case 5:
			return fmt.Sprintf(`{"op":"remove","path":"emails[value eq %s]"}`, strings.ReplaceAll(quoted(pick(r, "a@x", "D@x")), `"`, `\"`))
		case 6:
			return fmt.Sprintf(`{"op":"replace","path":"%s:%s","value":%s}`, enterprise, pick(r, "department", "manager", "employeeNumber"), text())
		case 7:
			return fmt.Sprintf(`{"op":"replace","value":{"title":%s,"%s":{"department":%s},"schemas":[%q]}}`, text(), pick(r, enterprise, schema.URNUser+":x"), text(), pick(r, enterprise, schema.URNUser))
		case 8:
			return fmt.Sprintf(`{"op":"replace","path":"password","value":%s}`, quoted(pick(r, "a", "b", "")))
		case 9:
			return fmt.Sprintf(`{"op":%q,"path":"schemas","value":[%q]}`, pick(r, "add", "remove", "replace"), pick(r, enterprise, schema.URNUser))
		case 10:
			return pick(r, `{"op":"replace","path":"nothing","value":1}`, `{"op":"replace","path":"active","value":"maybe"}`, `{"op":"replace","path":"id","value":"x"}`, `{"op":"add","value":{"id":"x","meta":{}}}`)
		}
		return fmt.Sprintf(`{"op":"replace","value":{"displayName":%s,"emails":[{"value":"q@x"},{"value":"q@x"}]}}`, text())
	}
	list := make([]string, 1+r.IntN(3))
	for i := range list {
		list[i] = one()
	}
	return `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[` + strings.Join(list, ",") + `]}`
}
