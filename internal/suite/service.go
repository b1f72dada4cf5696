package suite

import (
	"testing"
	"time"

	"github.com/scimstack/scimstack/internal/apptest"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// Service is a running service without tenants. Transcripts call it from one goroutine.
type Service interface {
	// URL returns the base URL before the tenant, the prefix included.
	URL() string
	// Tenant creates a tenant and returns its base URL and a token with all scopes. A nil change
	// keeps the default settings.
	Tenant(t testing.TB, name string, change func(*tenant.Settings)) (base, token string)
	// Token creates a token with these scopes, linked to a user unless userID is empty. The token
	// is accepted at once.
	Token(t testing.TB, name string, scopes scim.Scope, userID string) string
	// Wait lets time pass. A service that cannot do so skips the test with the reason.
	Wait(t testing.TB, d time.Duration)
}

// inProcess is a Service whose clock can be moved.
type inProcess struct{ *apptest.Server }

func (s inProcess) URL() string { return s.Base }

func (s inProcess) Wait(_ testing.TB, d time.Duration) { s.Clock.Add(d) }
