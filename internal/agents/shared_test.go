package agents_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// TestOneLimit: SCIM, MCP and the log take their requests from one budget of the tenant, also with
// one token each.
func TestOneLimit(t *testing.T) {
	t.Parallel()
	id, _ := scim.ParseTenantID("acme")
	now := time.Now()
	tenants := tenant.NewMemory()
	var tokens []string
	record := tenant.Record{Settings: tenant.Settings{ID: id, Limits: scim.Limits{Rate: 5}}}
	for range 3 {
		credential, token := tenant.NewToken(id, scim.All|scim.Activity)
		tokens, record.Tokens = append(tokens, credential), append(record.Tokens, token)
	}
	tenants.Set(record)
	config := scimstack.Config{
		Store: memory.New(), Tenants: tenants, PublicBase: "http://127.0.0.1/scim/v2", Log: activity.NewMemory(0), Now: func() time.Time { return now },
	}
	h := program(t, config)
	passed, refused := 0, 0
	for i := range 30 {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/scim/v2/acme/Users", http.NoBody)
		switch i % 3 {
		case 1:
			r = httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/mcp", strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"tools/list"}`))
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Accept", "application/json, text/event-stream")
		case 2:
			r = httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/activity/acme", http.NoBody)
		}
		r.Header.Set("Authorization", "Bearer "+tokens[i%3])
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		switch w.Code {
		case http.StatusOK:
			passed++
		case http.StatusTooManyRequests:
			refused++
		default:
			t.Errorf("request %d: %d %s", i, w.Code, w.Body)
		}
	}
	if passed != 10 || refused != 20 { // a burst is twice the rate
		t.Errorf("%d of 30 requests passed, %d were refused", passed, refused)
	}
}
