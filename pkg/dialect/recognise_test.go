package dialect_test

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/scimstack/scimstack/pkg/dialect"
)

// TestRecognise: only signs that no other client sends; without a sign the result is "" (COMMON-33).
func TestRecognise(t *testing.T) {
	t.Parallel()
	jwt := func(claims string) string {
		return "Bearer e30." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2ln"
	}
	for name, c := range map[string]struct{ agent, auth, body, want string }{
		"Okta":                     {agent: "Okta SCIM Client 1.0.0", want: "okta"},
		"Okta, older":              {agent: "OKTA SCIM Integration", want: "okta"},
		"Google":                   {agent: "Google-Auto-Provisioning", want: "google"},
		"Entra's token":            {auth: jwt(`{"appid":"00000014-0000-0000-c000-000000000000"}`), want: "entra"},
		"Entra's id elsewhere":     {auth: jwt(`{"sub":"00000014-0000-0000-c000-000000000000"}`)},
		"another token":            {auth: jwt(`{"appid":"x"}`)},
		"no token":                 {auth: "Bearer a.%.c"},
		"Entra's group":            {body: `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group","http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"]}`, want: "entra"},
		"OneLogin's user":          {body: `{"schemas":["urn:scim:schemas:core:2.0"]}`, want: "onelogin"},
		"a body without signs":     {agent: "Okta SCIM Client 1.0.0", body: `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"]}`},
		"a browser, no User-Agent": {agent: "Mozilla/5.0"},
		"nothing":                  {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(http.MethodGet, "/Users", nil)
			r.Header.Set("User-Agent", c.agent)
			r.Header.Set("Authorization", c.auth)
			var body map[string]any
			if c.body != "" {
				body = decode(t, c.body)
			}
			if got := dialect.Recognise(r, body); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}
