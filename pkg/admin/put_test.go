package admin_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"

	"github.com/scimstack/scimstack/pkg/admin"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// bare is a store without optional abilities.
type bare struct{ scim.Store }

// unbuilding makes the store of a world one that nothing builds indexes of.
func (w *world) unbuilding() {
	w.Service = admin.New(admin.Options{Directory: w.dir, Store: bare{w.store}, Logger: slog.New(slog.DiscardHandler)})
}

// TestIndexesUnbuilt: without anything that builds indexes a new one is refused, and a change that needs none is complete
// at once.
func TestIndexesUnbuilt(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(t), t.Context()
	w.create("acme", `{"indexes":["title"]}`)
	w.unbuilding()
	_, err := w.ChangeTenant(ctx, "acme", 0, patch(t, `{"indexes":["title","nickName"]}`))
	refused(t, err, admin.Invalid, "nothing in this store builds", "nickName", "export")
	for _, change := range []string{`{"indexes":["title"],"logDays":3}`, `{"uniqueExternalId":true}`, `{"indexes":[]}`} {
		if got, err := w.ChangeTenant(ctx, "acme", 0, patch(t, change)); err != nil || len(got.Building) != 0 {
			t.Errorf("%s: %+v %v", change, got, err)
		}
	}
}

// stumbling is a directory whose first Built is lost, as with a process that ends.
type stumbling struct {
	*tenant.Memory
	stumbled bool
}

func (s *stumbling) Built(ctx context.Context, id scim.TenantID, done []tenant.Pending) error {
	if !s.stumbled {
		s.stumbled = true
		return errors.New("the process has ended")
	}
	return s.Memory.Built(ctx, id, done)
}

// TestIndexesUnbuiltAgain: a change that ended in the middle is completed by the same change, though its settings are stored.
func TestIndexesUnbuiltAgain(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(t), t.Context()
	w.create("acme", `{}`)
	w.Service = admin.New(admin.Options{Directory: &stumbling{Memory: w.dir}, Store: bare{w.store}, Logger: slog.New(slog.DiscardHandler)})
	if _, err := w.ChangeTenant(ctx, "acme", 0, patch(t, `{"uniqueExternalId":true}`)); err == nil {
		t.Fatal("it did not stumble")
	}
	if got, err := w.Tenant(ctx, "acme"); err != nil || len(got.Building) == 0 {
		t.Fatalf("%+v %v", got, err)
	}
	if got, err := w.ChangeTenant(ctx, "acme", 0, patch(t, `{"uniqueExternalId":true}`)); err != nil || len(got.Building) != 0 {
		t.Errorf("%+v %v", got, err)
	}
}
