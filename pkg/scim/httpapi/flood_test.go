package httpapi_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/internal/apptest"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// allocated serves a POST of a body and returns the status and the bytes that were allocated for it.
func allocated(t *testing.T, limit int, prepare func(*http.Request)) (status int, bytes uint64) {
	t.Helper()
	s := apptest.Start(t, nil)
	base, token := s.Tenant(t, "acme", func(s *tenant.Settings) { s.Limits.MaxBody = limit })
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, base+"/Users", nil)
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/scim+json")
	prepare(r)
	w := httptest.NewRecorder()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	s.Handler.ServeHTTP(w, r)
	runtime.ReadMemStats(&after)
	return w.Code, after.TotalAlloc - before.TotalAlloc
}

// bomb is one GiB of zeros in gzip members of 16 MiB, about one MiB long.
func bomb(t *testing.T) []byte {
	t.Helper()
	var one bytes.Buffer
	z := gzip.NewWriter(&one)
	if _, err := io.CopyN(z, zeros{}, 16<<20); err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	return bytes.Repeat(one.Bytes(), 64)
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// Z-12 H-02: a body of 1 GiB that arrives packed in 1 MiB is refused with little memory: the limit
// counts while it is inflated.
func TestGzipBomb(t *testing.T) { //nolint:paralleltest // counts what the process allocates
	const limit = 2 << 20
	raw := bomb(t)
	if len(raw) > limit {
		t.Fatalf("%d bytes are too long before they are inflated", len(raw))
	}
	status, n := allocated(t, limit, func(r *http.Request) {
		r.Header.Set("Content-Encoding", "gzip")
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(raw)), int64(len(raw))
	})
	if status != http.StatusRequestEntityTooLarge || n > 4*limit {
		t.Errorf("%d with %d bytes allocated", status, n)
	}
}

// Z-12: a body of unknown length is read with a bound as well.
func TestEndlessBody(t *testing.T) { //nolint:paralleltest // counts what the process allocates
	const limit = 2 << 20
	status, n := allocated(t, limit, func(r *http.Request) { r.Body, r.ContentLength = io.NopCloser(zeros{}), -1 })
	if status != http.StatusRequestEntityTooLarge || n > 4*limit {
		t.Errorf("%d with %d bytes allocated", status, n)
	}
}

// Z-12: a body that announces more than the limit is refused before
// memory of that length is taken.
func TestAnnouncedLength(t *testing.T) { //nolint:paralleltest // counts what the process allocates
	const limit = 100000
	body := strings.NewReader(strings.Repeat("x", 400*limit))
	status, n := allocated(t, limit, func(r *http.Request) { r.Body, r.ContentLength = io.NopCloser(body), int64(body.Len()) })
	if status != http.StatusRequestEntityTooLarge || n > 4*limit {
		t.Errorf("%d with %d bytes allocated", status, n)
	}
}
