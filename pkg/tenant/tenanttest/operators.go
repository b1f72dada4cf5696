package tenanttest

import (
	"errors"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// RunOperators checks an implementation of tenant.Operators, which must be empty.
func RunOperators(t *testing.T, list tenant.Operators) {
	t.Helper()
	ctx := t.Context()
	acme, err := scim.ParseTenantID("acme")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2030, 1, 2, 3, 4, 5, int(6*time.Millisecond), time.UTC)
	secret, first := tenant.NewOperator(tenant.Operator{Name: "Ann 东", Scopes: tenant.AdminRead, Tenant: acme, Created: at, Expires: at.AddDate(1, 0, 0)})
	_, second := tenant.NewOperator(tenant.Operator{Name: "ci", Scopes: tenant.AdminRead | tenant.AdminWrite, Created: at.Add(time.Second)})
	for _, o := range []tenant.Operator{first, second} {
		if err := list.AddOperator(ctx, o); err != nil {
			t.Fatal(err)
		}
	}
	if err := list.AddOperator(ctx, first); !errors.Is(err, tenant.ErrExists) {
		t.Errorf("added twice: %v", err)
	}
	if got, err := list.Operator(ctx, first.ID); err != nil || *got != first {
		t.Errorf("%+v %v, want %+v", got, err, first)
	}
	if got, err := list.Operators(ctx); err != nil || len(got) != 2 || got[0] != first || got[1] != second {
		t.Errorf("%+v %v", got, err)
	}
	if o, err := tenant.AuthenticateOperator(ctx, list, secret, at); err != nil || o.ID != first.ID {
		t.Errorf("%+v %v", o, err)
	}
	refused := func(credential string, now time.Time) {
		t.Helper()
		if _, err := tenant.AuthenticateOperator(ctx, list, credential, now); !errors.Is(err, scim.ErrUnauthenticated) {
			t.Errorf("%q: %v", credential, err)
		}
	}
	other, _ := tenant.NewOperator(tenant.Operator{ID: first.ID}) // of the same id, with another secret
	refused(other, at)
	refused(secret+"x", at)
	refused("", at)
	refused(secret, first.Expires)
	if err := list.RevokeOperator(ctx, first.ID); err != nil {
		t.Fatal(err)
	}
	refused(secret, at)
	if got, err := list.Operator(ctx, first.ID); err != nil || !got.Revoked {
		t.Errorf("%+v %v", got, err)
	}
	if err := list.RemoveOperator(ctx, first.ID); err != nil {
		t.Fatal(err)
	}
	refused(secret, at)
	for _, id := range []string{first.ID, "", "none", "a\x00b"} {
		if _, err := list.Operator(ctx, id); !errors.Is(err, tenant.ErrNoOperator) {
			t.Errorf("%q: %v", id, err)
		}
		if err := list.RevokeOperator(ctx, id); !errors.Is(err, tenant.ErrNoOperator) {
			t.Errorf("revoke %q: %v", id, err)
		}
		if err := list.RemoveOperator(ctx, id); !errors.Is(err, tenant.ErrNoOperator) {
			t.Errorf("remove %q: %v", id, err)
		}
	}
}
