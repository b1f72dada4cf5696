package httpapi_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/scim/httpapi"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// TestObservedText: what the handler reports has known methods only, in operations of a bulk request
// too, and nothing that a client without a token wrote, before anything cleans it.
func TestObservedText(t *testing.T) {
	t.Parallel()
	id, err := scim.ParseTenantID("acme")
	if err != nil {
		t.Fatal(err)
	}
	tenants := tenant.NewMemory()
	secret, token := tenant.NewToken(id, scim.All)
	revoked, dead := tenant.NewToken(id, scim.All)
	dead.Revoked = true
	tenants.Set(tenant.Record{Settings: tenant.Settings{ID: id}, Tokens: []tenant.Token{token, dead}})
	var seen []scim.Record
	h, err := httpapi.NewHandler(engine.New(memory.New(), engine.Options{PublicBase: "https://x"}), httpapi.Options{
		Authenticator: tenant.NewAuthenticator(tenants, tenant.Options{}), PublicBase: "https://x",
		Observe:   func(_ *http.Request, rec *scim.Record) { seen = append(seen, *rec) },
		Recognise: func(*http.Request, map[string]any) string { return "recognised" },
	})
	if err != nil {
		t.Fatal(err)
	}
	const own = "marker-of-the-client"
	send := func(method, token, body string) (*httptest.ResponseRecorder, []scim.Record) {
		seen = nil
		r := httptest.NewRequestWithContext(t.Context(), method, "/scim/v2/acme/Bulk", strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("Content-Type", "application/scim+json")
		r.Header.Set("X-Request-Id", own)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w, seen
	}
	for method, want := range map[string]string{
		"GET": "GET", "HEAD": "HEAD", "POST": "POST", "PUT": "PUT", "PATCH": "PATCH", "DELETE": "DELETE", "OPTIONS": "OPTIONS",
		"get": "other", "TRACE": "other", "CONNECT": "other", strings.Repeat("B", 60_000): "other", "IGNORE-PREVIOUS": "other",
	} {
		for credential, known := range map[string]bool{secret: true, revoked: true, "x": false, "": false, secret + "x": false} {
			w, records := send(method, credential, "{}")
			last := records[len(records)-1]
			id, idp := last.RequestID == own, last.IdP == "recognised"
			if last.Method != want || id != known || !idp || w.Header().Get("X-Request-Id") != last.RequestID || last.RequestID == "" {
				t.Errorf("%.20s known %v: %.20s, %s, %s", method, known, last.Method, last.RequestID, last.IdP)
			}
		}
	}
	for _, method := range []string{`"` + strings.Repeat("A", 450_000) + `"`, `"GETX"`, `""`, `7`, `null`, `{"a":1}`, `" POST"`} {
		_, records := send("POST", secret, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[{"method":`+method+`,"path":"/Users","bulkId":"b","data":{}}]}`)
		if len(records) != 2 || records[0].Method != scim.MethodOther || records[1].Method != http.MethodPost {
			t.Errorf("%.20s: %d records, %.20s", method, len(records), records[0].Method)
		}
	}
}
