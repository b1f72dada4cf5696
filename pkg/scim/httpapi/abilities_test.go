package httpapi_test

import (
	"context"
	"encoding/json"
	"iter"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/scim/httpapi"
)

// limited is a Provider that can do only what it says.
type limited struct {
	scim.Provider
	can scim.Abilities
}

func (l limited) Abilities(*scim.Tenant) scim.Abilities { return l.can }

// serve returns a function that sends a request to a handler over a provider.
func serve(t *testing.T, p scim.Provider, o httpapi.Options) func(method, path, body string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	o.Authenticator, o.PublicBase = allowAll{newTenant(t)}, "https://x"
	h, err := httpapi.NewHandler(p, o)
	if err != nil {
		t.Fatal(err)
	}
	return func(method, path, body string, header ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), method, "/scim/v2/acme"+path, strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer x")
		for i := 0; i+1 < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
}

// config is what ServiceProviderConfig says of optional features.
type config struct {
	DocumentationURI                 *string `json:"documentationUri"`
	Sort, Bulk, ETag, ChangePassword struct{ Supported bool }
	Pagination                       struct {
		Cursor, Index bool
		CursorTimeout *int
	}
}

func configOf(t *testing.T, w *httptest.ResponseRecorder) (c config) {
	t.Helper()
	if err := json.Unmarshal(w.Body.Bytes(), &c); err != nil {
		t.Fatal(err)
	}
	return c
}

// failing is a Provider of which every method fails.
type failing struct {
	scim.Provider
	err error
}

func (f failing) Create(context.Context, scim.Target, map[string]any, scim.Projection) (*scim.Result, error) {
	return nil, f.err
}
func (f failing) Search(context.Context, *scim.Tenant, scim.Query) (*scim.Found, error) {
	return nil, f.err
}

// TestImpossibleErrors: an error of a Provider that cannot be an answer is one of the program: 500, and no panic of net/http.
func TestImpossibleErrors(t *testing.T) {
	t.Parallel()
	const bulk = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[{"method":"POST","path":"/Users","bulkId":"1","data":{"userName":"a"}}]}`
	for _, err := range []error{&scim.Error{}, &scim.Error{Status: 204}, &scim.Error{Status: 1000}, (*scim.Error)(nil)} {
		send := serve(t, failing{engine.New(memory.New(), engine.Options{}), err}, httpapi.Options{})
		for _, w := range []*httptest.ResponseRecorder{send("POST", "/Users", `{"userName":"a"}`), send("GET", "/Users", ""), send("POST", "/Bulk", bulk)} {
			if !strings.Contains(w.Body.String(), `"status":"500","detail":"internal error`) {
				t.Errorf("%#v: %d %s", err, w.Code, w.Body)
			}
		}
	}
}

// TestAbilities (D-03, O-01, K-01): discovery says what the Provider can do, one by one, and requests for what it
// cannot are refused or ignored as the RFCs ask.
func TestAbilities(t *testing.T) {
	t.Parallel()
	inner := engine.New(memory.New(), engine.Options{PublicBase: "https://x"})
	for name, can := range map[string]scim.Abilities{
		"none": {}, "sort": {Sort: true}, "cursor": {Cursor: true}, "etag": {ETag: true}, "bulk": {Bulk: true},
		"password": {ChangePassword: true}, "documentation": {DocumentationURI: `https://x/"docs"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := configOf(t, serve(t, limited{inner, can}, httpapi.Options{})("GET", "/ServiceProviderConfig", ""))
			got := scim.Abilities{Sort: c.Sort.Supported, Cursor: c.Pagination.Cursor, ETag: c.ETag.Supported, Bulk: c.Bulk.Supported, ChangePassword: c.ChangePassword.Supported}
			if c.DocumentationURI != nil {
				got.DocumentationURI = *c.DocumentationURI
			}
			if got != can || !c.Pagination.Index || (c.Pagination.CursorTimeout != nil) != can.Cursor {
				t.Errorf("%+v is announced as %+v", can, c)
			}
		})
	}
	if c := configOf(t, serve(t, inner, httpapi.Options{NoBulk: true})("GET", "/ServiceProviderConfig", "")); c.Bulk.Supported || c.ChangePassword.Supported || c.DocumentationURI != nil || !c.Sort.Supported {
		t.Errorf("the standard provider without a hash and without bulk: %+v", c)
	}
}

// TestInabilities: what a Provider without abilities is asked for in vain.
func TestInabilities(t *testing.T) {
	t.Parallel()
	rules := engine.NewRules(engine.Options{PublicBase: "https://x"})
	row := engine.Row{ID: "1", Attributes: map[string]any{"userName": "a"}}
	send := serve(t, limited{untagged{Rules: rules, row: row}, scim.Abilities{}}, httpapi.Options{})
	const bulk = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[{"method":"DELETE","path":"/Users/1","version":"W/\"1\""}]}`
	for _, c := range []struct {
		method, path, body string
		header             []string
		status             int
	}{
		{"GET", "/Users?sortBy=userName&sortOrder=descending", "", nil, 200},
		{"POST", "/Users/.search", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],"sortBy":"nonsense"}`, nil, 200},
		{"GET", "/Users?cursor", "", nil, 400}, {"GET", "/Users?cursor=x", "", nil, 400}, {"GET", "/?cursor=x", "", nil, 400},
		{"POST", "/Bulk", bulk, nil, 501},
		{"GET", "/Users/1", "", nil, 200},
		{"GET", "/Users/1", "", []string{"If-Match", `W/"1"`}, 412},
		{"DELETE", "/Users/1", "", []string{"If-Match", `W/"1"`}, 412},
		{"DELETE", "/Users/1", "", []string{"If-Match", "*"}, 204},
		{"DELETE", "/Users/1", "", nil, 204},
	} {
		w := send(c.method, c.path, c.body, c.header...)
		if w.Code != c.status || w.Header().Get("ETag") != "" || strings.Contains(w.Body.String(), `"version"`) {
			t.Errorf("%s %s %v: %d %s %v", c.method, c.path, c.header, w.Code, w.Body, w.Header())
		}
	}
	can := scim.Abilities{Bulk: true}
	send = serve(t, limited{untagged{Rules: rules, row: row}, can}, httpapi.Options{})
	if w := send("POST", "/Bulk", bulk); !strings.Contains(w.Body.String(), `"status":"412"`) {
		t.Errorf("a version in Bulk: %s", w.Body)
	}
}

// untagged is a Provider of one row without versions.
type untagged struct {
	*engine.Rules
	row engine.Row
}

func (u untagged) Create(context.Context, scim.Target, map[string]any, scim.Projection) (*scim.Result, error) {
	return nil, scim.ErrNotFound
}

func (u untagged) Replace(context.Context, scim.Target, map[string]any, scim.Match, scim.Projection) (*scim.Result, error) {
	return nil, scim.ErrNotFound
}

func (u untagged) Patch(context.Context, scim.Target, map[string]any, scim.Match, scim.Projection) (*scim.Result, error) {
	return nil, scim.ErrNotFound
}

func (u untagged) Get(_ context.Context, at scim.Target, pr scim.Projection) (*scim.Result, error) {
	return u.Result(at, u.row, pr)
}

// Delete knows no versions.
func (u untagged) Delete(context.Context, scim.Target, scim.Match) error { return nil }

func (u untagged) Search(ctx context.Context, t *scim.Tenant, q scim.Query) (*scim.Found, error) {
	return u.Rules.Search(ctx, t, q, func(engine.Want) iter.Seq2[engine.Row, error] {
		return func(yield func(engine.Row, error) bool) { yield(u.row, nil) }
	})
}
