package function_test

import (
	"errors"
	"testing"

	"github.com/scimstack/scimstack/internal/function"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// TestAdministratorMakesTenantsAgain: what the administration writes when a tenant is deleted, and made again under its name, is within
// its policy: the number above which the new feed goes on, too.
func TestAdministratorMakesTenantsAgain(t *testing.T) {
	t.Parallel()
	w, acme := newWall(t), tenantID(t, "acme")
	f := w.policy.Functions["admin"]
	env := map[string]string{
		"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": f.Role, "AWS_SECRET_ACCESS_KEY": "x",
		"AWS_ENDPOINT_URL_DYNAMODB": w.url, function.EnvTable: w.table,
	}
	c, err := function.FromEnv(func(k string) string { return env[k] })
	if err != nil {
		t.Fatal(err)
	}
	store := dynamo.New(w.config.Client, dynamo.Options{Table: w.table})
	if _, err := store.RestartFeed(t.Context(), acme, 7); err != nil { // as if it had facts
		t.Fatal(err)
	}
	last, err := store.Last(t.Context(), acme)
	if err != nil || last < 7 {
		t.Fatal(last, err)
	}
	tenants := dynamo.NewTenants(c.Client, w.table, nil)
	for range 2 {
		if _, err := tenants.Delete(t.Context(), acme, dynamo.Deletion{Wait: -1}); err != nil {
			t.Fatal("deleted: ", err)
		}
		if err := tenants.Create(t.Context(), tenant.Settings{ID: acme}); err != nil {
			t.Fatal("made again: ", err)
		}
		var gone *scim.GoneError
		if _, err := store.Entries(t.Context(), acme, last, 1); !errors.As(err, &gone) {
			t.Errorf("a reader of the feed of before, at %d: %v", last, err)
		}
		if last, err = store.Last(t.Context(), acme); err != nil {
			t.Fatal(err)
		}
	}
}
