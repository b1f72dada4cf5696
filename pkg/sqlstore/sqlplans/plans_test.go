package sqlplans_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/scimstack/scimstack/internal/sqltest"
	"github.com/scimstack/scimstack/pkg/mcp"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/sqlstore"
	"github.com/scimstack/scimstack/pkg/sqlstore/sqlplans"
)

func TestMain(m *testing.M) { sqltest.Main(m) }

// TestPlans: a plan is used once, by the first caller, belongs to its tenant, and is forgotten after its
// time; those that wait are bounded.
func TestPlans(t *testing.T) {
	t.Parallel()
	sqltest.Each(t, func(t *testing.T, d *sqlstore.Database) {
		now := time.Now()
		plans := sqlplans.New(d, func() time.Time { return now })
		acme, _ := scim.ParseTenantID("acme")
		globex, _ := scim.ParseTenantID("globex")
		put := func(id string) error { return plans.Put(t.Context(), acme, id, []byte("sealed"), now.Add(time.Hour)) }
		if err := put("plan_1"); err != nil {
			t.Fatal(err)
		}
		if put("plan_1") == nil {
			t.Error("an id that exists was accepted")
		}
		if got, err := plans.Get(t.Context(), acme, "plan_1"); err != nil || string(got) != "sealed" {
			t.Error(string(got), err)
		}
		for _, id := range []string{"", "plan_2", strings.Repeat("x", 3000), "a\x00b", "\xff"} {
			if _, err := plans.Take(t.Context(), acme, id); !errors.Is(err, mcp.ErrPlanUnknown) {
				t.Error(id, err)
			}
		}
		if _, err := plans.Take(t.Context(), globex, "plan_1"); !errors.Is(err, mcp.ErrPlanUnknown) {
			t.Error(err)
		}
		takeOnce(t, plans, acme)
		for n := range 199 {
			if err := put(fmt.Sprint("waiting_", n)); err != nil {
				t.Fatal(err)
			}
		}
		if err := put("last"); err != nil {
			t.Error(err)
		}
		if err := put("more"); !errors.Is(err, mcp.ErrPlansFull) {
			t.Error(err)
		}
		now = now.Add(3 * time.Hour)
		if err := put("later"); err != nil {
			t.Error(err)
		}
		if _, err := plans.Get(t.Context(), acme, "plan_1"); !errors.Is(err, mcp.ErrPlanUnknown) {
			t.Error(err)
		}
	})
}

func takeOnce(t *testing.T, plans *sqlplans.Plans, acme scim.TenantID) {
	t.Helper()
	var taken atomic.Int32
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			got, err := plans.Take(t.Context(), acme, "plan_1")
			if err == nil && string(got) == "sealed" {
				taken.Add(1)
			} else if !errors.Is(err, mcp.ErrPlanUsed) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if taken.Load() != 1 {
		t.Errorf("taken %d times", taken.Load())
	}
	if _, err := plans.Get(t.Context(), acme, "plan_1"); !errors.Is(err, mcp.ErrPlanUsed) {
		t.Error(err)
	}
}
