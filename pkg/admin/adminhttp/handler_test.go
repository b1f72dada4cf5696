package adminhttp_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/admin"
	"github.com/scimstack/scimstack/pkg/admin/adminclient"
	"github.com/scimstack/scimstack/pkg/admin/adminhttp"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

var update = flag.Bool("update", false, "write the golden document")

// server is the administration in memory, over HTTP.
type server struct {
	*httptest.Server
	t       *testing.T
	service *admin.Service
	tokens  *tenant.MemoryOperators
	logged  *bytes.Buffer
	all     string // an operator token that may do everything
}

func start(t *testing.T) *server {
	t.Helper()
	s := &server{t: t, tokens: &tenant.MemoryOperators{}, logged: &bytes.Buffer{}}
	log := slog.New(slog.NewTextHandler(s.logged, nil))
	s.service = admin.New(admin.Options{Directory: tenant.NewMemory(), Store: memory.New(), Operators: s.tokens, Log: activity.NewMemory(0), Logger: log})
	s.Server = httptest.NewServer(adminhttp.New(s.service, adminhttp.Options{Operators: s.tokens, Logger: log, Rate: 10000}))
	t.Cleanup(s.Close)
	s.all = s.operator(tenant.AdminRead|tenant.AdminWrite, "")
	return s
}

// operator makes an operator token.
func (s *server) operator(scopes tenant.OperatorScope, only string) string {
	s.t.Helper()
	o := tenant.Operator{Name: "test", Scopes: scopes}
	if only != "" {
		o.Tenant, _ = scim.ParseTenantID(only)
	}
	secret, o := tenant.NewOperator(o)
	if err := s.tokens.AddOperator(s.t.Context(), o); err != nil {
		s.t.Fatal(err)
	}
	return secret
}

// call sends a request, and returns the status, the header and the body.
func (s *server) call(token, method, path, body string, header ...string) (int, http.Header, string) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.URL+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	out, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return res.StatusCode, res.Header, string(out)
}

// want checks a status, and that every error is a problem with a reason and nothing of the input.
func (s *server) want(status int, token, method, path, body string, header ...string) (http.Header, string) {
	s.t.Helper()
	got, head, text := s.call(token, method, path, body, header...)
	if got != status {
		s.t.Errorf("%s %s %s: %d, want %d: %s", method, path, body, got, status, text)
	}
	if head.Get("X-Request-Id") == "" || head.Get("Cache-Control") != "no-store" {
		s.t.Errorf("%s %s: %v", method, path, head)
	}
	if got >= 400 {
		var p adminhttp.ProblemDetails
		if err := json.Unmarshal([]byte(text), &p); err != nil || head.Get("Content-Type") != "application/problem+json" || p.Status != got || len(p.Errors) == 0 || p.Errors[0].Reason == "" || p.Title == "" || p.RequestID != head.Get("X-Request-Id") || !strings.HasPrefix(p.Type, "urn:scimstack:admin:") {
			s.t.Errorf("%s %s %s: %v %s %s", method, path, body, err, head, text)
		}
	}
	return head, text
}

const tenants = adminhttp.Prefix + "/tenants"

// TestAccess: no request without a live operator token, and none beyond its scopes and its tenant.
func TestAccess(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.want(201, s.all, "POST", tenants, `{"name":"acme"}`)
	s.want(201, s.all, "POST", tenants, `{"name":"globex"}`)
	reader, writer, acme := s.operator(tenant.AdminRead, ""), s.operator(tenant.AdminWrite, ""), s.operator(tenant.AdminRead|tenant.AdminWrite, "acme")
	damaged := s.all[:len(s.all)-1] + map[bool]string{true: "y", false: "x"}[strings.HasSuffix(s.all, "x")]
	unknown, _ := tenant.NewOperator(tenant.Operator{Name: "unknown"})
	foreign, _ := tenant.NewToken(tenant.Settings{}.ID, scim.All)
	for _, token := range []string{"", damaged, unknown, foreign, "x", s.all + "_", strings.ToUpper(s.all)} {
		head, _ := s.want(401, token, "GET", tenants, "")
		if head.Get("WWW-Authenticate") == "" {
			t.Error("no WWW-Authenticate")
		}
		s.want(401, token, "GET", "/admin/v1/nowhere", "")
	}
	s.want(200, reader, "GET", tenants, "")
	s.want(403, reader, "POST", tenants, `{"name":"initech"}`)
	s.want(403, reader, "POST", tenants+"/acme/pause", `{"reason":"x"}`)
	s.want(403, writer, "GET", tenants, "")
	s.want(200, acme, "GET", tenants+"/acme", "")
	s.want(201, acme, "POST", tenants+"/acme/tokens", `{}`)
	for _, path := range []string{tenants, tenants + "/globex", tenants + "/globex/tokens", tenants + "/acme/../globex", tenants + "/%67lobex", "/admin/v1/operators", tenants + "/"} {
		if status, _, text := s.call(acme, "GET", path, ""); status != 403 && status != 404 {
			t.Errorf("%s: %d %s", path, status, text)
		}
	}
	s.want(403, acme, "POST", "/admin/v1/operators", `{"name":"more"}`)
	s.want(403, acme, "POST", tenants, `{"name":"acme2"}`)
	id := strings.Split(reader, "_")[1]
	s.want(200, s.all, "POST", "/admin/v1/operators/"+id+"/revoke", "")
	s.want(401, reader, "GET", tenants, "")
}

// TestClientVersions: a client has an ETag, and a write that names another one changes nothing. A change needs one.
func TestClientVersions(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.want(201, s.all, "POST", tenants, `{"name":"acme"}`)
	head, text := s.want(201, s.all, "POST", tenants+"/acme/clients", `{"method":"client_secret"}`)
	var made admin.ClientCreated
	if err := json.Unmarshal([]byte(text), &made); err != nil || head.Get("ETag") != `"1"` {
		t.Fatal(err, head, text)
	}
	at := tenants + "/acme/clients/" + made.Client.ID
	tag := func(want, method, path, body string, header ...string) {
		t.Helper()
		status := 200
		if strings.HasSuffix(path, "rotate") {
			status = 201
		}
		if head, _ := s.want(status, s.all, method, path, body, header...); head.Get("ETag") != want {
			t.Errorf("%s %s: ETag %s, want %s", method, path, head.Get("ETag"), want)
		}
	}
	s.want(428, s.all, "PATCH", at, `{"idp":"entra"}`)
	s.want(412, s.all, "PATCH", at, `{"idp":"entra"}`, "If-Match", `"2"`)
	s.want(422, s.all, "PATCH", at, `{"idp":"entar"}`, "If-Match", `*`)
	s.want(422, s.all, "PATCH", at, `{"method":"issuer"}`, "If-Match", `*`)
	s.want(404, s.all, "GET", at+"x", "")
	tag(`"1"`, "GET", at, "")
	tag(`"2"`, "PATCH", at, `{"idp":"entra","expires":"never"}`, "If-Match", `"1"`)
	for _, path := range []string{"/rotate", "/revoke"} {
		s.want(412, s.all, "POST", at+path, "{}", "If-Match", `"1"`)
	}
	s.want(412, s.all, "DELETE", at, "", "If-Match", `"1"`)
	tag(`"2"`, "GET", at, "")
	tag(`"3"`, "POST", at+"/rotate", "{}", "If-Match", `"2"`)
	tag(`"4"`, "POST", at+"/rotate", "{}")
	tag(`"5"`, "POST", at+"/revoke", "", "If-Match", `"4"`)
	s.want(204, s.all, "DELETE", at, "", "If-Match", `"5"`)
}

// TestObservation: health and log of all tenants need a token for all; of one tenant, one for it. Pages follow each other
// without gap or repetition, and what cannot be is refused.
func TestObservation(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, name := range []string{"acme", "globex", "initech"} {
		s.want(201, s.all, "POST", tenants, `{"name":"`+name+`"}`)
	}
	reader, acme := s.operator(tenant.AdminRead, ""), s.operator(tenant.AdminRead, "acme")
	for _, path := range []string{"/admin/v1/health", "/admin/v1/log", "/admin/v1/log?tenant=acme", tenants + "/globex/health", tenants + "/globex/log"} {
		s.want(200, reader, "GET", path, "")
		s.want(403, acme, "GET", path, "")
	}
	s.want(200, acme, "GET", tenants+"/acme/health", "")
	if _, text := s.want(200, acme, "GET", tenants+"/acme/log?operation=tenant.create", ""); strings.Count(text, `"tenant.create"`) != 1 || strings.Contains(text, "globex") {
		t.Error(text)
	}
	for path, status := range map[string]int{
		"/admin/v1/health?limit=0": 422, "/admin/v1/health?cursor=x": 422, "/admin/v1/log?cursor=x": 422, "/admin/v1/log?from=today": 422, "/admin/v1/log?status=ok": 422,
		"/admin/v1/log?user=ann": 422, "/admin/v1/log?tenant=unknown": 404, "/admin/v1/log?tenant=-": 422, tenants + "/unknown/log": 404, tenants + "/unknown/health": 404, tenants + "/acme/log?user=ann": 200,
	} {
		s.want(status, reader, "GET", path, "")
	}
	for _, path := range []string{"/admin/v1/health?limit=1", "/admin/v1/log?limit=1&operation=tenant.create"} {
		var seen []string
		for cursor := ""; len(seen) < 10; {
			var page struct {
				Tenants, Records []struct{ Tenant string }
				Next             string
			}
			_, text := s.want(200, reader, "GET", path+cursor, "")
			if err := json.Unmarshal([]byte(text), &page); err != nil {
				t.Fatal(err, text)
			}
			for _, one := range append(page.Tenants, page.Records...) {
				seen = append(seen, one.Tenant)
			}
			if page.Next == "" {
				break
			}
			cursor = "&cursor=" + page.Next
		}
		slices.Sort(seen)
		if got := strings.Join(seen, " "); got != "acme globex initech" {
			t.Errorf("%s: %s", path, got)
		}
	}
}

// TestVersions: a write needs the version that was read; an old one is refused.
func TestVersions(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.want(201, s.all, "POST", tenants, `{"name":"acme"}`)
	head, _ := s.want(200, s.all, "GET", tenants+"/acme", "")
	if head.Get("ETag") != `"1"` {
		t.Error(head)
	}
	s.want(428, s.all, "PATCH", tenants+"/acme", `{"idp":"okta"}`)
	head, text := s.want(200, s.all, "PATCH", tenants+"/acme", `{"idp":"okta"}`, "If-Match", `"1"`, "Content-Type", "application/merge-patch+json")
	if head.Get("ETag") != `"2"` || !strings.Contains(text, `"idp":"okta"`) {
		t.Error(head, text)
	}
	s.want(412, s.all, "PATCH", tenants+"/acme", `{"idp":"entra"}`, "If-Match", `"1"`)
	for _, wrong := range []string{"2", `"`, `"x"`, `"-1"`, `"0"`, `"2", "3"`} {
		s.want(412, s.all, "PATCH", tenants+"/acme", `{"idp":"entra"}`, "If-Match", wrong)
	}
	s.want(200, s.all, "PATCH", tenants+"/acme", `{"idp":"entra"}`, "If-Match", `*`)
	s.want(428, s.all, "POST", tenants+"/acme/schemas", `{"documents":[]}`)
	s.want(428, s.all, "DELETE", tenants+"/acme/schemas/x", "")
}

// TestBadRequests: what cannot be right is a problem that names it; never a 500, and nothing changes.
func TestBadRequests(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.want(201, s.all, "POST", tenants, `{"name":"acme"}`)
	for _, c := range []struct {
		status             int
		method, path, body string
		says               string
	}{
		{404, "GET", "/admin/v1/nowhere", "", "no such path"},
		{404, "GET", "/admin/v1//tenants", "", "no such path"},
		{404, "GET", "/admin/v2/tenants", "", "no such path"},
		{405, "PUT", tenants, `{}`, "use GET or POST"},
		{405, "DELETE", tenants, ``, "use GET or POST"},
		{422, "GET", tenants + "?limit=0", "", "limit"},
		{422, "GET", tenants + "?limit=x", "", "limit"},
		{422, "GET", tenants + "?cursor=!!", "", "cursor"},
		{422, "GET", tenants + "?colour=red", "", "colour"},
		{422, "GET", tenants + "/ACME", "", "name"},
		{404, "GET", tenants + "/globex", "", "no such tenant"},
		{422, "POST", tenants, `{"name":"users"}`, "reserved"},
		{422, "POST", tenants, `{"name":"new","settings":{"idp":"octa"}}`, "did you mean okta?"},
		{422, "POST", tenants, `{"name":"new","settings":{"colour":1}}`, "colour"},
		{422, "POST", tenants, `{"name":"new","token":{"scopes":["x"]}}`, "scopes"},
		{422, "POST", tenants, `{"name":"new","secret":"S3cr3t"}`, "secret"},
		{422, "POST", tenants, `{"name":7}`, "name"},
		{422, "POST", tenants, `[]`, "of the kind array"},
		{422, "POST", tenants, `{"name":"new","name":"new2"}`, "duplicate"},
		{422, "POST", tenants, `{"name":"new","Name":"new2"}`, "duplicate"},
		{422, "POST", tenants, `{"name":"new","settings":{"limits":{"rate":1},"limits":{"burst":1}}}`, "duplicate"},
		{422, "POST", tenants, `{"name":"new"} {"name":"new2"}`, "body"},
		{422, "POST", tenants, "{\"name\":\"new\",\"token\":{\"name\":\"\xff\"}}", "UTF-8"},
		{422, "POST", tenants, strings.Repeat(`{"settings":`, 80) + "1" + strings.Repeat("}", 80), "64 levels"},
		{201, "POST", tenants + "/acme/tokens", `{"name":"same","scopes":["read","read"]}`, "read"},
		{422, "POST", tenants + "/acme/tokens", `{"name":"x","name":"y"}`, "duplicate"},
		{422, "POST", tenants + "/acme/tokens", `{"name":7}`, "name"},
		{422, "POST", tenants, `null`, ""},
		{422, "POST", tenants, `{`, "JSON"},
		{400, "POST", tenants, ``, "body"},
		{409, "POST", tenants, `{"name":"acme"}`, "already exists"},
		{404, "POST", tenants + "/acme/tokens/none/rotate", `{}`, "scimstack token list acme"},
		{422, "POST", tenants + "/acme/clients", `{"method":"private_key_jwt"}`, "keys"},
		{422, "POST", tenants + "/acme/clients", `{"method":"private_key_jwt","keysUri":"http://x"}`, "https"},
		{422, "POST", tenants + "/acme/clients", `{"method":"private_key_jwt","keys":"<html>"}`, "JWK"},
		{422, "POST", tenants + "/acme/clients", `{"method":"private_key_jwt","keys":{"keys":[{"kty":"RSA","d":"x"}]}}`, "private key"},
		{422, "POST", tenants + "/acme/clients", `{"method":"issuer"}`, "issuer"},
		{422, "POST", tenants + "/acme/clients", `{"method":"password"}`, ""},
		{422, "DELETE", tenants + "/acme?wait=soon", ``, "wait"},
		{501, "POST", tenants + "/acme/recount", ``, `totals are exact`},
	} {
		_, text := s.want(c.status, s.all, c.method, c.path, c.body)
		if !strings.Contains(text, c.says) || strings.Contains(text, "S3cr3t") {
			t.Errorf("%s %s %s: %s", c.method, c.path, c.body, text)
		}
	}
	s.want(413, s.all, "POST", tenants, `{"name":"`+strings.Repeat("x", 2<<20)+`"}`)
	for body, says := range map[string]string{`{"idp":"okta","idp":"entra"}`: "duplicate", `[]`: "of the kind array", `"x"`: "of the kind string", `{`: "body"} {
		if _, text := s.want(422, s.all, "PATCH", tenants+"/acme", body, "If-Match", "*"); !strings.Contains(text, says) || strings.Contains(text, "Go value") {
			t.Errorf("%s: %s", body, text)
		}
	}
	s.want(415, s.all, "POST", tenants, `<a/>`, "Content-Type", "text/xml")
	s.want(422, s.all, "POST", tenants, `{"name":"new"}`, "Idempotency-Key", strings.Repeat("k", 201))
	if _, text := s.want(200, s.all, "GET", tenants, ""); strings.Count(text, `"name"`) != 1 {
		t.Error(text)
	}
}

// TestReplay: a repeated POST makes nothing twice, and answers without the secret.
func TestReplay(t *testing.T) {
	t.Parallel()
	s := start(t)
	for i := range 2 {
		_, text := s.want(201, s.all, "POST", tenants, `{"name":"acme"}`, "Idempotency-Key", "k1")
		if strings.Contains(text, `"secret"`) != (i == 0) || !strings.Contains(text, `"note"`) {
			t.Error(text)
		}
		_, text = s.want(201, s.all, "POST", tenants+"/acme/tokens", `{"name":"second"}`, "Idempotency-Key", "k2")
		if strings.Contains(text, `"secret"`) != (i == 0) {
			t.Error(text)
		}
	}
	s.want(409, s.all, "POST", tenants+"/acme/tokens", `{"name":"third"}`, "Idempotency-Key", "k2")
	if _, text := s.want(200, s.all, "GET", tenants+"/acme/tokens", ""); strings.Count(text, `"key"`) != 2 || strings.Contains(text, "scim_") {
		t.Error(text)
	}
}

// TestCauses: the cause of a 500 is in the log under the request id, and in no answer; a panic is a 500.
func TestCauses(t *testing.T) {
	t.Parallel()
	var logged bytes.Buffer
	for _, fault := range []func() error{
		func() error { return errors.New("secret cause") },
		func() error { panic("secret cause") },
	} {
		logged.Reset()
		h := adminhttp.New(admin.New(admin.Options{Directory: faulty{fault: fault}, Store: memory.New()}), adminhttp.Options{
			Principal: func(*http.Request) string { return "arn:aws:iam::1:user/ann" }, Logger: slog.New(slog.NewTextHandler(&logged, nil)),
		})
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", tenants+"/acme", nil))
		if w.Code != 500 || strings.Contains(w.Body.String(), "secret cause") || !strings.Contains(logged.String(), "secret cause") || !strings.Contains(logged.String(), w.Header().Get("X-Request-Id")) {
			t.Errorf("%d %s %s", w.Code, w.Body, logged.String())
		}
	}
}

// TestRate: too many requests are refused before any work.
func TestRate(t *testing.T) {
	t.Parallel()
	h := adminhttp.New(nil, adminhttp.Options{Rate: 1})
	last := 0
	for range 4 {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", tenants, nil))
		last = w.Code
	}
	if last != 429 {
		t.Error(last)
	}
}

// TestClient: the errors of the client are those of the service, whatever answers.
func TestClient(t *testing.T) {
	t.Parallel()
	s := start(t)
	c, err := adminclient.New(s.URL, adminclient.Options{Token: s.all})
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	made, err := c.CreateTenant(ctx, admin.TenantInput{Name: "acme"})
	if err != nil || made.Token.Secret == "" {
		t.Fatalf("%+v %v", made, err)
	}
	_, remote := c.ChangeTenant(ctx, "acme", 0, map[string]json.RawMessage{"idp": json.RawMessage(`"octa"`)})
	_, local := s.service.ChangeTenant(ctx, "acme", 0, map[string]json.RawMessage{"idp": json.RawMessage(`"octa"`)})
	if remote == nil || fmt.Sprint(remote) != fmt.Sprint(local) || admin.AsError(remote).Kind != admin.AsError(local).Kind {
		t.Errorf("%v, %v", remote, local)
	}
	html := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") }))
	defer html.Close()
	for url, want := range map[string]string{html.URL: "something else than JSON", s.URL + "/x": "/admin/v1", "http://127.0.0.1:1": "cannot reach"} {
		c, err := adminclient.New(url, adminclient.Options{Token: s.all})
		if err == nil {
			_, err = c.Tenant(ctx, "acme")
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", url, err)
		}
	}
	if _, err := adminclient.New("scim.example.com", adminclient.Options{}); err == nil {
		t.Error("not a URL")
	}
}

// TestDocument: the OpenAPI document is the golden one.
func TestDocument(t *testing.T) {
	t.Parallel()
	const golden = "../../../docs/reference/admin-openapi.json"
	got, err := adminhttp.Document()
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	if *update {
		if err := os.WriteFile(golden, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%v: the document differs from %s; go test ./pkg/admin/adminhttp -run TestDocument -update writes it", err, golden)
	}
}
