package transfer_test

import (
	"bytes"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/tenant"
	"github.com/scimstack/scimstack/pkg/transfer"
)

// TestServedMeanwhile: clients of a tenant that is imported over see no part of it. They get a 429 with the reason, and a time
// after which they send their requests again: nothing that an identity provider sends meanwhile is given up.
func TestServedMeanwhile(t *testing.T) {
	t.Parallel()
	old, p := inMemory(t), inMemory(t)
	token := fill(t, old, 20)
	file := export(t, old)
	if _, err := transfer.Import(t.Context(), p.Place, bytes.NewReader(file), quick); err != nil {
		t.Fatal(err)
	}
	serve(t, old, token).do(t, "POST", "/Users", `{"userName":"new"}`)
	got := httptest.NewRecorder()
	slow := p.Place
	slow.Store = asked{p.Store.(storeOfTests), func() { //nolint:forcetypeassert // memory.Store
		got = httptest.NewRecorder()
		r := httptest.NewRequestWithContext(t.Context(), "POST", "/scim/v2/acme/Users", strings.NewReader(`{"userName":"meanwhile"}`))
		r.Header.Set("Authorization", "Bearer "+token)
		serve(t, p, token).ServeHTTP(got, r)
	}}
	if _, err := transfer.Import(t.Context(), slow, bytes.NewReader(export(t, old)), quick); err != nil {
		t.Fatal(err)
	}
	if answer := got.Body.String(); got.Code != 429 || got.Header().Get("Retry-After") != "60" || !strings.Contains(answer, "the tenant is paused: an import that began at") {
		t.Errorf("%d %v %s", got.Code, got.Header(), answer)
	}
	if status, _ := serve(t, p, token).send(t.Context(), "GET", "/Users", ""); status != 200 {
		t.Error("after the import: ", status)
	}
}

// TestPauseMoves: the pause of the old place is that of the new one after the import, with the same answer, and no other.
func TestPauseMoves(t *testing.T) {
	t.Parallel()
	old, p := inMemory(t), inMemory(t)
	token := fill(t, old, 14)
	for _, after := range []time.Duration{2 * time.Minute, 0} {
		s := must[*tenant.Record](t)(old.Directory.Resolve(t.Context(), id(t, "acme"))).Settings
		s.Paused, s.RetryAfter = "moving", after
		if err := old.Directory.Put(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		if _, err := transfer.Import(t.Context(), p.Place, bytes.NewReader(export(t, old)), quick); err != nil {
			t.Fatal(err)
		}
		got := must[*tenant.Record](t)(p.Directory.Resolve(t.Context(), id(t, "acme"))).Settings
		if got.Paused != "moving" || got.RetryAfter != after {
			t.Errorf("%q %s, want %s", got.Paused, got.RetryAfter, after)
		}
		want := map[bool]int{true: 429, false: 403}[after > 0]
		if status, answer := serve(t, p, token).send(t.Context(), "GET", "/Users", ""); status != want {
			t.Errorf("%d %s, want %d", status, answer, want)
		}
	}
}
