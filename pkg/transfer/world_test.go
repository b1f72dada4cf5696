package transfer_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"

	"log/slog"

	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/pkg/feed/webhook"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// service serves a place.
type service struct {
	*scimstack.Service
	token string
}

func serve(t *testing.T, p place, token string) service {
	t.Helper()
	s, err := scimstack.New(scimstack.Config{
		Store: p.Store, Tenants: p.Directory, PublicBase: "https://app.example.com/scim/v2", Logger: slog.New(slog.DiscardHandler),
		Hash: func(password string) (string, error) { return fmt.Sprintf("hash of %d", len(password)), nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	return service{s, token}
}

func (s service) send(ctx context.Context, method, path, body string) (int, string) {
	r := httptest.NewRequestWithContext(ctx, method, "/scim/v2/acme"+path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+s.token)
	r.Header.Set("Content-Type", "application/scim+json")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

// do sends a request that must succeed, and returns the id of the answer.
func (s service) do(t *testing.T, method, path, body string) string {
	t.Helper()
	status, text := s.send(t.Context(), method, path, body)
	if status/100 != 2 {
		t.Fatalf("%s %s %s: %d %s", method, path, body, status, text)
	}
	var r struct{ ID string }
	_ = json.Unmarshal([]byte(text), &r)
	return r.ID
}

const ownTypes = `[{"id":"urn:example:Badge","name":"Badge","attributes":[
{"name":"code","type":"string","uniqueness":"server"},{"name":"level","type":"integer"},{"name":"pin","type":"string","mutability":"writeOnly","returned":"never"},
{"name":"secret","type":"string","returned":"request"},{"name":"since","type":"dateTime"}]},
{"id":"urn:example:Device","name":"Device","attributes":[
{"name":"serial","type":"string","uniqueness":"server","required":true},{"name":"key","type":"string","returned":"never","mutability":"writeOnly"},{"name":"displayName","type":"string"}]},
{"name":"User","endpoint":"/Users","schema":"urn:ietf:params:scim:schemas:core:2.0:User","schemaExtensions":[
{"schema":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User","required":false},{"schema":"urn:example:Badge","required":false}]},
{"name":"Group","endpoint":"/Groups","schema":"urn:ietf:params:scim:schemas:core:2.0:Group"},
{"name":"Device","endpoint":"/Devices","schema":"urn:example:Device"}]`

// odd are names that are hard to keep.
var odd = []string{"plain", "ÜBER", "straße", "İstanbul", "日本語", "e\u0301", "a\u2028b", `q"uo\te`, "<b>&amp;</b>", "tab\there", "🦄", "x,y;z", "ﬁ", " space "}

// fill makes a tenant with all that a tenant can have, and returns its token. users is how many users it has at least.
func fill(t *testing.T, p place, users int) (token string) {
	t.Helper()
	acme := id(t, "acme")
	types, err := schema.Load(schema.File{Name: "own.json", Data: []byte(ownTypes)})
	if err != nil {
		t.Fatal(err)
	}
	s := tenant.Settings{
		ID: acme, IdP: "entra", SharedGroupNames: true, KeepValues: true, LogDays: 7, Types: types, Indexed: []string{"title", "meta.lastModified"},
		Limits: scim.Limits{Rate: scim.NoLimit, MaxMembers: 30000}, Unknown: map[string]json.RawMessage{"futureSetting": json.RawMessage(`{"a":[1,"<"]}`)},
	}
	if err := p.Directory.Create(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	token = credentials(t, p, acme)
	s1 := serve(t, p, token)
	ids := people(t, s1, users)
	circles(t, s1, ids)
	for i, name := range odd {
		s1.do(t, "POST", "/Devices", text(map[string]any{"schemas": []string{"urn:example:Device"}, "serial": fmt.Sprint(i, name), "key": "k" + name, "displayName": name}))
	}
	p.settle()
	return token
}

func text(v any) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v)
	return b.String()
}

// credentials makes tokens, clients and a webhook, and returns the token to use.
func credentials(t *testing.T, p place, acme scim.TenantID) (token string) {
	t.Helper()
	now := time.Now()
	token, live := tenant.NewToken(acme, scim.All|scim.Activity)
	live.Name, live.Used = "Entra produktion ü", now.Add(-time.Hour)
	_, revoked := tenant.NewToken(acme, scim.Read)
	revoked.Revoked, revoked.IdP, revoked.Mode = true, "okta", tenant.Strict
	_, old := tenant.NewToken(acme, scim.All)
	old.Expires, old.ReplacedBy, old.UserID = now.Add(time.Hour), live.KeyID, "u-1"
	for _, k := range []tenant.Token{live, revoked, old} {
		if err := p.Directory.AddToken(t.Context(), acme, k); err != nil {
			t.Fatal(err)
		}
	}
	sum := sha256.Sum256([]byte("secret"))
	for _, c := range []tenant.Client{
		{ID: "client-1", Name: "Ping", Method: tenant.ClientSecret, Scopes: scim.All, Secrets: []tenant.Secret{{Hash: sum, Created: now}, {Hash: sum, Created: now, Expires: now.Add(time.Hour)}}},
		{ID: "client-2", Method: tenant.PrivateKeyJWT, Scopes: scim.Read, KeysURI: "https://idp.example.com/keys", Expires: now.Add(time.Hour)},
		{ID: "client-3", Method: tenant.Issued, Scopes: scim.All, Issuer: "https://idp.example.com", Audience: []string{"a", "b"}, Subject: "s", Revoked: true},
	} {
		if err := p.Directory.PutClient(t.Context(), acme, c); err != nil {
			t.Fatal(err)
		}
	}
	hook := webhook.Endpoint{ID: "hook-1", URL: "https://app.example.com/hook", Tenant: acme, Types: []string{"user.*"}, Secrets: []string{webhook.NewSecret()}, Created: now}
	if err := p.Webhooks.Create(t.Context(), hook); err != nil {
		t.Fatal(err)
	}
	return token
}

// people makes users, and returns their ids.
func people(t *testing.T, s service, n int) (ids []string) {
	t.Helper()
	for i := range max(n, len(odd)) {
		name := odd[i%len(odd)]
		u := map[string]any{
			"schemas":  []string{schema.URNUser, schema.URNEnterpriseUser, "urn:example:Badge"},
			"userName": fmt.Sprintf("user-%d %s", i, strings.ReplaceAll(name, "\t", "-")), "externalId": fmt.Sprint("x", i), "displayName": name, "title": []string{"Dr.", "", "dr."}[i%3],
			"emails":            []map[string]any{{"value": fmt.Sprintf("u%d@example.com", i), "type": "work", "primary": true}, {"value": "shared@example.com", "type": "home"}},
			"active":            i%5 != 3,
			"urn:example:Badge": map[string]any{"code": fmt.Sprint("B", i), "level": i, "pin": "1234", "secret": "s" + name, "since": "2026-01-02T03:04:05.678Z"},
		}
		if i%4 == 0 {
			u["password"] = strings.Repeat("p", 8+i)
		}
		if i > 0 {
			u[schema.URNEnterpriseUser] = map[string]any{"manager": map[string]any{"value": ids[i/2]}, "department": name}
		}
		ids = append(ids, s.do(t, "POST", "/Users", text(u)))
	}
	for _, i := range []int{2, 5} { // versions above 1, and a leaver
		s.do(t, "PATCH", "/Users/"+ids[i], `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"active","value":false},{"op":"add","path":"nickName","value":"n"}]}`)
	}
	return ids
}

// circles makes groups: empty, small, of all users, with equal names, and inside each other.
func circles(t *testing.T, s service, users []string) {
	t.Helper()
	group := func(name string, members ...string) string {
		list := make([]map[string]string, len(members))
		for i, m := range members {
			list[i] = map[string]string{"value": m}
		}
		return s.do(t, "POST", "/Groups", text(map[string]any{"schemas": []string{schema.URNGroup}, "displayName": name, "members": list}))
	}
	outer := group("outer") // it is older than what it will have
	group("empty")
	all := group("everyone", users...)
	group("same", users[0], users[3])
	inner := group("same", users[1], all)
	s.do(t, "PATCH", "/Groups/"+outer, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"members","value":[{"value":"`+inner+`"},{"value":"`+users[2]+`"}]}]}`)
	s.do(t, "DELETE", "/Groups/"+group("gone", users[0], users[1]), "")
}

// seen is all that a client can see of the tenant, with versions left out.
func (s service) seen(t *testing.T) (lines []string) {
	t.Helper()
	ask := func(path string) string {
		status, body := s.send(t.Context(), "GET", path, "")
		lines = append(lines, fmt.Sprintf("GET %s: %d %s", path, status, withoutVersions(t, body)))
		return body
	}
	for _, path := range []string{"/ServiceProviderConfig", "/ResourceTypes", "/Schemas"} {
		ask(path)
	}
	for _, typ := range []string{"/Users", "/Groups", "/Devices"} {
		var ids []string
		for start := 1; ; start += 50 {
			body := ask(fmt.Sprintf("%s?startIndex=%d&count=50", typ, start))
			var page struct{ Resources []struct{ ID string } }
			if err := json.Unmarshal([]byte(body), &page); err != nil {
				t.Fatal(err, body)
			}
			for _, r := range page.Resources {
				ids = append(ids, r.ID)
			}
			if len(page.Resources) < 50 {
				break
			}
		}
		for i, one := range ids {
			if i < 40 {
				ask(typ + "/" + one)
				ask(typ + "/" + one + "?attributes=urn:example:Badge:secret,groups,password")
			}
		}
	}
	for _, f := range []string{
		`/Users?filter=userName eq "USER-1 über"`, `/Users?filter=externalId eq "x3"`, `/Users?filter=emails.value eq "SHARED@example.com"&count=200`,
		`/Users?filter=active eq false&count=200`, `/Users?filter=title eq "dr."&count=200`, `/Users?filter=meta.lastModified gt "2020-01-01T00:00:00Z"&count=200`,
		`/Users?filter=urn:example:Badge:code eq "b7"`, `/Groups?filter=displayName eq "same"`, `/Groups?filter=members.value pr&count=50`,
		`/Devices?filter=serial eq "1ÜBER"`, `/Users?sortBy=userName&count=200`, `/Users?filter=displayName sw "s"&sortBy=meta.created&sortOrder=descending&count=200`,
	} {
		path, query, _ := strings.Cut(f, "?")
		var parts []string
		for part := range strings.SplitSeq(query, "&") {
			name, value, _ := strings.Cut(part, "=")
			parts = append(parts, name+"="+url.QueryEscape(value))
		}
		ask(path + "?" + strings.Join(parts, "&"))
	}
	return lines
}

// withoutVersions takes meta.version out of an answer: a new place counts from 1.
func withoutVersions(t *testing.T, body string) string {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		t.Fatal(err, body)
	}
	var clean func(any)
	clean = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			delete(v, "nextCursor") // sealed with a key of the place
			if _, resource := v["resourceType"]; resource {
				delete(v, "version")
			}
			for _, e := range v {
				clean(e)
			}
		case []any:
			for _, e := range v {
				clean(e)
			}
		}
	}
	clean(v)
	return strings.TrimSpace(text(v))
}

// differ reports the first lines that are not the same.
func differ(t *testing.T, what string, got, want []string) {
	t.Helper()
	if slices.Equal(got, want) {
		return
	}
	shown := 0
	for i := range max(len(got), len(want)) {
		a, b := "(none)", "(none)"
		if i < len(got) {
			a = got[i]
		}
		if i < len(want) {
			b = want[i]
		}
		if a != b {
			from := 0
			for from < min(len(a), len(b)) && a[from] == b[from] {
				from++
			}
			t.Errorf("%s, line %d: %.100s, at byte %d:\n got %.300s\nwant %.300s", what, i+1, b, from, a[max(0, from-50):], b[max(0, from-50):])
			if shown++; shown == 3 {
				return
			}
		}
	}
}

// body is a file without its first and last line, without webhooks, and without the last use of credentials, which may be kept later.
func body(t *testing.T, file []byte) (lines []string) {
	t.Helper()
	all := strings.Split(strings.TrimSpace(string(file)), "\n")
	for _, l := range all[1 : len(all)-1] {
		if strings.HasPrefix(l, `{"webhook"`) {
			continue
		}
		if before, rest, ok := strings.Cut(l, `"used":"`); ok && !strings.HasPrefix(l, `{"resource"`) && !strings.HasPrefix(l, `{"members"`) {
			_, after, _ := strings.Cut(rest, `",`)
			l = before + after
		}
		lines = append(lines, l)
	}
	return lines
}
