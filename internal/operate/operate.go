package operate

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/scimstack/scimstack/internal/apptest"
	"github.com/scimstack/scimstack/pkg/admin"
)

// Target is a running service. API and Base are required.
type Target struct {
	API  admin.API
	Base string // the public base URL, which ends with /scim/v2
	// Fresh has the service forget what it has cached. nil: changes take effect at once, which is checked.
	Fresh func()
	// Settle waits until all that was written is in the feed. nil: it is at once.
	Settle func()
	Corpus string // file with the recorded traffic of Entra ID
}

const (
	name   = "acme"
	urn    = "urn:example:params:scim:schemas:extension:acme:2.0:User"
	reason = "the contract has ended"
	schema = `{"id":"` + urn + `","name":"Badge","attributes":[{"name":"badge","type":"string","multiValued":false}]}`
	user   = `{"id":"User","name":"User","endpoint":"/Users","schema":"urn:ietf:params:scim:schemas:core:2.0:User",
		"schemaExtensions":[{"schema":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User","required":false},{"schema":"` + urn + `","required":false}]}`
	ann = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","` + urn + `"],"userName":"ann","` + urn + `":{"badge":"b-1"}}`
)

// Play creates a tenant, sets a schema, provisions with it, switches idp and rotates the token while traffic runs, lets an
// OAuth client in, pauses and resumes the tenant, and manages webhooks.
func Play(t *testing.T, to Target) {
	p := &player{T: t, Target: to, began: time.Now().Add(-time.Minute)}
	made, err := to.API.CreateTenant(t.Context(), admin.TenantInput{Name: name, Settings: patch(`{"idp":"okta","limits":{"rate":-1}}`)})
	p.must(err)
	p.client = apptest.Client{Base: to.Base + "/" + name, Token: made.Token.Secret}
	p.schemas()
	p.traffic(made.Token.Token.Key)
	p.oauth()
	p.paused()
	_, err = to.API.CreateTenant(t.Context(), admin.TenantInput{Name: second})
	p.must(err)
	p.webhooks()
}

// player plays the steps.
type player struct {
	*testing.T
	Target
	client apptest.Client
	began  time.Time
}

func (p *player) must(err error) {
	p.Helper()
	if err != nil {
		p.Fatal(err)
	}
}

func patch(text string) (out map[string]json.RawMessage) {
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		panic(err) // a constant of this package
	}
	return out
}

// soon waits until an answer has a status and contains a text: at once, or as soon as no cache has an older state.
func (p *player) soon(status int, text, path string) {
	p.Helper()
	deadline := time.Now().Add(time.Minute)
	for {
		got, answer := p.client.Send(p.T, http.MethodGet, path, "")
		switch {
		case got == status && strings.Contains(answer, text):
			return
		case p.Fresh == nil || time.Now().After(deadline):
			p.Fatalf("GET %s: %d %s, want %d %s", path, got, answer, status, text)
		}
		p.Fresh()
	}
}

// schemas sets a schema, sees it, and provisions a user with it.
func (p *player) schemas() {
	p.Helper()
	report, err := p.API.PutSchemas(p.Context(), name, admin.SchemaInput{Documents: []json.RawMessage{json.RawMessage(schema), json.RawMessage(user)}})
	p.must(err)
	if !report.Applied {
		p.Fatalf("%+v", report)
	}
	p.soon(http.StatusOK, urn, "/Schemas")
	if p.Fresh != nil {
		p.Fresh() // functions have a cache each
	}
	status, answer := p.client.Send(p.T, http.MethodPost, "/Users", ann)
	var made struct{ ID string }
	if err := json.Unmarshal([]byte(answer), &made); err != nil || status != http.StatusCreated || !strings.Contains(answer, `"badge":"b-1"`) {
		p.Fatal(status, answer, err)
	}
	p.client.Wants(p.T, http.StatusOK, `"badge":"b-1"`, "GET /Users/"+made.ID, "")
}

// paused pauses the tenant, whose clients get the reason, and resumes it.
func (p *player) paused() {
	p.Helper()
	at, err := p.API.PauseTenant(p.Context(), name, admin.Pause{Reason: reason})
	p.must(err)
	if at.State != admin.StatePaused {
		p.Errorf("%+v", at)
	}
	p.soon(http.StatusForbidden, reason, "/Users")
	at, err = p.API.PauseTenant(p.Context(), name, admin.Pause{Reason: reason, RetryAfter: 60})
	p.must(err)
	if at.RetryAfter != 60 {
		p.Errorf("%+v", at)
	}
	p.soon(http.StatusTooManyRequests, reason, "/Users")
	at, err = p.API.ResumeTenant(p.Context(), name)
	p.must(err)
	if at.State != admin.StateActive || at.RetryAfter != 0 {
		p.Errorf("%+v", at)
	}
	p.soon(http.StatusOK, "ListResponse", "/Users")
}

// oauth makes a client, which finds the token endpoint by the metadata of the base URL, and reads users.
func (p *player) oauth() {
	p.Helper()
	made, err := p.API.CreateClient(p.Context(), name, admin.ClientInput{Name: "portal", Method: "client_secret"})
	p.must(err)
	origin := strings.TrimSuffix(p.Base, "/scim/v2")
	var resource struct {
		Servers []string `json:"authorization_servers"`
	}
	p.document(origin+"/.well-known/oauth-protected-resource/scim/v2/"+name, &resource)
	if len(resource.Servers) != 1 || !strings.HasPrefix(resource.Servers[0], origin) {
		p.Fatal(resource)
	}
	var server struct {
		Endpoint string `json:"token_endpoint"`
	}
	p.document(origin+"/.well-known/oauth-authorization-server"+strings.TrimPrefix(resource.Servers[0], origin), &server)
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {"scim"}}
	req, err := http.NewRequestWithContext(p.Context(), http.MethodPost, server.Endpoint, strings.NewReader(form.Encode()))
	p.must(err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth(made.Client.ID, made.Secret)
	var token struct {
		Access string `json:"access_token"`
	}
	p.answer(req, &token)
	static := p.client.Token
	p.client.Token = token.Access
	p.soon(http.StatusOK, "ListResponse", "/Users")
	p.client.Token = static
}

// document reads a public JSON document.
func (p *player) document(url string, into any) {
	p.Helper()
	req, err := http.NewRequestWithContext(p.Context(), http.MethodGet, url, nil)
	p.must(err)
	p.answer(req, into)
}

func (p *player) answer(req *http.Request, into any) {
	p.Helper()
	res, err := http.DefaultClient.Do(req)
	p.must(err)
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		p.Fatalf("%s %s: %s", req.Method, req.URL, res.Status)
	}
	if err := json.NewDecoder(res.Body).Decode(into); err != nil {
		p.Fatal(fmt.Errorf("%s: %w", req.URL, err))
	}
}
