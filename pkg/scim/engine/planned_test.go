package engine_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
)

// TestPlanned: a search reports how it found its matches, in words without a value of the filter, and how much it read.
func TestPlanned(t *testing.T) {
	t.Parallel()
	c := crowdIn(t, 90, memory.New(), "title")
	name := c.nameOf(c.ids[0])
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

// TestPlannedRefused: a search that is refused tells in its record how it looked, and how much it had read.
func TestPlannedRefused(t *testing.T) {
	t.Parallel()
	c := crowdIn(t, 90, memory.New())
	narrow := *c.tn
	narrow.Limits.MaxScan = 20
	for _, q := range []struct {
		filter, sort, plan string
		least              int
	}{
		{`active pr`, "", "all, residual", 20},
		{`not (active eq false)`, "displayName", "all, residual", 20},
		{`userName ge "a"`, "", "range userName, residual", 1},
	} {
		found, err := c.p.Search(t.Context(), &narrow, scim.Query{Types: c.tn.Types.List[:1], Filter: q.filter, HasFilter: true, SortBy: q.sort})
		var e *scim.Error
		if found != nil || !errors.As(err, &e) || e.ScimType != scim.TooMany {
			t.Fatalf("%s: %v %v", q.filter, found, err)
		}
		var rec scim.Record
		if rec.Fail(e, err); rec.Plan.String() != q.plan || rec.Plan.Read < q.least {
			t.Errorf("%s sorted by %q: %q has read %d, want %q and at least %d", q.filter, q.sort, rec.Plan, rec.Plan.Read, q.plan, q.least)
		}
	}
}

// nameOf is the userName of a user.
func (c *crowd) nameOf(id string) string {
	c.Helper()
	one, err := c.p.Get(c.Context(), c.target(id), scim.Projection{})
	if err != nil {
		c.Fatal(err)
	}
	_, name, _ := strings.Cut(string(one.Body), `"userName":"`)
	name, _, _ = strings.Cut(name, `"`)
	return name
}

// TestUnionOnce: a resource that several sides of a union lead to is one match (G-09).
func TestUnionOnce(t *testing.T) {
	t.Parallel()
	c := newCrowd(t, 90)
	name := c.nameOf(c.ids[7])
	for _, text := range []string{
		`userName eq "` + name + `" or id eq "` + c.ids[7] + `"`, `userName eq "` + name + `" or emails.value eq "` + name + `@x"`,
		`userName eq "` + name + `" or userName eq "` + name + `"`,
	} {
		for _, cursor := range []bool{false, true} {
			found, err := c.p.Search(t.Context(), c.tn, scim.Query{Types: c.tn.Types.List[:1], Filter: text, HasFilter: true, HasCursor: cursor})
			if err != nil || len(found.Resources) != 1 || found.Total != 1 || found.Plan.By != scim.ByUnion {
				t.Errorf("%s, cursor %t: %d resources, %+v %v", text, cursor, len(found.Resources), found, err)
			}
		}
	}
}
