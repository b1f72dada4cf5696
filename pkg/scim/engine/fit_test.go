package engine_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/scim"
)

// TestShortPages: a page that would be too long has fewer resources, and the next one, by startIndex
// or by cursor, begins exactly where it ended (RFC 7644 §3.4.2.4).
func TestShortPages(t *testing.T) {
	t.Parallel()
	w := begin(t, scim.TenantConfig{Limits: scim.Limits{MaxAnswer: 4000}})
	var ids []string
	for i := range 12 {
		ids = append(ids, w.create("User", `{"userName":"u%d","title":%q}`, i, strings.Repeat("x", 300+500*(i%4))).ID)
	}
	for name, order := range map[string]string{"by id": "", "sorted": "id"} {
		for filter, f := range map[string]string{"all": "", "filtered": `title pr`} {
			var byIndex, byCursor []string
			for start := 1; start <= len(ids); {
				found := w.find("User", f, func(q *scim.Query) {
					q.HasStart, q.StartIndex, q.HasCount, q.Count, q.SortBy = true, start, true, 10, order
				})
				got := w.ids(found)
				if len(got) == 0 || len(got) > 9 || found.Total != len(ids) {
					t.Fatalf("%s, %s: %d of %d", name, filter, len(got), found.Total)
				}
				byIndex = append(byIndex, got...)
				start += len(got)
			}
			for cursor, more := "", true; more; more = cursor != "" {
				found := w.find("User", f, func(q *scim.Query) {
					q.HasCursor, q.Cursor, q.HasCount, q.Count, q.SortBy = true, cursor, true, 10, order
				})
				byCursor = append(byCursor, w.ids(found)...)
				cursor = found.Next
			}
			if !slices.Equal(byIndex, ids) || !slices.Equal(byCursor, ids) {
				t.Errorf("%s, %s: %d by index, %d by cursor", name, filter, len(byIndex), len(byCursor))
			}
		}
	}
}
