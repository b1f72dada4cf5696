package dynamo_test

import (
	"fmt"
	"testing"

	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
)

// TestManagerRemoved: a request clears a page of the reports of a deleted manager; the consumer of the
// stream clears the others, and a repeated DELETE does too. Both leave the same document.
func TestManagerRemoved(t *testing.T) {
	t.Parallel()
	const urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	_, api := serve(t)
	s := dynamo.New(api, dynamo.Options{Table: table})
	c := begin(t, s)
	boss := c.create("/Users", `{"userName":"boss"}`)
	for n := range 120 {
		c.create("/Users", fmt.Sprintf(`{"userName":"r%d","title":"t",%q:{"manager":{"value":%q}}}`, n, urn, boss))
	}
	left := func() int {
		l, err := s.Lookup(t.Context(), id(t, "acme"), "User", scim.IndexKey{Attr: urn + ":manager.value", Value: boss}, scim.Page{Limit: 500})
		if err != nil {
			t.Fatal(err)
		}
		return l.Total
	}
	if status, _ := c.do("DELETE", "/Users/"+boss, ""); status != 204 {
		t.Fatal(status)
	}
	if n := left(); n != 20 {
		t.Errorf("%d reports are left after the request, want 20", n)
	}
	consumer := dynamo.NewConsumer(api, dynamo.Options{Table: table})
	for range 2 {
		if _, err := consumer.Process(t.Context(), []dynamo.StreamRecord{removed(id(t, "acme"), "User", boss, 1)}); err != nil {
			t.Fatal(err)
		}
	}
	if n := left(); n != 0 {
		t.Errorf("%d reports are left after the stream", n)
	}
	all, err := s.List(t.Context(), id(t, "acme"), "User", scim.Page{Limit: 500})
	if err != nil {
		t.Fatal(err)
	}
	sizes := map[int]int{}
	for _, r := range all.Resources {
		sizes[len(r.Document)]++
	}
	if len(sizes) > 3 || sizes[len(all.Resources[50].Document)] < 90 { // r0 to r9, r10 to r99, r100 to r119
		t.Errorf("documents differ: %v\n%s\n%s", sizes, all.Resources[0].Document, all.Resources[len(all.Resources)-1].Document)
	}
	if status, _ := c.do("DELETE", "/Users/"+boss, ""); status != 404 {
		t.Error(status)
	}
}
