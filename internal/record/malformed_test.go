package record_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/internal/demo"
	"github.com/scimstack/scimstack/internal/record"
	"github.com/scimstack/scimstack/internal/replay"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// TestMalformed: malformed requests, which are what one records, stay malformed in the same way: a
// replay gets the same answers, in both modes.
func TestMalformed(t *testing.T) {
	t.Parallel()
	for mode, strict := range map[string]bool{"tolerant": false, "strict": true} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			r := record.New(scimstack.Prefix, func(string) record.Tenant { return record.Tenant{} })
			statuses := malform(t, in(t, strict, r.Wrap))
			if statuses[400] < 20 || statuses[404] < 5 || statuses[200]+statuses[201] < 10 {
				t.Errorf("answers: %v", statuses)
			}
			file, text := write(t, r)
			scenarios, err := replay.Load(file)
			if err != nil || len(scenarios) != 1 {
				t.Fatal(err)
			}
			target := in(t, strict, func(h http.Handler) http.Handler { return h })
			if err := replay.Run(t.Context(), replay.Target{Base: target.Base, Token: target.Token}, scenarios[0]); err != nil {
				t.Error(err, text)
			}
		})
	}
}

// in starts a service with a tenant in a mode.
func in(t *testing.T, strict bool, around func(http.Handler) http.Handler) demo.Target {
	t.Helper()
	l, err := demo.NewLocal(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	l.Wrap(around)
	target, err := l.TargetWith(tenant.Settings{IdP: "okta", Strict: strict})
	if err != nil {
		t.Fatal(err)
	}
	return target
}

// malform sends the requests of TestMarkers, and values at the edges of what a service checks.
func malform(t *testing.T, target demo.Target) map[int]int {
	t.Helper()
	var p planted
	out := map[int]int{}
	send := func(method, path, body string, header http.Header) {
		req, err := http.NewRequestWithContext(t.Context(), method, target.Base+path, strings.NewReader(body))
		if err != nil {
			return // no client can send it, and no server receives it
		}
		if header != nil {
			req.Header = header
		}
		if req.Header.Get("Authorization") == "" {
			req.Header.Set("Authorization", "Bearer "+target.Token)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		out[res.StatusCode]++
	}
	for _, path := range markedPaths() {
		send("GET", p.fill(path), "", nil)
	}
	for _, body := range append(markedBodies(), edges()...) {
		send("POST", "/Users", p.fill(body), nil)
		send("POST", "/Bulk", p.fill(body), nil)
		send("POST", "/Users/.search", p.fill(body), nil)
	}
	for _, value := range []string{"application/§", "text/html", "application/json; charset=§", "application/json; charset=utf-16", ""} {
		send("POST", "/Users", p.fill(`{"userName":"§"}`), http.Header{"Content-Type": {p.fill(value)}})
		send("GET", "/Users", "", http.Header{"Accept": {p.fill(value)}})
		send("PATCH", "/Users/§", "{}", http.Header{"If-Match": {p.fill(value)}})
	}
	send("POST", "/Users", packed(p.fill(`{"userName":"§"}`)), http.Header{"Content-Encoding": {"gzip"}})
	send("POST", "/Users", packed(p.fill(`{"userName":"§"}`))[:20], http.Header{"Content-Encoding": {"gzip"}})
	send("POST", "/Users", `{}`, http.Header{"Content-Encoding": {p.fill("§")}})
	send("GET", "/Users", "", http.Header{"Authorization": {p.fill("Bearer §")}})
	return out
}

// edges are bodies whose values a service checks, valid and not.
func edges() (out []string) {
	for _, member := range []string{
		`"locale":"de-CH"`, `"locale":"German"`, `"timezone":"Europe/Berlin"`, `"timezone":"Mars, Olympus"`, `"preferredLanguage":"fr"`,
		`"emails":[{"value":"ann@corp.com"}]`, `"emails":[{"value":"no address"}]`, `"phoneNumbers":[{"value":"+1 201-555-0123"}]`,
		`"phoneNumbers":[{"value":"call me"}]`, `"profileUrl":"https://corp.com/ann?x=1"`, `"profileUrl":"a b"`, `"active":"True"`, `"active":"yes"`, `"active":1`,
		`"active":"1"`, `"title":7`, `"title":["a"]`, `"addresses":[{"country":"CH"}]`, `"addresses":[{"country":"Switzerland"}]`, `"emails":{"value":"x@corp.com"}`,
		`"x509Certificates":[{"value":"TUlJQg=="}]`, `"x509Certificates":[{"value":"§ §"}]`, `"meta":{"created":"2020-02-30T00:00:00Z"}`, `"userType":" "`,
		`"password":"pw"`, `"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:corp:x"]`, `"name":"Ann"`, `"nickName":null`, `"emails":[{"value":"a@b.c","type":"Work"},{"value":"A@B.C","type":"work"}]`,
	} {
		out = append(out, `{"userName":"§",`+member+`}`)
	}
	return append(out, `{"userName":"same"}`, `{"userName":"SAME"}`, `{"userName":" same "}`, `{"userName":"ß"}`, `{"userName":"ss"}`, `{"userName":"Jose\u0301"}`, `{"userName":"josé"}`, `{"userName":"a  b"}`, `{"userName":"A b"}`, `{"userName":""}`, `{"userName":"1"}`, `{"userName":"2"}`, `{"userName":"3"}`)
}
