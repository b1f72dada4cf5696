package httpapi_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/scim/httpapi"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// grenade is a store of which one method panics, in whatever goroutine it is called.
type grenade struct {
	scim.Store
	method string
}

func (g *grenade) at(method string) {
	if method == g.method {
		panic("the store's " + method + " panics")
	}
}

func (g *grenade) Get(ctx context.Context, t scim.TenantID, typ, id string) (*scim.Resource, error) {
	g.at("Get")
	return g.Store.Get(ctx, t, typ, id)
}

func (g *grenade) Lookup(ctx context.Context, t scim.TenantID, typ string, key scim.IndexKey, p scim.Page) (scim.List, error) {
	g.at("Lookup")
	return g.Store.Lookup(ctx, t, typ, key, p)
}

func (g *grenade) List(ctx context.Context, t scim.TenantID, typ string, p scim.Page) (scim.List, error) {
	g.at("List")
	return g.Store.List(ctx, t, typ, p)
}

func (g *grenade) Members(ctx context.Context, t scim.TenantID, group string, p scim.Page) (scim.MemberList, error) {
	g.at("Members")
	return g.Store.Members(ctx, t, group, p)
}

func (g *grenade) IsMember(ctx context.Context, t scim.TenantID, group string, ids []string) (map[string]bool, error) {
	g.at("IsMember")
	return g.Store.IsMember(ctx, t, group, ids)
}

func (g *grenade) MemberOf(ctx context.Context, t scim.TenantID, ids []string) (map[string][]string, error) {
	g.at("MemberOf")
	return g.Store.MemberOf(ctx, t, ids)
}

func (g *grenade) Commit(ctx context.Context, t scim.TenantID, c scim.Change) (*scim.Resource, error) {
	g.at("Commit")
	return g.Store.Commit(ctx, t, c)
}

// remote adds the optional abilities.
type remote struct{ *grenade }

func (r remote) GetMany(ctx context.Context, t scim.TenantID, refs []scim.Ref) ([]*scim.Resource, error) {
	r.at("GetMany")
	var out []*scim.Resource
	for _, ref := range refs {
		if res, err := r.Store.Get(ctx, t, ref.Type, ref.ID); err == nil {
			out = append(out, res)
		}
	}
	return out, nil
}

func (r remote) GetWithGroups(ctx context.Context, t scim.TenantID, typ, id string) (*scim.Resource, []string, error) {
	r.at("GetWithGroups")
	res, err := r.Store.Get(ctx, t, typ, id)
	groups, _ := r.Store.MemberOf(ctx, t, []string{id})
	return res, groups[id], err
}

func (r remote) ListWithGroups(ctx context.Context, t scim.TenantID, typ string, p scim.Page) (scim.List, map[string][]string, error) {
	r.at("ListWithGroups")
	l, err := r.Store.List(ctx, t, typ, p)
	return l, r.groups(ctx, t, l), err
}

func (r remote) LookupWithGroups(ctx context.Context, t scim.TenantID, typ string, key scim.IndexKey, p scim.Page) (scim.List, map[string][]string, error) {
	r.at("LookupWithGroups")
	l, err := r.Store.Lookup(ctx, t, typ, key, p)
	return l, r.groups(ctx, t, l), err
}

func (r remote) groups(ctx context.Context, t scim.TenantID, l scim.List) map[string][]string {
	ids := make([]string, len(l.Resources))
	for i, res := range l.Resources {
		ids[i] = res.ID
	}
	groups, _ := r.Store.MemberOf(ctx, t, ids)
	return groups
}

func (r remote) MembersOf(ctx context.Context, t scim.TenantID, groups []*scim.Resource, limit int) (map[string]scim.MemberList, error) {
	r.at("MembersOf")
	out := map[string]scim.MemberList{}
	for _, g := range groups {
		l, err := r.Store.Members(ctx, t, g.ID, scim.Page{Limit: limit})
		if err != nil {
			return nil, err
		}
		out[g.ID] = l
	}
	return out, nil
}

// allowAll is an Authenticator that accepts every credential.
type allowAll struct{ tenant *scim.Tenant }

func (a allowAll) Authenticate(context.Context, string, string) (*scim.Principal, *scim.Tenant, error) {
	return &scim.Principal{Tenant: a.tenant.ID, Scopes: scim.All, UserID: "id-1"}, a.tenant, nil
}

func (a allowAll) Settings(context.Context, string) (*scim.Tenant, bool) { return a.tenant, true }

func newTenant(t testing.TB) *scim.Tenant {
	t.Helper()
	id, err := scim.ParseTenantID("acme")
	if err != nil {
		t.Fatal(err)
	}
	tn, err := scim.NewTenant(scim.TenantConfig{ID: id})
	if err != nil {
		t.Fatal(err)
	}
	return tn
}

// TestStorePanics: a store that panics in any method, over every verb, fails the request with
// 500 or lets it succeed, and never ends the process (H-14).
func TestStorePanics(t *testing.T) {
	t.Parallel()
	plain := []string{"Get", "Lookup", "List", "Members", "IsMember", "MemberOf", "Commit"}
	abilities := []string{"GetMany", "GetWithGroups", "ListWithGroups", "LookupWithGroups", "MembersOf"}
	for _, far := range []bool{false, true} {
		methods := plain
		if far {
			methods = append(slices.Clone(plain), abilities...)
		}
		for _, method := range methods {
			t.Run(fmt.Sprintf("%s far=%v", method, far), func(t *testing.T) {
				t.Parallel()
				g := &grenade{Store: memory.New()}
				var store scim.Store = g
				if far {
					store = remote{g}
				}
				if sendEverything(t, store, func() { g.method = method }) == 0 {
					t.Error("no request noticed the panic")
				}
			})
		}
	}
}

// sendEverything creates a user in a group, arms the store and sends a request of every kind. It
// returns how many were answered with 500.
func sendEverything(t *testing.T, store scim.Store, arm func()) (failed int) {
	t.Helper()
	n := 0
	provider := engine.New(store, engine.Options{NewID: func() string { n++; return fmt.Sprintf("id-%d", n) }})
	observe := func(_ *http.Request, rec *scim.Record) {
		var p *async.PanicError
		if rec.Status == http.StatusInternalServerError && (rec.ErrorID == "" || !errors.As(rec.Err, &p) || !strings.Contains(string(p.Stack), "grenade")) {
			t.Errorf("%s %s: the log has no id or no stack of the panic: %q %v", rec.Method, rec.Operation, rec.ErrorID, rec.Err)
		}
	}
	h, err := httpapi.NewHandler(provider, httpapi.Options{Authenticator: allowAll{newTenant(t)}, Observe: observe})
	if err != nil {
		t.Fatal(err)
	}
	send := func(method, path, body string) int {
		r := httptest.NewRequest(method, "/scim/v2/acme"+path, strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer x")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code
	}
	const patch = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[%s]}`
	addMember := fmt.Sprintf(patch, `{"op":"add","path":"members","value":[{"value":"id-1"},{"value":"id-9"}]}`)
	user, group := `{"schemas":["`+schema.URNUser+`"],"userName":"ann"}`, `{"schemas":["`+schema.URNGroup+`"],"displayName":"staff","members":[{"value":"id-1"}]}`
	for _, r := range [][3]string{{"POST", "/Users", user}, {"POST", "/Groups", group}} {
		if code := send(r[0], r[1], r[2]); code != http.StatusCreated {
			t.Fatal(r, code)
		}
	}
	arm()
	for _, r := range [][3]string{
		{"GET", "/Users/id-1", ""}, {"GET", "/Me", ""}, {"GET", "/Groups/id-2", ""}, {"GET", "/Groups", ""},
		{"GET", "/Users?count=5", ""}, {"GET", "/Users?cursor", ""}, {"GET", `/Users?filter=userName+eq+"ann"`, ""},
		{"GET", `/Users?filter=title+pr`, ""}, {"GET", `/Users?filter=groups+pr`, ""}, {"GET", `/Groups?filter=members+eq+"id-1"`, ""}, {"GET", `/Groups?filter=members.value+ne+"id-1"`, ""},
		{"GET", `/Groups?filter=not+(members.value+eq+"id-7")`, ""}, {"GET", "/?count=3", ""}, {"GET", "/Users?sortBy=userName", ""},
		{"POST", "/Users", strings.Replace(user, "ann", "bob", 1)},
		{"POST", "/Groups", `{"schemas":["` + schema.URNGroup + `"],"displayName":"more","members":[{"value":"id-1"},{"value":"id-3"}]}`},
		{"PATCH", "/Users/id-1", fmt.Sprintf(patch, `{"op":"replace","path":"active","value":false}`)},
		{"PATCH", "/Groups/id-2", addMember},
		{"PATCH", "/Groups/id-2", fmt.Sprintf(patch, `{"op":"remove","path":"members[value eq \"id-1\"]"}`)},
		{"PUT", "/Users/id-1", strings.Replace(user, `"ann"`, `"ann","title":"x"`, 1)}, {"PUT", "/Groups/id-2", group},
		{"POST", "/Bulk", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[{"method":"PATCH","path":"/Groups/id-2","data":` + addMember + `}]}`},
		{"DELETE", "/Groups/id-2", ""}, {"DELETE", "/Users/id-1", ""},
	} {
		switch code := send(r[0], r[1], r[2]); {
		case code == http.StatusInternalServerError:
			failed++
		case code >= 500:
			t.Errorf("%v: %d", r, code)
		}
	}
	return failed
}
