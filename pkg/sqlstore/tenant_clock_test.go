package sqlstore_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/sqlstore"
	"github.com/scimstack/scimstack/pkg/sqlstore/sqlite"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// TestDeletionOfAnotherClock: a deletion that was begun by a process whose clock was ahead is continued, and waits no longer than
// one does.
func TestDeletionOfAnotherClock(t *testing.T) {
	t.Parallel()
	file, acme := filepath.Join(t.TempDir(), "scim.db"), tenantID(t, "acme")
	open := func(ahead time.Duration) *sqlstore.Tenants {
		d, err := sqlite.Open(t.Context(), file, sqlstore.Options{Now: func() time.Time { return time.Now().Add(ahead) }})
		must(t, err)
		t.Cleanup(func() { _ = d.Close() })
		return d.Tenants()
	}
	other := open(time.Hour)
	must(t, other.Create(t.Context(), tenant.Settings{ID: acme}))
	ctx, stop := context.WithCancel(t.Context())
	if _, err := other.Delete(ctx, acme, sqlstore.Deletion{Progress: func(map[string]int, time.Duration) { stop() }}); err == nil {
		t.Fatal("it was not interrupted")
	}
	ctx, stop = context.WithCancel(t.Context())
	defer stop()
	_, err := open(0).Delete(ctx, acme, sqlstore.Deletion{Wait: 10 * time.Millisecond, Progress: func(_ map[string]int, left time.Duration) {
		if left > 10*time.Millisecond {
			t.Errorf("it waits for %s", left)
			stop()
		}
	}})
	must(t, err)
}
