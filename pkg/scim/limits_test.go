package scim_test

import (
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
