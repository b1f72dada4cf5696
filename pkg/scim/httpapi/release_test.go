package httpapi_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/scimstack/scimstack/internal/apptest"
	"github.com/scimstack/scimstack/internal/racing"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

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

// Z-01: an answer keeps its bytes until they are written, whatever another tenant is answered meanwhile.
func TestUntilWritten(t *testing.T) {
	t.Parallel()
	w := startTwo(t)
	for range 20 {
		for _, a := range w.asks["acme"] {
			out := &meddler{ResponseRecorder: httptest.NewRecorder(), meddle: func() { w.others(t, "rival") }}
			w.ServeHTTP(out, request("acme", a))
			if got := out.Body.String(); got != a.want {
				t.Fatalf("%s %s of acme is %s", a.method, a.path, got)
			}
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

// Z-01: what was not written as a whole is not reused.
func TestFailedWrite(t *testing.T) {
	t.Parallel()
	w := startTwo(t)
	for name, fail := range map[string]func(b []byte) (int, error){
		"an error":      func(b []byte) (int, error) { return len(b), errors.New("the stream is closed") },
		"a short write": func(b []byte) (int, error) { return len(b) - 1, nil },
		"resources alone": func(b []byte) (int, error) {
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
			for _, a := range w.asks["acme"] {
				out := &keeper{ResponseRecorder: httptest.NewRecorder(), fail: fail}
				func() {
					defer func() { _ = recover() }()
					w.ServeHTTP(out, request("acme", a))
				}()
				w.others(t, "rival")
				if got := string(bytes.Join(out.kept, nil)); !strings.HasPrefix(a.want, got) || len(got) == 0 {
					t.Fatalf("%s: what was to be written has become %s", name, got)
				}
			}
		}
	}
}

// Z-01: two tenants at the same time, for the race detector.
func TestTogether(t *testing.T) {
	t.Parallel()
	w := startTwo(t)
	var all sync.WaitGroup
	for _, name := range []string{"acme", "rival", "acme", "rival"} {
		all.Go(func() {
			for range racing.Size(30, 200) {
				w.others(t, name)
				w.ServeHTTP(httptest.NewRecorder(), request(name, ask{method: "HEAD", path: "?count=100"}))
				w.ServeHTTP(httptest.NewRecorder(), request(name, ask{method: "HEAD", path: w.asks[name][1].path}))
			}
		})
	}
	all.Wait()
}

// Z-01: without Options.Release, a Provider may keep what another one has returned.
func TestNotReleased(t *testing.T) {
	t.Parallel()
	w := startTwo(t)
	p := engine.New(memory.New(), engine.Options{PublicBase: "https://x"})
	w.Handler = w.handler(t, &apptest.Caching{Provider: p}, false)
	at := scim.Target{Tenant: w.tenants["acme"], Type: w.tenants["acme"].Types.ByName(schema.TypeUser)}
	var ids []string
	for i := range 3 {
		r, err := p.Create(t.Context(), at, map[string]any{"userName": fmt.Sprintf("kept-%d", i)}, scim.Projection{})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, r.ID)
	}
	for range 20 {
		for i, id := range ids {
			if got := w.answer("acme", ask{method: "GET", path: "/" + id}); !strings.Contains(got, fmt.Sprintf(`"kept-%d"`, i)) {
				t.Fatalf("user %d is %s", i, got)
			}
		}
	}
}

// discard is a ResponseWriter that costs nothing.
type discard struct{ head http.Header }

func (d discard) Header() http.Header         { return d.head }
func (d discard) WriteHeader(int)             {}
func (d discard) Write(b []byte) (int, error) { return len(b), nil }

// TestAnswerBytes: an answer and what it is made of come from the one before.
func TestAnswerBytes(t *testing.T) { //nolint:paralleltest // counts what the process allocates
	w := startTwo(t)
	for path, most := range map[string]uint64{"?count=100": 40_000, `?filter=userName+eq+"acme-1"`: 3_000, w.asks["acme"][1].path: 1_200} {
		r, out := request("acme", ask{method: "GET", path: path}), discard{http.Header{}}
		const rounds = 100
		var before, after runtime.MemStats
		w.ServeHTTP(out, r)
		runtime.ReadMemStats(&before)
		for range rounds {
			w.ServeHTTP(out, r)
		}
		runtime.ReadMemStats(&after)
		n := (after.TotalAlloc - before.TotalAlloc) / rounds
		t.Logf("%s: %d bytes", path, n)
		if n > racing.Size(3*most, most) { // the race detector lets a pool drop some
			t.Errorf("%s allocates %d bytes, want at most %d", path, n, most)
		}
	}
}
