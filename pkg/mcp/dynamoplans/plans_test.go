package dynamoplans_test

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/mcp"
	"github.com/scimstack/scimstack/pkg/mcp/dynamoplans"
	"github.com/scimstack/scimstack/pkg/scim"
)

// TestPlans: both stores of plans behave the same: a plan is used once, by the first caller, and
// belongs to its tenant.
func TestPlans(t *testing.T) {
	t.Parallel()
	_, client := dynamotest.NewDirect()
	if err := dynamo.Create(t.Context(), client, "scimstack"); err != nil {
		t.Fatal(err)
	}
	for name, plans := range map[string]mcp.Plans{"memory": mcp.NewMemoryPlans(nil), "dynamo": dynamoplans.New(client, "scimstack")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acme, _ := scim.ParseTenantID("acme")
			globex, _ := scim.ParseTenantID("globex")
			if err := plans.Put(t.Context(), acme, "plan_1", []byte("sealed"), time.Now().Add(time.Hour)); err != nil {
				t.Fatal(err)
			}
			if got, err := plans.Get(t.Context(), acme, "plan_1"); err != nil || string(got) != "sealed" {
				t.Error(string(got), err)
			}
			for _, id := range []string{"", "plan_2", strings.Repeat("x", 3000)} {
				if _, err := plans.Take(t.Context(), acme, id); !errors.Is(err, mcp.ErrPlanUnknown) {
					t.Error(id, err)
				}
			}
			if _, err := plans.Take(t.Context(), globex, "plan_1"); !errors.Is(err, mcp.ErrPlanUnknown) {
				t.Error(err)
			}
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
		})
	}
}
