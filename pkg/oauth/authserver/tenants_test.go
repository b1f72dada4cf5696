package authserver

import (
	"context"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// overtaken is a Resolver during whose read the tenant changes.
type overtaken struct{ changed func() }

func (o overtaken) Resolve(_ context.Context, id scim.TenantID) (*tenant.Record, error) {
	o.changed()
	return &tenant.Record{Settings: tenant.Settings{ID: id}}, nil
}

// TestOvertakenRead: a read that a change overtakes is not kept, because it may be of the state before.
func TestOvertakenRead(t *testing.T) {
	t.Parallel()
	acme, err := scim.ParseTenantID("acme")
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range []bool{false, true} {
		kept := tenants{now: time.Now}
		kept.resolver = overtaken{func() {
			if change {
				kept.forget(acme)
			}
		}}
		if r, err := kept.find(t.Context(), acme, nil); err != nil || r == nil {
			t.Fatal(r, err)
		}
		if _, ok := kept.known[acme]; ok == change {
			t.Errorf("changed %v: kept %v", change, ok)
		}
	}
}
