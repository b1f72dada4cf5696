package mcp_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/scimstack/scimstack/pkg/mcp"
	"github.com/scimstack/scimstack/pkg/scim"
)

// withToken sends a bearer token with every request.
type withToken string

func (token withToken) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+string(token))
	return http.DefaultTransport.RoundTrip(r)
}

// serve runs the HTTP service on loopback.
func (w *world) serve(o mcp.HTTPOptions) string {
	w.t.Helper()
	o.Authenticator = w.auth
	h, err := mcp.NewHandler(w.service, o)
	if err != nil {
		w.t.Fatal(err)
	}
	server := httptest.NewServer(h)
	w.t.Cleanup(server.Close)
	return server.URL + mcp.Path
}

// TestTranscriptsHTTP plays every transcript over streamable HTTP: the answers are the same.
func TestTranscriptsHTTP(t *testing.T) {
	t.Parallel()
	files, _ := filepath.Glob("testdata/*.txt")
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			w.company(everything)
			_, token := w.tenant("acme", everything)
			w.pass(-2 * time.Minute) // as if the token had existed from the beginning
			client := sdk.NewClient(&sdk.Implementation{Name: "test-agent", Version: "1"}, nil)
			session, err := client.Connect(t.Context(), &sdk.StreamableClientTransport{
				Endpoint: w.serve(mcp.HTTPOptions{}), HTTPClient: &http.Client{Transport: withToken(token)}, DisableStandaloneSSE: true,
			}, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer session.Close()
			if *update {
				t.Skip("the transcripts are written by TestTranscripts")
			}
			play(t, file, w, session)
		})
	}
}

const initialise = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2024-11-05","capabilities":{},"clientInfo":{"name":"old","version":"1"}}}`

// TestHTTP: which requests are admitted, and what is answered.
func TestHTTP(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.company(everything)
	_, token := w.tenant("acme", scim.All)
	url := w.serve(mcp.HTTPOptions{Origins: []string{"https://agent.example.com"}})
	post := func(change func(*http.Request), body string) *http.Response {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Accept", "application/json, text/event-stream")
		change(r)
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { res.Body.Close() })
		return res
	}
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	for name, c := range map[string]struct {
		status int
		change func(*http.Request)
	}{
		"a token":            {200, func(*http.Request) {}},
		"no token":           {401, header("Authorization", "")},
		"a wrong token":      {401, header("Authorization", "Bearer "+token[:len(token)-1]+"!")},
		"a trusted page":     {200, header("Origin", "https://agent.example.com")},
		"a foreign page":     {403, header("Origin", "https://evil.example.com")},
		"DNS rebinding":      {403, func(r *http.Request) { r.Host = "evil.example.com" }},
		"an unknown version": {400, header("Mcp-Protocol-Version", "1999-01-01")},
		"GET":                {405, func(r *http.Request) { r.Method = http.MethodGet }},
	} {
		res := post(c.change, initialise)
		if res.StatusCode != c.status {
			t.Errorf("%s: %d", name, res.StatusCode)
		}
		if c.status == 401 && res.Header.Get("WWW-Authenticate") == "" {
			t.Errorf("%s: no challenge", name)
		}
		if c.status == 200 && res.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s: %s", name, res.Header.Get("Content-Type"))
		}
	}
	if res := post(func(*http.Request) {}, `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":"`+strings.Repeat("x", 1<<20)+`"}}`); res.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("a body above the limit: %d", res.StatusCode)
	}
}

// TestAdmit: a tenant that exceeds its rate is rejected before any work.
func TestAdmit(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.company(everything)
	_, token := w.tenant("acme", scim.All)
	url := w.serve(mcp.HTTPOptions{Admit: func(*scim.Tenant) (time.Duration, bool) { return 1500 * time.Millisecond, false }})
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(initialise))
	r.SetBasicAuth("agent", token)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") != "2" {
		t.Error(res.StatusCode, res.Header)
	}
	if _, err := mcp.NewHandler(w.service, mcp.HTTPOptions{Origins: []string{"not an origin"}}); err == nil {
		t.Error("an impossible origin is accepted")
	}
}

// TestConfirmationHTTP: a client that can ask its user does so without a session too, and a no is a
// no.
func TestConfirmationHTTP(t *testing.T) {
	t.Parallel()
	for _, yes := range []bool{true, false} {
		w := newWorld(t, nil)
		who := w.company(everything)
		_, token := w.tenant("acme", everything)
		asked := false
		client := sdk.NewClient(&sdk.Implementation{Name: "test-agent", Version: "1"}, &sdk.ClientOptions{
			ElicitationHandler: func(context.Context, *sdk.ElicitRequest) (*sdk.ElicitResult, error) {
				asked = true
				return &sdk.ElicitResult{Action: "accept", Content: object{"confirm": yes}}, nil
			},
		})
		s, err := client.Connect(t.Context(), &sdk.StreamableClientTransport{
			Endpoint: w.serve(mcp.HTTPOptions{}), HTTPClient: &http.Client{Transport: withToken(token)}, DisableStandaloneSSE: true,
		}, nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		before := w.state(who)
		a := w.call(s, "apply_plan", object{"planId": w.plan(s)})
		if !asked || (a.Error == nil) != yes || (w.state(who) != before) != yes {
			t.Errorf("asked %v, yes %v: %+v", asked, yes, a.Error)
		}
	}
}
