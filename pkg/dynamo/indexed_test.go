package dynamo_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/pkg/dynamo"
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

// TestRollbackWithoutIndexes: a build that does not know the setting keeps it and writes no keys for it. What it wrote is
// found again after a verification; and at once if it wrote settings, since it forgets the state of the index then.
func TestRollbackWithoutIndexes(t *testing.T) {
	t.Parallel()
	for _, settings := range []bool{false, true} {
		ix := beginIndexed(t, tenant.Settings{Indexed: []string{"title"}})
		a := ix.create("/Users", `{"userName":"a","title":"Engineer"}`)
		ix.dropKeys("User", a, "title") // as the other build replaces the resource
		if settings {
			ix.settingsItem(func(it map[string]types.AttributeValue) { // and the settings
				b := it["ix"].(*types.AttributeValueMemberB)
				var d map[string]any
				if err := json.Unmarshal(b.Value, &d); err != nil {
					t.Fatal(err)
				}
				delete(d["states"].(map[string]any), "User/title")
				b.Value, _ = json.Marshal(d)
			})
		}
		r, err := ix.tenants.Resolve(t.Context(), ix.id)
		if err != nil || len(r.Settings.Indexed) != 1 || ix.complete() == settings {
			t.Fatalf("settings %t: %+v %v", settings, r, err)
		}
		ix.refresh()
		missed := map[bool]float64{false: 0, true: 1}[settings] // read without the index where its state is gone
		if n := ix.found("/Users", `title eq "engineer"`); n != missed {
			t.Errorf("settings %t, before: %v found", settings, n)
		}
		if _, err := ix.tenants.Reindex(t.Context(), ix.id, dynamo.ReindexOptions{All: !settings}); err != nil || !ix.complete() {
			t.Errorf("settings %t: %v", settings, err)
		}
		ix.refresh()
		if n := ix.found("/Users", `title eq "engineer"`); n != 1 {
			t.Errorf("settings %t: %v found", settings, n)
		}
	}
}
