package engine_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
)

var update = flag.Bool("update", false, "rewrite testdata/explain.txt")

// TestExplain compares the plans of the queries in testdata/explain.txt with those that it has. A line is the type,
// the filter and, after a bar, the order; the lines below it, which begin with a blank, are the plan.
func TestExplain(t *testing.T) {
	t.Parallel()
	const file = "testdata/explain.txt"
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	tn, filters := newTenant(t), map[string]bool{}
	var out strings.Builder
	for _, line := range strings.Split(strings.TrimSpace(string(raw)), "\n") {
		if line == "" || line[0] == ' ' {
			continue
		}
		typ, rest, _ := strings.Cut(line, " ")
		text, order, _ := strings.Cut(rest, " | ")
		text = strings.TrimSpace(text)
		filters[typ+text] = true
		q := scim.Query{Filter: text, HasFilter: text != "", Descending: strings.HasSuffix(order, " descending"), SortBy: strings.TrimSuffix(order, " descending")}
		for _, rt := range tn.Types.List {
			if rt.Name == typ {
				q.Types = append(q.Types, rt)
			}
		}
		plans, err := engine.Explain(tn, q)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		fmt.Fprintln(&out, line)
		for _, p := range plans {
			fmt.Fprintf(&out, "  reads: %s\n", p.Reads)
			if p.Tests != "" {
				fmt.Fprintf(&out, "  tests: %s\n", p.Tests)
			}
			if p.Order != "" {
				fmt.Fprintf(&out, "  order: %s\n", p.Order)
			}
			fmt.Fprintf(&out, "  bound: %s\n", p.Bound)
		}
	}
	if *update {
		if err := os.WriteFile(file, []byte(out.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if d := cmp.Diff(string(raw), out.String()); d != "" {
		t.Errorf("run the test with -update and read the difference (-want +got):\n%s", d)
	}
	if len(filters) < 60 {
		t.Errorf("only %d filters", len(filters))
	}
}

// TestExplainIsTrue: where a plan reads a part of an index or look-ups, the search finds its matches in a tenant that
// is too large to be read as a whole; all other searches are refused there.
func TestExplainIsTrue(t *testing.T) {
	t.Parallel()
	c := newCrowd(t, 90)
	for range 150 {
		q := scim.Query{Types: c.tn.Types.List[:1], Filter: c.filter()}
		q.HasFilter = q.Filter != ""
		plans, err := engine.Explain(c.tn, q)
		if err != nil {
			t.Fatal(err)
		}
		found, err := c.p.Search(c.Context(), c.tn, q)
		if err == nil && found.Plan.Read > plans[0].Most {
			t.Errorf("%s: %+v, and yet %+v by startIndex", q.Filter, plans[0], found.Plan)
		}
		q.HasCursor, q.HasCount, q.Count = true, true, c.tn.Limits.DefaultResults
		if page, err := c.p.Search(c.Context(), c.tn, q); err != nil || page.Plan.Read > plans[0].MostByCursor {
			t.Fatalf("%s: %+v, and yet %+v %v by cursor", q.Filter, plans[0], page.Plan, err)
		}
		whole := plans[0].Reads == "all resources" && q.HasFilter
		if whole && err == nil || !whole && err != nil && !strings.Contains(plans[0].Bound, "tooMany") {
			t.Errorf("%s: %+v, and yet %v", q.Filter, plans[0], err)
		}
	}
}
