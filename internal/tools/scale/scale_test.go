package main

import (
	"strings"
	"testing"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/internal/racing"
)

// TestRate: the wall that is computed from the units of a load is the one that the buckets have.
func TestRate(t *testing.T) {
	t.Parallel()
	racing.Skip(t)
	l := load{"create", 10, 2, 40, 0.5, creating(2)}
	r, err := playRate(t.Context(), l)
	if err != nil {
		t.Fatal(err)
	}
	if r.requests != 40 || r.below != 0 || !r.above || r.wall < l.rate || r.hot.Write < 40 {
		t.Errorf("%+v", r)
	}
	if sum := 5 * 2 * r.hot.Write; r.total[1] < sum { // of ten tenants, two of which were played
		t.Errorf("%v units in all, %v of one key", r.total, r.hot.Write)
	}
}

// TestJob: a job is extrapolated from the members that were played.
func TestJob(t *testing.T) {
	t.Parallel()
	racing.Skip(t)
	r, err := playJob(t.Context(), job{"delete", 3_000_000, 300, deleting})
	if err != nil {
		t.Fatal(err)
	}
	if n := r.hot.Write / 3_000_000; n < 0.05 || n > 4 || float64(r.requests()) < r.seconds/requestSeconds || float64(r.requests()-1) >= r.seconds/requestSeconds {
		t.Errorf("%v units for a member, %+v", n, r)
	}
}

// TestPrint: the tables have a row for each load, and a kind of key for each wall.
func TestPrint(t *testing.T) {
	t.Parallel()
	k := dynamotest.KeyUnits{Table: table, Index: "GSI1", Key: "T#acme#R#0", Write: 1234.4, Read: 0.5}
	var b strings.Builder
	err := print(&b, []rateResult{{load: load{name: "a load", played: 1}, hot: hotKey{k, 0.5}, wall: 80, above: true}}, []jobResult{{job: job{name: "a job"}, hot: k, seconds: 60}})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"| a load |", "`GSI1 T#…#R#0`", "1,234 write", "50.0 %", "80 requests/s", "more shards of the reverse index", "| a job |", "| 60 s | 3 |"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
}
