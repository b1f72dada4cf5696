package activity_test

import (
	"encoding/json"
	"flag"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/internal/apptest"
	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// world is a service with its log, for a single test.
type world struct {
	*apptest.Server
	t           *testing.T
	rec         *activity.Recorder
	base, token string
	reader      string // token that may read the log
}

func newWorld(t *testing.T, change func(*tenant.Settings)) *world {
	t.Helper()
	return newWorldOver(t, activity.NewMemory(0), change)
}

func newWorldOver(t *testing.T, log activity.Log, change func(*tenant.Settings)) *world {
	t.Helper()
	w := &world{t: t, rec: activity.NewRecorder(log, activity.Options{})}
	compare := &activity.Comparer{Log: log, Fail: func(d string) { t.Errorf("not the record of the oracle: %s", d) }}
	w.Server = apptest.StartWith(t, nil, func(c *scimstack.Config) { c.Recorder, c.Log, c.Observe = w.rec, log, compare.Observe })
	w.base, w.token = w.Tenant(t, "acme", change)
	w.reader = w.Token(t, "acme", scim.Activity, "")
	t.Cleanup(func() {
		if err := w.rec.Close(t.Context()); err != nil && t.Context().Err() == nil {
			t.Error(err)
		}
	})
	return w
}

// send makes a request and returns status and body. A token in headers replaces the usual one.
func (w *world) send(method, url, body string, headers ...string) (int, []byte) {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/scim+json")
	req.Header.Set("Authorization", "Bearer "+w.token)
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		if value == "" {
			req.Header.Del(name)
			continue
		}
		req.Header.Set(name, value)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return res.StatusCode, data
}

// create makes a resource and returns its id.
func (w *world) create(endpoint, body string) string {
	w.t.Helper()
	status, data := w.send("POST", w.base+endpoint, body)
	var v struct{ ID string }
	if err := json.Unmarshal(data, &v); err != nil || status != 201 {
		w.t.Fatal(status, string(data))
	}
	return v.ID
}

// ask reads the log of acme over HTTP.
func (w *world) ask(query string) []activity.Explained {
	w.t.Helper()
	records, _ := w.page(query)
	return records
}

// page reads a page of the log, and returns the cursor of the next one.
func (w *world) page(query string) (records []activity.Explained, next string) {
	w.t.Helper()
	if err := w.rec.Flush(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	status, data := w.send("GET", strings.Replace(w.base, "/scim/v2/", "/activity/", 1)+query, "", "Authorization: Bearer "+w.reader)
	var a activity.Answer
	if err := json.Unmarshal(data, &a); err != nil || status != 200 {
		w.t.Fatal(status, string(data))
	}
	return a.Records, a.Next
}

// failure is one of the most common failures: what is sent, and the settings of the tenant.
type failure struct {
	idp    string
	change func(*tenant.Settings)
	do     func(w *world) (status int, body []byte)
	want   scim.Code
}

func strict(s *tenant.Settings) { s.Strict = true }

const user = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"bjensen@example.com"}`

func patch(ops string) string {
	return `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[` + ops + `]}`
}

const noID = "01234567-89ab-7def-8123-456789abcdef"

// failures are produced over HTTP; each has a golden file with its explanation.
var failures = map[string]failure{
	"01-no-token": {idp: "okta", want: scim.CodeTokenMissing, do: func(w *world) (int, []byte) {
		return w.send("GET", w.base+"/Users", "", "Authorization: ")
	}},
	"02-wrong-token": {idp: "okta", want: scim.CodeTokenWrong, do: func(w *world) (int, []byte) {
		return w.send("GET", w.base+"/Users", "", "Authorization: Bearer secret")
	}},
	"03-expired-token": {idp: "entra", want: scim.CodeTokenExpired, do: func(w *world) (int, []byte) {
		text, token := tenant.NewToken(mustID(w.t, "acme"), scim.All)
		token.Expires = w.Clock.Now().Add(-time.Hour)
		return w.withToken(text, token)
	}},
	"04-revoked-token": {idp: "onelogin", want: scim.CodeTokenRevoked, do: func(w *world) (int, []byte) {
		text, token := tenant.NewToken(mustID(w.t, "acme"), scim.All)
		token.Revoked = true
		return w.withToken(text, token)
	}},
	"05-token-of-another-tenant": {idp: "entra", want: scim.CodeTokenTenant, do: func(w *world) (int, []byte) {
		_, foreign := w.Tenant(w.t, "globex", nil)
		return w.send("GET", w.base+"/Users", "", "Authorization: Bearer "+foreign)
	}},
	"06-token-cut-off": {idp: "google", want: scim.CodeTokenDamaged, do: func(w *world) (int, []byte) {
		return w.send("GET", w.base+"/Users", "", "Authorization: Bearer "+w.token[:len(w.token)-4])
	}},
	"07-token-without-scope": {want: scim.CodeScope, do: func(w *world) (int, []byte) {
		return w.send("POST", w.base+"/Users", user, "Authorization: Bearer "+w.Token(w.t, "acme", scim.Read|scim.Users, ""))
	}},
	"08-throttled": {idp: "entra", change: func(s *tenant.Settings) { s.Limits.Rate = 1 }, want: scim.CodeThrottled, do: func(w *world) (int, []byte) {
		for range 100 {
			if status, body := w.send("GET", w.base+"/Users?count=0", ""); status != 200 {
				w.Clock.Add(time.Minute)
				return status, body
			}
		}
		return 0, nil
	}},
	"08b-paused": {idp: "okta", change: func(s *tenant.Settings) { s.Paused = "the contract has ended" }, want: scim.CodePaused, do: func(w *world) (int, []byte) {
		return w.send("GET", w.base+"/Users", "") // the log stays readable
	}},
	"08c-paused-for-a-short-time": {idp: "okta", want: scim.CodePausedRetry, change: func(s *tenant.Settings) {
		s.Paused, s.RetryAfter = "the data moves to another store", time.Minute
	}, do: func(w *world) (int, []byte) { return w.send("POST", w.base+"/Users", user) }},
	"09-duplicate-username": {idp: "okta", want: scim.CodeTaken, do: func(w *world) (int, []byte) {
		w.create("/Users", user)
		return w.send("POST", w.base+"/Users", user)
	}},
	"10-duplicate-username-on-rename": {idp: "entra", want: scim.CodeTaken, do: func(w *world) (int, []byte) {
		w.create("/Users", user)
		id := w.create("/Users", `{"userName":"other@example.com"}`)
		return w.send("PATCH", w.base+"/Users/"+id, patch(`{"op":"Replace","path":"userName","value":"BJENSEN@example.com"}`))
	}},
	"11-unknown-attribute": {idp: "okta", change: strict, want: scim.CodeAttribute, do: func(w *world) (int, []byte) {
		return w.send("POST", w.base+"/Users", strings.Replace(user, `"userName"`, `"shoeSize":43,"userName"`, 1))
	}},
	"12-bad-filter": {idp: "okta", want: scim.CodeFilter, do: func(w *world) (int, []byte) {
		return w.send("GET", w.base+"/Users?filter=userName+equals+%22bjensen%22", "")
	}},
	"13-filter-on-unknown-attribute": {idp: "entra", want: scim.CodeFilterName, do: func(w *world) (int, []byte) {
		return w.send("GET", w.base+"/Users?filter=staffNumber+eq+%221%22", "")
	}},
	"14-unknown-member": {idp: "okta", change: strict, want: scim.CodeMemberUnknown, do: func(w *world) (int, []byte) {
		return w.send("POST", w.base+"/Groups", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Sales","members":[{"value":"`+noID+`"}]}`)
	}},
	"15-stale-etag": {want: scim.CodeStale, do: func(w *world) (int, []byte) {
		id := w.create("/Users", user)
		return w.send("PUT", w.base+"/Users/"+id, user, `If-Match: W/"7"`)
	}},
	"16-group-too-large": {idp: "okta", change: func(s *tenant.Settings) { s.Limits.MaxBody = 10_000 }, want: scim.CodeBodyTooLarge, do: func(w *world) (int, []byte) {
		id := w.create("/Groups", `{"displayName":"Everybody"}`)
		members := strings.Repeat(`{"value":"`+noID+`"},`, 500)
		return w.send("PATCH", w.base+"/Groups/"+id, patch(`{"op":"replace","path":"members","value":[`+members+`{"value":"`+noID+`"}]}`))
	}},
	"17-body-too-large": {idp: "google", change: func(s *tenant.Settings) { s.Limits.MaxBody = 10_000 }, want: scim.CodeBodyTooLarge, do: func(w *world) (int, []byte) {
		return w.send("POST", w.base+"/Users", `{"userName":"a","title":"`+strings.Repeat("x", 10_000)+`"}`)
	}},
	"18-several-values-for-one": {idp: "entra", want: scim.CodeSingle, do: func(w *world) (int, []byte) {
		return w.send("POST", w.base+"/Users", `{"userName":"a@example.com","title":["Engineer","Manager"]}`)
	}},
	"19-value-of-wrong-kind": {idp: "onelogin", want: scim.CodeValue, do: func(w *world) (int, []byte) {
		return w.send("POST", w.base+"/Users", `{"userName":"a@example.com","active":"perhaps"}`)
	}},
	"20-required-attribute-missing": {idp: "google", want: scim.CodeRequired, do: func(w *world) (int, []byte) {
		return w.send("POST", w.base+"/Users", `{"displayName":"B Jensen"}`)
	}},
	"21-user-is-gone": {idp: "okta", want: scim.CodeResource, do: func(w *world) (int, []byte) {
		return w.send("PATCH", w.base+"/Users/"+noID, patch(`{"op":"replace","value":{"active":false}}`))
	}},
	"22-broken-json": {idp: "onelogin", want: scim.CodeJSON, do: func(w *world) (int, []byte) {
		return w.send("POST", w.base+"/Users", `{"userName": bjensen}`)
	}},
	"23-wrong-base-url": {idp: "entra", want: scim.CodeEndpoint, do: func(w *world) (int, []byte) {
		return w.send("GET", w.base+"/scim/Users", "")
	}},
	"24-not-json": {want: scim.CodeContentType, do: func(w *world) (int, []byte) {
		return w.send("POST", w.base+"/Users", "userName=bjensen", "Content-Type: application/x-www-form-urlencoded")
	}},
	"25-bad-path": {idp: "entra", want: scim.CodePath, do: func(w *world) (int, []byte) {
		id := w.create("/Users", user)
		return w.send("PATCH", w.base+"/Users/"+id, patch(`{"op":"add","path":".value","value":"a@example.com"}`))
	}},
}

func mustID(t *testing.T, name string) scim.TenantID {
	t.Helper()
	id, err := scim.ParseTenantID(name)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// withToken adds a token to acme and sends a request with it.
func (w *world) withToken(text string, token tenant.Token) (int, []byte) {
	w.t.Helper()
	record, err := w.Tenants.Resolve(w.t.Context(), mustID(w.t, "acme"))
	if err != nil {
		w.t.Fatal(err)
	}
	w.Tenants.Set(tenant.Record{Settings: record.Settings, Tokens: append([]tenant.Token{token}, record.Tokens...)})
	w.Clock.Add(2 * time.Minute) // past the cache time
	return w.send("GET", w.base+"/Users", "", "Authorization: Bearer "+text)
}

// TestFailures: for each of the most common failures, the log has the cause and the next step.
func TestFailures(t *testing.T) {
	t.Parallel()
	for name, f := range failures {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(s *tenant.Settings) {
				s.IdP = f.idp
				if f.change != nil {
					f.change(s)
				}
			})
			status, body := f.do(w)
			records := w.ask("?failed=true")
			if len(records) != 1 {
				t.Fatalf("the log has %d failures, want 1; the answer was %d %s", len(records), status, body)
			}
			r := records[0]
			if r.Code != string(f.want) || r.Status != status || r.IdP != f.idp {
				t.Errorf("%s %d %s, want %s %d %s", r.Code, r.Status, r.IdP, f.want, status, f.idp)
			}
			golden(t, filepath.Join("testdata", "failures", name+".txt"), steady(activity.Text(&r)))
		})
	}
}

var unsteady = []struct {
	find *regexp.Regexp
	put  string
}{
	{regexp.MustCompile(`(?m)^(Time|Request id|Record|Key)( +)\S+$`), "$1$2…"},
	{regexp.MustCompile(`(?m)^(Answer +\S+.*)  \S+$`), "$1"},
	{regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}`), "ID"},
	{regexp.MustCompile(`key id \w+`), "key id …"},
}

func steady(s string) string {
	for _, u := range unsteady {
		s = u.find.ReplaceAllString(s, u.put)
	}
	return s
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs; run with -update if that is intended:\n%s", file, diff)
	}
}

// TestCatalogue: every code has an explanation with all its parts.
func TestCatalogue(t *testing.T) {
	t.Parallel()
	for _, code := range scim.Codes() {
		status, scimType := code.Answer()
		for _, idp := range []string{"", "okta", "entra", "google", "keycloak", "unheard-of"} {
			r := activity.Record{Status: status, ScimType: string(scimType), Code: string(code), IdP: idp, Operation: "create", Type: "User"}
			e := activity.Explain(&r)
			if e.Title == "" || e.Meant == "" || e.Did == "" || e.Todo == "" || !strings.Contains(e.RFC, "RFC ") {
				t.Errorf("%s: %+v", code, e)
			}
			if first := e.Title[:1]; first != strings.ToUpper(first) {
				t.Errorf("%s: the title %q has no capital", code, e.Title)
			}
			if text := strings.Join([]string{e.Title, e.Meant, e.Did, e.Todo, e.IdP}, " "); strings.ContainsAny(text, "{}") && !strings.Contains(text, "/Users/{id}") {
				t.Errorf("%s: a placeholder is not filled in: %s", code, text)
			}
		}
		if code != scim.CodeOther && activity.Explain(&activity.Record{Status: status, Code: string(code)}).Title ==
			activity.Explain(&activity.Record{Status: status, Code: string(scim.CodeOther)}).Title {
			t.Errorf("%s has no explanation", code)
		}
	}
}
