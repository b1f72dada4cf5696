package httpapi_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/scimstack/scimstack/internal/racing"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/scim/httpapi"
)

// two are two tenants with users, of which every request is allowed.
type two struct {
	http.Handler
	tenants map[string]*scim.Tenant
	want    map[string]string // their pages of users
}

func (w *two) Authenticate(_ context.Context, name, _ string) (*scim.Principal, *scim.Tenant, error) {
	t := w.tenants[name]
	return &scim.Principal{Tenant: t.ID, Scopes: scim.All}, t, nil
}

func (w *two) Settings(_ context.Context, name string) (*scim.Tenant, bool) {
	return w.tenants[name], true
}

// startTwo makes a tenant with 100 users and one with 60.
func startTwo(t *testing.T) *two {
	t.Helper()
	w := &two{tenants: map[string]*scim.Tenant{}, want: map[string]string{}}
	var err error
	if w.Handler, err = httpapi.NewHandler(engine.New(memory.New(), engine.Options{PublicBase: "https://x"}), httpapi.Options{Authenticator: w, PublicBase: "https://x", Release: true}); err != nil {
		t.Fatal(err)
	}
	for name, n := range map[string]int{"acme": 100, "rival": 60} {
		id, err := scim.ParseTenantID(name)
		if err != nil {
			t.Fatal(err)
		}
		if w.tenants[name], err = scim.NewTenant(scim.TenantConfig{ID: id}); err != nil {
			t.Fatal(err)
		}
		for i := range n {
			out := httptest.NewRecorder()
			w.ServeHTTP(out, request("POST", name, "", fmt.Sprintf(`{"userName":"%s-%d","displayName":"User %d of %s"}`, name, i, i, name)))
			if out.Code != http.StatusCreated {
				t.Fatal(out.Code, out.Body)
			}
		}
		w.want[name] = w.page(name)
		if got := strings.Count(w.want[name], `"id"`); got != n {
			t.Fatalf("%d users of %s", got, name)
		}
	}
	return w
}

func request(method, tenant, query, body string) *http.Request {
	r := httptest.NewRequest(method, "/scim/v2/"+tenant+"/Users"+query, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer x")
	return r
}

func (w *two) page(tenant string) string {
	out := httptest.NewRecorder()
	w.ServeHTTP(out, request("GET", tenant, "?count=100", ""))
	return out.Body.String()
}

// meddler is a ResponseWriter that lets another request be answered before each step.
type meddler struct {
	*httptest.ResponseRecorder
	meddle func()
}

func (m *meddler) WriteHeader(status int) {
	m.meddle()
	m.ResponseRecorder.WriteHeader(status)
}

func (m *meddler) Write(b []byte) (int, error) {
	m.meddle()
	return m.ResponseRecorder.Write(b)
}

// Z-01: a page keeps its bytes until they are written, whatever pages of another tenant are answered meanwhile.
func TestPageUntilWritten(t *testing.T) {
	t.Parallel()
	w := startTwo(t)
	for range 20 {
		out := &meddler{ResponseRecorder: httptest.NewRecorder(), meddle: func() {
			if got := w.page("rival"); got != w.want["rival"] {
				t.Errorf("the page in between is %s", got)
			}
		}}
		w.ServeHTTP(out, request("GET", "acme", "?count=100", ""))
		if got := out.Body.String(); got != w.want["acme"] {
			t.Fatalf("a page of acme is %s", got)
		}
	}
}

// keeper is a ResponseWriter that fails and goes on reading, as that of HTTP/2 does when a client hangs up.
type keeper struct {
	*httptest.ResponseRecorder
	kept [][]byte
	fail func(b []byte) (int, error)
}

func (k *keeper) Write(b []byte) (int, error) {
	k.kept = append(k.kept, b)
	return k.fail(b)
}

// Z-01: a page that was not written as a whole is not reused.
func TestPageOfFailedWrite(t *testing.T) {
	t.Parallel()
	w := startTwo(t)
	for name, fail := range map[string]func(b []byte) (int, error){
		"an error":      func(b []byte) (int, error) { return len(b), errors.New("the stream is closed") },
		"a short write": func(b []byte) (int, error) { return len(b) - 1, nil },
		"a page alone": func(b []byte) (int, error) {
			if bytes.HasPrefix(b, []byte(`{"id"`)) {
				return 0, errors.New("the stream is closed")
			}
			return len(b), nil
		},
		"a panic": func(b []byte) (int, error) {
			if bytes.HasPrefix(b, []byte(`{"id"`)) {
				panic(http.ErrAbortHandler)
			}
			return len(b), nil
		},
	} {
		for range 20 {
			out := &keeper{ResponseRecorder: httptest.NewRecorder(), fail: fail}
			func() {
				defer func() { _ = recover() }()
				w.ServeHTTP(out, request("GET", "acme", "?count=100", ""))
			}()
			w.page("rival")
			if got := string(bytes.Join(out.kept, nil)); !strings.HasPrefix(w.want["acme"], got) || len(got) == 0 {
				t.Fatalf("%s: what was to be written has become %s", name, got)
			}
		}
	}
}

// Z-01: pages of two tenants at the same time, for the race detector.
func TestPagesTogether(t *testing.T) {
	t.Parallel()
	w := startTwo(t)
	var all sync.WaitGroup
	for _, name := range []string{"acme", "rival", "acme", "rival"} {
		all.Go(func() {
			for range racing.Size(30, 200) {
				if got := w.page(name); got != w.want[name] {
					t.Errorf("a page of %s is %s", name, got)
				}
				w.ServeHTTP(httptest.NewRecorder(), request("HEAD", name, "?count=100", ""))
			}
		})
	}
	all.Wait()
}

// discard is a ResponseWriter that costs nothing.
type discard struct{ head http.Header }

func (d discard) Header() http.Header         { return d.head }
func (d discard) WriteHeader(int)             {}
func (d discard) Write(b []byte) (int, error) { return len(b), nil }

// TestPageBytes: the page and what it is made of come from the page before.
func TestPageBytes(t *testing.T) { //nolint:paralleltest // counts what the process allocates
	w := startTwo(t)
	for query, most := range map[string]uint64{"?count=100": 40_000, `?filter=userName+eq+"acme-1"`: 3_000} {
		r, out := request("GET", "acme", query, ""), discard{http.Header{}}
		const rounds = 100
		var before, after runtime.MemStats
		w.ServeHTTP(out, r)
		runtime.ReadMemStats(&before)
		for range rounds {
			w.ServeHTTP(out, r)
		}
		runtime.ReadMemStats(&after)
		n := (after.TotalAlloc - before.TotalAlloc) / rounds
		t.Logf("%s: %d bytes", query, n)
		if n > racing.Size(3*most, most) { // the race detector lets a pool drop some
			t.Errorf("%s allocates %d bytes, want at most %d", query, n, most)
		}
	}
}
