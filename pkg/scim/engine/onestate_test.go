package engine_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
)

// between is a store in which another writer comes between the group and its members.
type between struct {
	scim.Store
	write     func() // once
	committed func() // becomes write with the next change
}

func (b *between) Commit(ctx context.Context, t scim.TenantID, c scim.Change) (*scim.Resource, error) {
	b.write, b.committed = b.committed, nil
	return b.Store.Commit(ctx, t, c)
}

func (b *between) Members(ctx context.Context, t scim.TenantID, group string, p scim.Page) (scim.MemberList, error) {
	if write := b.write; write != nil {
		b.write = nil
		write()
	}
	return b.Store.Members(ctx, t, group, p)
}

// E-01: an answer is one state: the members, the other attributes and the version are those of the same moment, also if
// others write while it is made.
func TestAnswerIsOneState(t *testing.T) {
	t.Parallel()
	w, store := begin(t, scim.TenantConfig{}), &between{Store: memory.New()}
	w.Provider = engine.New(store, engine.Options{PublicBase: "https://x"})
	ids := w.users(2)
	group := func(name, member string) string {
		return `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"` + name + `","members":[{"value":"` + member + `"}]}`
	}
	id := w.create("Group", "%s", group("first", ids[0])).ID
	other := func(name string) func() {
		return func() {
			if _, err := w.put("Group", id, group(name, ids[1])); err != nil {
				t.Error(err)
			}
		}
	}
	is := func(what string, body []byte, version int, name, member string) {
		t.Helper()
		doc := w.doc(body, nil)
		got := fmt.Sprint(doc["meta"].(map[string]any)["version"], doc["displayName"], doc["members"].([]any)[0].(map[string]any)["value"]) //nolint:forcetypeassert // a panic says enough
		if want := fmt.Sprint(fmt.Sprintf(`W/"%d"`, version), name, member); got != want {
			t.Errorf("%s shows %s, not %s", what, got, want)
		}
	}
	store.write = other("second")
	got, err := w.Get(t.Context(), w.at("Group", id), scim.Projection{})
	if err != nil || got.Version != 2 {
		t.Fatal(got, err)
	}
	is("GET", got.Body, 2, "second", ids[1])

	store.write = other("third")
	page := w.find("Group", `displayName eq "second"`, func(q *scim.Query) { q.Projection.Attributes = []string{"displayName", "members", "meta"} })
	is("a page", page.Resources[0], 3, "third", ids[1])

	store.committed = other("fifth")
	put, err := w.put("Group", id, group("fourth", ids[0]))
	if err != nil || put.Version != 5 {
		t.Fatal(put, err)
	}
	is("PUT", put.Body, 5, "fifth", ids[1])

	remove := func() {
		if err := w.Delete(t.Context(), w.at("Group", id), scim.Match{}); err != nil {
			t.Error(err)
		}
	}
	store.committed = remove
	put, err = w.put("Group", id, group("sixth", ids[0]))
	if err != nil || strings.Contains(string(put.Body), "members") || len(put.Notes) == 0 {
		t.Errorf("PUT before a DELETE: %v %v", put, err) // it was carried out; its members are known no more
	}
	id = w.create("Group", "%s", group("first", ids[0])).ID
	store.write = remove
	if _, err := w.Get(t.Context(), w.at("Group", id), scim.Projection{}); scim.AsError(err).Code != scim.CodeResource {
		t.Errorf("GET before a DELETE: %v", err)
	}
}
