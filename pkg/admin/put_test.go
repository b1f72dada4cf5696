package admin_test

import (
	"log/slog"
	"testing"

	"github.com/scimstack/scimstack/pkg/admin"
	"github.com/scimstack/scimstack/pkg/scim"
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
