package function_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// TestLastUse: a function writes the last use of a token with the first request of an hour, before the
// answer, as one unit, and not with the next ones.
func TestLastUse(t *testing.T) {
	t.Parallel()
	s := newService(t)
	acme, err := scim.ParseTenantID("acme")
	if err != nil {
		t.Fatal(err)
	}
	tenants := dynamo.NewTenants(s.config.Client, "scim", time.Now)
	text, token := tenant.NewToken(acme, scim.All)
	if err := tenants.AddToken(t.Context(), acme, token); err != nil {
		t.Fatal(err)
	}
	s.token = text
	h, err := s.config.HTTP(&s.log, scimstack.Config{}, scimstack.All())
	if err != nil {
		t.Fatal(err)
	}
	var units [3]float64
	for i := range units {
		if a := s.send(t, h, "GET", "/Users", "", ""); a.StatusCode != http.StatusOK {
			t.Fatalf("%+v", a)
		}
		units[i], _ = s.log.line(t)["write_units"].(float64)
	}
	if units[0] != units[1]+1 || units[1] != units[2] {
		t.Errorf("units: %v", units)
	}
	r, err := tenants.Resolve(t.Context(), acme)
	if err != nil {
		t.Fatal(err)
	}
	for _, got := range r.Tokens {
		if got.KeyID == token.KeyID && (got.Used.IsZero() || time.Since(got.Used) > 2*time.Hour) {
			t.Errorf("last use %s", got.Used)
		}
	}
}
