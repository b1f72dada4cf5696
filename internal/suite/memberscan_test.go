package suite_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/internal/apptest"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// TestMembersCount: a search that looks at the members of groups one by one counts them towards MaxScan. With startIndex it
// is refused, and with a cursor it finds each group once.
func TestMembersCount(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t, nil)
	c := connect(t, s, "acme", func(set *tenant.Settings) { set.Limits.MaxScan = 100 })
	var members []string
	for i := range 40 {
		members = append(members, fmt.Sprintf(`{"value":%q}`, c.create("/Users", fmt.Sprintf(`{"userName":"member%d"}`, i))))
	}
	const groups = 20
	for i := range groups {
		c.create("/Groups", fmt.Sprintf(`{"displayName":"g%d","members":[%s]}`, i, strings.Join(members, ",")))
	}
	query := "/Groups?excludedAttributes=members&filter=" + url.QueryEscape(`members.display co "ember7"`)
	if status, _, _ := c.do("GET", query, ""); status != 400 {
		t.Errorf("with startIndex: %d", status)
	}
	seen, pages := map[any]bool{}, 0
	for cursor := ""; pages == 0 || cursor != ""; pages++ {
		status, _, m := c.do("GET", query+"&count=50&cursor="+cursor, "")
		if status != 200 || pages > groups {
			t.Fatalf("page %d: %d %v", pages, status, m)
		}
		list, _ := m["Resources"].([]any)
		for _, e := range list {
			g, _ := e.(map[string]any)
			if seen[g["id"]] {
				t.Errorf("%v is found twice", g["id"])
			}
			seen[g["id"]] = true
		}
		cursor, _ = m["nextCursor"].(string)
	}
	if len(seen) != groups || pages < 3 {
		t.Errorf("%d groups on %d pages", len(seen), pages)
	}
}
