package engine_test

import (
	"context"
	"errors"
	"testing"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
)

// hangUp is a store whose caller leaves during the nth Commit.
type hangUp struct {
	scim.Store
	nth    int
	cancel func()
}

func (h *hangUp) Commit(ctx context.Context, t scim.TenantID, c scim.Change) (*scim.Resource, error) {
	r, err := h.Store.Commit(ctx, t, c)
	if h.nth--; h.nth == 0 {
		h.cancel()
	}
	return r, err
}

// TestManagerDeletedByOneWhoLeaves: the client leaves while a manager is deleted. No report names the
// manager afterwards, and DELETE again is 404.
func TestManagerDeletedByOneWhoLeaves(t *testing.T) {
	t.Parallel()
	for nth := 1; nth < 12; nth++ {
		w := begin(t, scim.TenantConfig{})
		store := &hangUp{Store: memory.New()}
		w.Provider = engine.New(store, engine.Options{PublicBase: "https://x"})
		boss := w.create("User", `{"userName":"boss"}`).ID
		for n := range 10 {
			w.create("User", `{"userName":"r%d","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"manager":{"value":%q}}}`, n, boss)
		}
		ctx, cancel := context.WithCancel(t.Context())
		store.nth, store.cancel = nth, cancel
		if err := w.Delete(ctx, w.at("User", boss), scim.Match{}); err != nil {
			t.Errorf("hang-up %d: %v", nth, err)
		}
		l, err := store.Lookup(t.Context(), w.tenant.ID, "User", scim.IndexKey{Attr: "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value", Value: boss}, scim.Page{Limit: 20})
		if err != nil || len(l.Resources) != 0 {
			t.Errorf("hang-up %d: %d reports are left, %v", nth, len(l.Resources), err)
		}
		if err := w.Delete(t.Context(), w.at("User", boss), scim.Match{}); !errors.Is(err, scim.ErrNotFound) {
			t.Errorf("again: %v", err)
		}
	}
}

// TestPanicAfterRemoval: a panic while the reports of a deleted manager are changed is not lost (H-14).
func TestPanicAfterRemoval(t *testing.T) {
	t.Parallel()
	for _, reports := range []int{1, 3} { // one by one, and at the same time
		w := begin(t, scim.TenantConfig{})
		store := &hangUp{Store: memory.New(), cancel: func() { panic("boom") }}
		w.Provider = engine.New(store, engine.Options{PublicBase: "https://x"})
		boss := w.create("User", `{"userName":"boss"}`).ID
		for n := range reports {
			w.create("User", `{"userName":"r%d","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"manager":{"value":%q}}}`, n, boss)
		}
		store.nth = 2
		var p *async.PanicError
		if err := w.Delete(t.Context(), w.at("User", boss), scim.Match{}); !errors.As(err, &p) {
			t.Error(err)
		}
	}
}
