package cost_test

import (
	"math"
	"testing"

	"github.com/scimstack/scimstack/infra/cdk/cost"
	"github.com/scimstack/scimstack/infra/cdk/deployment"
)

func typical(t *testing.T) cost.Tenant {
	t.Helper()
	ops, err := cost.ReadOperations("../../../pkg/dynamo/testdata")
	if err != nil {
		t.Fatal(err)
	}
	out, err := cost.Typical(ops)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := cost.Typical(cost.Operations{}); err == nil {
		t.Error("an operation without figures is accepted")
	}
	return out
}

// TestIdle: a deployment without tenants costs exactly the fixed items that are switched on.
func TestIdle(t *testing.T) {
	t.Parallel()
	c := deployment.Defaults("acme")
	if got := cost.Total(cost.Estimate(c, 0, typical(t))); got != 0 {
		t.Errorf("idle: $%f", got)
	}
	c.Alarms.Enabled, c.Dashboard, c.Table.CustomerKey = true, true, true
	want := 0.10*float64(len(deployment.AlarmsOf(c))) + 3 + 1
	if got := cost.Total(cost.Estimate(c, 0, typical(t))); math.Abs(got-want) > 1e-9 {
		t.Errorf("fixed costs: $%f, want $%f", got, want)
	}
}

// TestLinear: a thousand tenants cost a thousand times as much as one, but for the metrics, which are
// the same for any number.
func TestLinear(t *testing.T) {
	t.Parallel()
	c := deployment.Defaults("acme")
	const metrics = 12 * 0.30
	one, many := cost.Total(cost.Estimate(c, 1, typical(t)))-metrics, cost.Total(cost.Estimate(c, 1000, typical(t)))-metrics
	if one <= 0 || math.Abs(many-1000*one) > 1e-6 {
		t.Error(one, many)
	}
}
