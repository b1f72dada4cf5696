package memory_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
)

// TestOwnTexts: what a store keeps are often parts of the body of a request, which it does not keep.
func TestOwnTexts(t *testing.T) { //nolint:paralleltest // it measures the heap
	id, s := acme(t), memory.New()
	const users, size = 64, 1 << 20
	for n := range users {
		body := fmt.Sprintf("%08d%s", n, strings.Repeat("x", size))
		c := scim.Change{Type: "User", ID: fmt.Sprint("u", n), Put: &scim.Resource{ExternalID: body[2:8]}, Keys: []scim.IndexKey{
			{Attr: "userName", Value: body[:8], Unique: true}, {Attr: "title", Value: body[8:12]},
		}}
		if _, err := s.Commit(t.Context(), id, c); err != nil {
			t.Fatal(err)
		}
	}
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	if m.HeapAlloc > users*size/2 {
		t.Errorf("%d MB in use after %d requests of %d MB", m.HeapAlloc>>20, users, size>>20)
	}
	l, err := s.Lookup(t.Context(), id, "User", scim.IndexKey{Attr: "userName", Value: "00000007"}, scim.Page{Limit: 2})
	if err != nil || l.Total != 1 || l.Resources[0].ID != "u7" {
		t.Errorf("%+v, %v", l, err)
	}
	runtime.KeepAlive(s)
}
