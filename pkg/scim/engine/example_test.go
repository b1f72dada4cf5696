package engine_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"strings"

	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// A business rule, and an account of the application for every user: a Before hook refuses what the
// application does not allow, and an After hook learns of every change that was stored.
func ExampleOptions() {
	id, err := scim.ParseTenantID("acme")
	if err != nil {
		log.Fatal(err)
	}
	acme, err := scim.NewTenant(scim.TenantConfig{ID: id})
	if err != nil {
		log.Fatal(err)
	}
	provider := engine.New(memory.New(), engine.Options{
		Before: []scim.BeforeHook{func(_ context.Context, e *scim.Event) error {
			if e.Created() && !strings.Contains(string(e.After.Document), "@example.com") {
				return scim.Refuse(400, scim.InvalidValue, "userName must be an address of example.com")
			}
			return nil
		}},
		After: []scim.AfterHook{func(_ context.Context, e *scim.Event) {
			fmt.Println("stored:", e.Tenant.ID, e.Type.Name, "version", e.Resource().Version, "may sign in:", e.After.Active())
			if e.Deactivated() {
				fmt.Println("its sessions end")
			}
		}},
	})
	users := scim.Target{Tenant: acme, Type: schema.UserType()}
	for _, name := range []string{"ann@example.com", "bob@elsewhere.test"} {
		made, err := provider.Create(context.Background(), users, map[string]any{"userName": name}, scim.Projection{})
		var refused *scim.Error
		if errors.As(err, &refused) {
			fmt.Println("refused:", refused.Status, refused.ScimType, refused.Detail)
			continue
		}
		off := map[string]any{"userName": name, "active": false}
		if _, err := provider.Replace(context.Background(), users.Of(made.ID), off, scim.Match{}, scim.Projection{}); err != nil {
			log.Fatal(err)
		}
	}
	// Output:
	// stored: acme User version 1 may sign in: true
	// stored: acme User version 2 may sign in: false
	// its sessions end
	// refused: 400 invalidValue userName must be an address of example.com
}
