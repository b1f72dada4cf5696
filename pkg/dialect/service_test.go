package dialect_test

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/scimstack/scimstack/pkg/dialect"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/scim/httpapi"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// service is the service with one tenant and the standard pipeline.
type service struct {
	t     *testing.T
	h     http.Handler
	token string

	mu      sync.Mutex
	records []scim.Record
}

func start(t *testing.T, change func(*tenant.Settings)) *service {
	t.Helper()
	s := &service{t: t}
	id, err := scim.ParseTenantID("acme")
	if err != nil {
		t.Fatal(err)
	}
	text, token := tenant.NewToken(id, scim.All)
	tenants, settings := tenant.NewMemory(), tenant.Settings{ID: id}
	if change != nil {
		change(&settings)
	}
	tenants.Set(tenant.Record{Settings: settings, Tokens: []tenant.Token{token}})
	s.token = text
	s.h, err = httpapi.NewHandler(engine.New(memory.New(), engine.Options{PublicBase: publicBase}), httpapi.Options{
		Authenticator: tenant.NewAuthenticator(tenants, tenant.Options{}), PublicBase: publicBase,
		Normalise: dialect.Standard().Normalise, Recognise: dialect.Recognise,
		Observe: func(_ *http.Request, rec *scim.Record) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.records = append(s.records, *rec)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// do sends one request; headers are pairs of name and value.
func (s *service) do(method, path, body string, headers ...string) (status int, answer map[string]any) {
	r := httptest.NewRequest(method, publicBase+"/acme"+path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+s.token)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.h.ServeHTTP(w, r)
	text, _ := io.ReadAll(w.Result().Body)
	if len(text) == 0 {
		return w.Code, nil
	}
	return w.Code, decode(s.t, string(text))
}

func (s *service) create(path, body string) (id string) {
	s.t.Helper()
	status, m := s.do("POST", path, body)
	if status != http.StatusCreated {
		s.t.Fatalf("%s: %d %v", body, status, m)
	}
	id, _ = m["id"].(string)
	return id
}

// TestBulk: each operation of a Bulk request goes through the pipeline.
func TestBulk(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	u := s.create("/Users", `{"schemas":["urn:scim:schemas:core:1.0"],"userName":"a","active":"true"}`)
	status, m := s.do("POST", "/Bulk", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[
		{"method":"PATCH","path":"/Users/`+u+`","data":{"Operations":[{"op":"Replace","path":"active","value":["False"]}]}},
		{"method":"POST","path":"/Users","bulkId":"b","data":{"userName":"b","urn:scim:schemas:extension:enterprise:1.0":{"managerId":"m"}}}]}`)
	if status != http.StatusOK {
		t.Fatal(status, m)
	}
	if _, m = s.do("GET", "/Users/"+u, ""); m["active"] != false {
		t.Error(m)
	}
	status, m = s.do("GET", `/Users?filter=manager+eq+"m"`, "")
	if status != http.StatusOK || fmt.Sprint(m["totalResults"]) != "1" {
		t.Error(status, m)
	}
}

// TestRecorded: the record names the sender that was recognised, unless the tenant names one.
func TestRecorded(t *testing.T) {
	t.Parallel()
	for set, want := range map[string]string{"": "okta", "ping": "ping"} {
		s := start(t, func(st *tenant.Settings) { st.IdP = set })
		s.do("GET", "/Users", "", "User-Agent", "Okta SCIM Client 1.0.0")
		if got := s.records[0].IdP; got != want {
			t.Errorf("%q: %q", set, got)
		}
	}
	s := start(t, nil)
	s.do("POST", "/Groups", `{"schemas":["http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],"displayName":"g"}`)
	if got := s.records[0].IdP; got != dialect.Entra {
		t.Errorf("by the body: %q", got)
	}
	// Without a secret token, Entra sends one of its own. It is refused; the log names Entra.
	s = start(t, nil)
	token := "e30." + base64.RawURLEncoding.EncodeToString([]byte(`{"appid":"00000014-0000-0000-c000-000000000000"}`)) + ".c2ln"
	if status, _ := s.do("GET", "/Users", "", "Authorization", "Bearer "+token); status != http.StatusUnauthorized || s.records[0].IdP != dialect.Entra {
		t.Errorf("refused: %d %q", status, s.records[0].IdP)
	}
}

// TestAuthorization: the spellings of a credential (COMMON-02).
func TestAuthorization(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte("scim:"+s.token))
	for _, auth := range []string{"Bearer " + s.token, "bearer " + s.token, s.token, "Bearer Bearer " + s.token, basic} {
		if status, _ := s.do("GET", "/Users", "", "Authorization", auth); status != http.StatusOK {
			t.Errorf("%.12s…: %d", auth, status)
		}
	}
	if status, _ := s.do("GET", "/Users", "", "Authorization", "Bearer x"); status != http.StatusUnauthorized {
		t.Error(status)
	}
}

// TestParallelMembers: one PATCH for each member, all at the same time (COMMON-28).
func TestParallelMembers(t *testing.T) {
	t.Parallel()
	s := start(t, func(st *tenant.Settings) { st.IdP = dialect.Entra })
	const n = 20
	group := s.create("/Groups", `{"displayName":"g"}`)
	users := make([]string, n)
	for i := range users {
		users[i] = s.create("/Users", fmt.Sprintf(`{"userName":"u%d"}`, i))
	}
	var wg sync.WaitGroup
	for _, u := range users {
		wg.Go(func() {
			if status, m := s.do("PATCH", "/Groups/"+group, `{"Operations":[{"op":"Add","path":"members","value":[{"value":"`+u+`"}]}]}`); status != http.StatusNoContent {
				t.Errorf("%d %v", status, m)
			}
		})
	}
	wg.Wait()
	_, m := s.do("GET", "/Groups/"+group, "")
	if list, _ := m["members"].([]any); len(list) != n {
		t.Errorf("%d members of %d", len(list), n)
	}
}

// TestLargeGroup: a full list of members, then one more; no response contains the list (COMMON-27).
func TestLargeGroup(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	const n = 2000
	group := s.create("/Groups", `{"displayName":"g"}`)
	var members strings.Builder
	for i := range n {
		fmt.Fprintf(&members, `,{"value":"%s"}`, s.create("/Users", fmt.Sprintf(`{"userName":"u%d"}`, i)))
	}
	more := s.create("/Users", `{"userName":"more"}`)
	for _, op := range []string{`{"op":"replace","path":"members","value":[` + members.String()[1:] + `]}`, `{"op":"add","path":"members","value":[{"value":"` + more + `"}]}`} {
		if status, m := s.do("PATCH", "/Groups/"+group, `{"Operations":[`+op+`]}`); status != http.StatusNoContent || m != nil {
			t.Fatal(status, m)
		}
	}
	_, m := s.do("GET", `/Groups?filter=members+eq+"`+more+`"&excludedAttributes=members`, "")
	if fmt.Sprint(m["totalResults"]) != "1" {
		t.Error(m)
	}
}
