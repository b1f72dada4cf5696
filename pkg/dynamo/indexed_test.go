package dynamo_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// TestIndexesOfAnOperator: an index that the settings name answers no search before it is complete, and then answers
// more than a query may read otherwise; what was changed since a time is found, also if it was never written with
// the index, and once in its present state.
func TestIndexesOfAnOperator(t *testing.T) {
	t.Parallel()
	ix := beginIndexed(t, tenant.Settings{Limits: scim.Limits{MaxScan: 2}})
	user := func(n int) string {
		return fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"u%d","title":"Title %d"}`, n, n)
	}
	ids := make([]string, 5)
	for i := range ids {
		ids[i] = ix.create("/Users", user(i))
	}
	start := ix.server.Clock.Now()
	refused := func(filter string) {
		t.Helper()
		if status, m := ix.do("GET", "/Users?filter="+url.QueryEscape(filter), ""); status != http.StatusBadRequest {
			t.Errorf("%s: %d %v", filter, status, m)
		}
	}
	since := func(at time.Time) string {
		return fmt.Sprintf(`meta.lastModified gt %q`, at.UTC().Format(time.RFC3339Nano))
	}
	refused(`title sw "title 3"`)
	ix.put(func(s *tenant.Settings) { s.Indexed = []string{"title", scim.LastModified} })
	ix.create("/Users", user(5))
	refused(`title sw "title 3"`) // and not only what was written since
	refused(since(start.Add(time.Hour)))
	ix.reindex()
	if !ix.complete() {
		t.Fatal("the indexes are not complete")
	}
	if n := ix.found("/Users", `title sw "TITLE 3"`); n != 1 {
		t.Errorf("title: %v", n)
	}
	if n := ix.found("/Users", since(start.Add(time.Second))); n != 1 { // the user of before; a build changes none
		t.Errorf("since the start: %v", n)
	}
	later := ix.server.Clock.Now()
	for range 3 {
		ix.server.Clock.Add(time.Second)
		op := `{"op":"replace","path":"nickName","value":"` + ix.server.Clock.Now().Format(time.TimeOnly) + `"}`
		if status, m := ix.do("PATCH", "/Users/"+ids[2], ops(op)); status != http.StatusOK {
			t.Fatal(status, m)
		}
	}
	if n := ix.found("/Users", since(later)); n != 1 {
		t.Errorf("changed three times: %v", n)
	}
	if n := ix.found("/Users", since(ix.server.Clock.Now())); n != 0 {
		t.Errorf("since now: %v", n)
	}
	ix.put(func(s *tenant.Settings) { s.Indexed = nil })
	refused(since(later))
}
