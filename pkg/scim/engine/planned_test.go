package engine_test

import (
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
)

// TestPlanned: a search reports how it found its matches, in words without a value of the filter, and how much it read.
func TestPlanned(t *testing.T) {
	t.Parallel()
	c := crowdIn(t, 90, memory.New(), "title")
	one, err := c.p.Get(t.Context(), c.target(c.ids[0]), scim.Projection{Attributes: []string{"userName"}})
	if err != nil {
		t.Fatal(err)
	}
	_, name, _ := strings.Cut(string(one.Body), `"userName":"`)
	name, _, _ = strings.Cut(name, `"`)
	for _, q := range []struct {
		filter, sort string
		cursor       bool
		count        int
		plan         string
		read         int
	}{
		{count: 5, plan: "page", read: 5},
		{filter: `id eq "` + c.ids[3] + `"`, plan: "id, residual", read: 1},
		{filter: `userName eq "` + name + `"`, plan: "look-up userName", read: 1},
		{filter: `userName eq "` + name + `" and active pr`, plan: "look-up userName, residual", read: 1},
		{filter: `userName eq "` + name + `" or id eq "` + c.ids[1] + `"`, plan: "union, residual", read: 2},
		{filter: `userName sw "` + name + `"`, plan: "range userName, residual", read: -1},
		{filter: `title eq "a" and meta.created gt "2031-01-01T00:00:00Z"`, cursor: true, count: 3, plan: "look-up title, residual", read: -1},
		{filter: `meta.created gt "2031-01-01T00:00:00Z"`, plan: "created, residual"},
		{filter: `meta.resourceType eq "Group"`, plan: "nothing, residual"},
		{filter: `active pr`, cursor: true, count: 4, plan: "all, residual", read: 9},
		{sort: "userName", count: 5, plan: "index userName", read: 5},
		{sort: "userName", cursor: true, count: 5, plan: "index userName", read: 6},
		{filter: `userName sw "` + name + `"`, sort: "displayName", plan: "range userName, residual, sorted", read: -1},
	} {
		found, err := c.p.Search(t.Context(), c.tn, scim.Query{Types: c.tn.Types.List[:1], Filter: q.filter, HasFilter: q.filter != "",
			SortBy: q.sort, HasCursor: q.cursor, Count: q.count, HasCount: q.count > 0})
		if err != nil {
			t.Fatalf("%+v: %v", q, err)
		}
		if found.Plan.String() != q.plan || q.read >= 0 && found.Plan.Read != q.read {
			t.Errorf("%s sorted by %q: %q reads %d, want %q and %d", q.filter, q.sort, found.Plan, found.Plan.Read, q.plan, q.read)
		}
	}
}
