package admin_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"

	"github.com/scimstack/scimstack/pkg/admin"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// A program creates a tenant and changes a setting. What cannot be is refused, with the remedy.
func Example() {
	service := admin.New(admin.Options{Directory: tenant.NewMemory(), Store: memory.New(), Logger: slog.New(slog.DiscardHandler)})
	ctx := admin.WithActor(context.Background(), admin.Actor{Name: "billing"})
	made, err := service.CreateTenant(ctx, admin.TenantInput{Name: "acme"})
	if err != nil {
		fmt.Println(err)
		return
	}
	changed, err := service.ChangeTenant(ctx, "acme", made.Tenant.Version, map[string]json.RawMessage{"idp": json.RawMessage(`"entra"`)})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(changed.Settings.IdP, changed.Version, len(made.Token.Secret) > 0)
	_, err = service.ChangeTenant(ctx, "acme", 0, map[string]json.RawMessage{"mode": json.RawMessage(`"lax"`)})
	fmt.Println(err)
	// Output:
	// entra 2 true
	// mode: there is no mode "lax"; use tolerant or strict
}
