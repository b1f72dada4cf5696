package engine_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// TestLeftOut: a program that names no tenant, no type or no store gets an error that says so from every method, and no panic.
func TestLeftOut(t *testing.T) {
	t.Parallel()
	id, err := scim.ParseTenantID("acme")
	if err != nil {
		t.Fatal(err)
	}
	acme, err := scim.NewTenant(scim.TenantConfig{ID: id})
	if err != nil {
		t.Fatal(err)
	}
	full := scim.Target{Tenant: acme, Type: schema.UserType(), ID: "1"}
	rules := engine.NewRules(engine.Options{})
	over := rules.Over(&rowsOf{})
	for name, c := range map[string]struct {
		p    scim.Provider
		at   scim.Target
		want string
	}{
		"no tenant":       {engine.New(memory.New(), engine.Options{}), scim.Target{Type: full.Type, ID: "1"}, "no tenant named"},
		"no type":         {engine.New(memory.New(), engine.Options{}), scim.Target{Tenant: acme, Type: acme.Types.ByName("Robot"), ID: "1"}, "no resource type is named"},
		"empty type":      {engine.New(memory.New(), engine.Options{}), scim.Target{Tenant: acme, Type: &schema.ResourceType{Name: "Robot"}, ID: "1"}, "no resource type is named"},
		"no store":        {engine.New(nil, engine.Options{}), full, "no store"},
		"empty provider":  {&engine.Provider{}, full, "no store"},
		"no rows":         {rules.Over(nil), full, "no store"},
		"rows, no tenant": {over, scim.Target{Type: full.Type, ID: "1"}, "no tenant named"},
		"rows, no type":   {over, scim.Target{Tenant: acme, ID: "1"}, "no resource type is named"},
	} {
		body := map[string]any{"userName": "ann"}
		calls := map[string]func() error{
			"Create": func() error { _, err := c.p.Create(t.Context(), c.at, body, scim.Projection{}); return err },
			"Get":    func() error { _, err := c.p.Get(t.Context(), c.at, scim.Projection{}); return err },
			"Replace": func() error {
				_, err := c.p.Replace(t.Context(), c.at, body, scim.Match{}, scim.Projection{})
				return err
			},
			"Patch": func() error {
				_, err := c.p.Patch(t.Context(), c.at, body, scim.Match{}, scim.Projection{})
				return err
			},
			"Delete": func() error { return c.p.Delete(t.Context(), c.at, scim.Match{}) },
			"Search": func() error {
				_, err := c.p.Search(t.Context(), c.at.Tenant, scim.Query{Types: []*schema.ResourceType{c.at.Type}})
				return err
			},
		}
		for method, call := range calls {
			if err := call(); err == nil || !strings.Contains(err.Error(), c.want) || scim.AsError(err).Status != 500 {
				t.Errorf("%s, %s: %v", name, method, err)
			}
		}
	}
	if _, err := engine.New(memory.New(), engine.Options{}).Search(t.Context(), acme, scim.Query{}); err == nil || errors.Is(err, scim.ErrNotFound) {
		t.Errorf("a search for no type: %v", err)
	}
}

// rowsOf are rows that no call reaches.
type rowsOf struct{ engine.Rows }
