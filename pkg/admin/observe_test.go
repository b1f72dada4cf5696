package admin_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/admin"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// endless is a directory of more tenants than can be read: each takes until the end of the request.
type endless struct{ *tenant.Memory }

func (endless) Resolve(ctx context.Context, _ scim.TenantID) (*tenant.Record, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// TestHealthOfTooMany: the health of more tenants than can be read in the time of a request is answered with what to do instead. It is
// no fault of the service, and may be that of a slow store.
func TestHealthOfTooMany(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.create("acme", `{}`)
	s := admin.New(admin.Options{Directory: endless{w.dir}, Store: w.store, Log: w.log, Logger: slog.New(slog.DiscardHandler)})
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	_, err := s.Health(ctx, "", 0)
	refused(t, err, admin.Busy, "one tenant at a time")
	gone, hangUp := context.WithCancel(t.Context())
	hangUp()
	_, err = s.Health(gone, "", 0)
	refused(t, err, admin.Internal)
}
