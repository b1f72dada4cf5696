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
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

var update = flag.Bool("update", false, "rewrite testdata/explain*.txt")

// TestExplain compares the plans of the queries in testdata/explain.txt with those that it has. A line is the type,
// the filter and, after a bar, the order; the lines below it, which begin with a blank, are the plan.
func TestExplain(t *testing.T) {
	t.Parallel()
	if n := explained(t, "testdata/explain.txt", newTenant(t)); n < 60 {
		t.Errorf("only %d filters", n)
	}
}

// TestExplainIndexed is TestExplain in a tenant whose operator added indexes.
func TestExplainIndexed(t *testing.T) {
	t.Parallel()
	id, err := scim.ParseTenantID("acme")
	if err != nil {
		t.Fatal(err)
	}
	tn, err := scim.NewTenant(scim.TenantConfig{ID: id, Indexed: []string{"title", schema.URNEnterpriseUser + ":department", scim.LastModified}})
	if err != nil {
		t.Fatal(err)
	}
	explained(t, "testdata/explain_indexed.txt", tn)
}

// explained compares the plans in a file, and counts its filters.
func explained(t *testing.T, file string, tn *scim.Tenant) int {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	filters := map[string]bool{}
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
		q.Types = append(q.Types, tn.Types.ByName(typ))
		plans, err := engine.Explain(tn, q)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		writePlan(&out, line, plans[0])
	}
	if *update {
		if err := os.WriteFile(file, []byte(out.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		return len(filters)
	}
	if d := cmp.Diff(string(raw), out.String()); d != "" {
		t.Errorf("run the test with -update and read the difference (-want +got):\n%s", d)
	}
	return len(filters)
}

func writePlan(out *strings.Builder, line string, p engine.Plan) {
	fmt.Fprintf(out, "%s\n  reads: %s\n", line, p.Reads)
	if p.Tests != "" {
		fmt.Fprintf(out, "  tests: %s\n", p.Tests)
	}
	if p.Order != "" {
		fmt.Fprintf(out, "  order: %s\n", p.Order)
	}
	fmt.Fprintf(out, "  bound: %s\n", p.Bound)
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
