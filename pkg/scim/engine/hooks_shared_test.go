package engine_test

import (
	"context"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// TestHookWrites: a hook that writes into the resources of its event, instead of asking Edit, is a fault of the hook. Nothing of it is
// stored, and a later hook, the answer and the feed do not see it.
func TestHookWrites(t *testing.T) {
	t.Parallel()
	w := watch(t, memory.New(), scim.TenantConfig{})
	id := w.create("User", `{"schemas":[%q],"userName":"ann","externalId":"x"}`, schema.URNUser).ID
	for name, write := range map[string]func(e *scim.Event){
		"Document":        func(e *scim.Event) { e.After.Document = []byte("junk") },
		"Hidden":          func(e *scim.Event) { e.After.Hidden = []byte("junk") },
		"ExternalID":      func(e *scim.Event) { e.After.ExternalID = "y" },
		"ID":              func(e *scim.Event) { e.After.ID = "y" },
		"Version":         func(e *scim.Event) { e.After.Version = 9 },
		"Before.Document": func(e *scim.Event) { e.Before.Document = nil },
		"all of it":       func(e *scim.Event) { *e.After = scim.Resource{} },
	} {
		w.decide = func(_ context.Context, e *scim.Event) error {
			write(e)
			return nil
		}
		_, err := w.patch("User", id, `[{"op":"replace","path":"title","value":"`+name+`"}]`)
		e := scim.AsError(err)
		if err == nil || e.Code != scim.CodeHook || e.Cause == nil || !strings.Contains(e.Cause.Error(), "Event.Edit") {
			t.Errorf("%s: %v", name, err)
		}
		if got := w.get("User", id); got["title"] != nil || got["userName"] != "ann" || got["externalId"] != "x" {
			t.Errorf("%s is stored: %v", name, got)
		}
	}
}

// TestStoredJunk: what a store has made of a document is no fault of the client.
func TestStoredJunk(t *testing.T) {
	t.Parallel()
	store := memory.New()
	w := watch(t, store, scim.TenantConfig{})
	id := w.create("User", `{"schemas":[%q],"userName":"ann"}`, schema.URNUser).ID
	_, err := store.Commit(t.Context(), w.tenant.ID, scim.Change{Type: "User", ID: id, If: scim.IfAny, Put: &scim.Resource{Type: "User", ID: id, Document: []byte("junk")}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.patch("User", id, `[{"op":"replace","path":"title","value":"x"}]`)
	if e := scim.AsError(err); err == nil || e.Status != 500 || strings.Contains(e.Error(), "stored") {
		t.Errorf("PATCH: %v", err)
	}
	_, err = w.Search(t.Context(), w.tenant, scim.Query{Types: []*schema.ResourceType{schema.UserType()}, Filter: `title eq "x"`, HasFilter: true})
	if e := scim.AsError(err); err == nil || e.Status != 500 {
		t.Errorf("search: %v", err)
	}
}
