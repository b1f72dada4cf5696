package admin_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/admin"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// TestSettleLog: every call that reads the log has what waits be written first.
func TestSettleLog(t *testing.T) {
	t.Parallel()
	id, err := scim.ParseTenantID("acme")
	if err != nil {
		t.Fatal(err)
	}
	settled := 0
	log, now := activity.NewMemory(0), time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	s := admin.New(admin.Options{
		Directory: tenant.NewMemory(), Store: memory.New(), Log: log, Logger: slog.New(slog.DiscardHandler), Now: func() time.Time { return now },
		SettleLog: func(context.Context) { settled++ },
	})
	if _, err := s.CreateTenant(t.Context(), admin.TenantInput{Name: id.String()}); err != nil {
		t.Fatal(err)
	}
	for name, read := range map[string]func() error{
		"log":             func() error { _, err := s.Log(t.Context(), admin.LogQuery{}); return err },
		"log of a tenant": func() error { _, err := s.Log(t.Context(), admin.LogQuery{Tenants: []string{"acme"}}); return err },
		"log of a person": func() error {
			_, err := s.Log(t.Context(), admin.LogQuery{Tenants: []string{"acme"}, User: "ann"})
			return err
		},
		"health":           func() error { _, err := s.Health(t.Context(), "", 10); return err },
		"health of tenant": func() error { _, err := s.TenantHealth(t.Context(), "acme"); return err },
	} {
		before := settled
		if err := read(); err != nil || settled != before+1 {
			t.Errorf("%s: settled %d times, %v", name, settled-before, err)
		}
	}
}
