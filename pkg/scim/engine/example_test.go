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

// A business rule: a Before hook refuses what the application does not allow, and an After hook
// learns of every change that was stored.
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
		Before: func(_ context.Context, _ *scim.Tenant, c *scim.Change) error {
			if c.Put != nil && !strings.Contains(string(c.Put.Document), "@example.com") {
				return scim.Refuse(400, scim.InvalidValue, "userName must be an address of example.com")
			}
			return nil
		},
		After: func(_ context.Context, t *scim.Tenant, c *scim.Change, stored *scim.Resource) {
			fmt.Println("stored:", t.ID, c.Type, "version", stored.Version)
		},
	})
	users := scim.Target{Tenant: acme, Type: schema.UserType()}
	for _, name := range []string{"ann@example.com", "bob@elsewhere.test"} {
		_, err := provider.Create(context.Background(), users, map[string]any{"userName": name}, scim.Projection{})
		var refused *scim.Error
		if errors.As(err, &refused) {
			fmt.Println("refused:", refused.Status, refused.ScimType, refused.Detail)
		}
	}
	// Output:
	// stored: acme User version 1
	// refused: 400 invalidValue userName must be an address of example.com
}
