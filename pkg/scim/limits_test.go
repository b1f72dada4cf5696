package scim_test

import (
	"fmt"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/scim"
)

// TestRate: a tenant has a limit unless it says NoLimit; with a rate of its own, twice as many requests
// may come at once (N-07).
func TestRate(t *testing.T) {
	t.Parallel()
	id, err := scim.ParseTenantID("acme")
	if err != nil {
		t.Fatal(err)
	}
	for in, want := range map[scim.Limits]scim.Limits{
		{}:                   {Rate: 50, Burst: 200},
		{Burst: 20}:          {Rate: 50, Burst: 20},
		{Rate: 5}:            {Rate: 5, Burst: 10},
		{Rate: 5, Burst: 1}:  {Rate: 5, Burst: 1},
		{Rate: scim.NoLimit}: {Rate: scim.NoLimit, Burst: 200},
	} {
		tn, err := scim.NewTenant(scim.TenantConfig{ID: id, Limits: in})
		if err != nil || tn.Limits.Rate != want.Rate || tn.Limits.Burst != want.Burst {
			t.Errorf("%+v: %+v, %v", in, tn.Limits, err)
		}
	}
	for _, bad := range []scim.Limits{{Rate: -2}, {Burst: -1}, {MaxBody: -1}, {Rate: scim.NoLimit, MaxScan: -1}} {
		if _, err := scim.NewTenant(scim.TenantConfig{ID: id, Limits: bad}); err == nil {
			t.Errorf("%+v is accepted", bad)
		}
	}
}

// TestLimitsPage: docs/reference/limits.md lists every limit with its default.
func TestLimitsPage(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/reference/limits.md")
	if err != nil {
		t.Fatal(err)
	}
	v := reflect.ValueOf(scim.DefaultLimits())
	for i := range v.NumField() {
		if row := fmt.Sprintf("| `%s` | %d |", v.Type().Field(i).Name, v.Field(i).Int()); !strings.Contains(string(page), row) {
			t.Errorf("the page has no row %s", row)
		}
	}
	if n := len(regexp.MustCompile("(?m)^\\| `[A-Za-z]+` \\| [0-9]+ \\|").FindAll(page, -1)); n != v.NumField() {
		t.Errorf("the page has %d rows, for %d limits", n, v.NumField())
	}
}
