package function

import (
	"context"
	"io"
	"log/slog"
	"time"

	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/health"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// healthEvent is the event of the hourly schedule: the tenants to look at, or all of them if it lists none.
type healthEvent struct {
	Tenants []string `json:"tenants"`
}

// checker looks at the connections of all tenants, and writes a line for each that needs attention, one
// with the numbers, and one for each credential whose end came nearer, which is also in the provisioning log of its tenant. The latter is also their metrics, with the table as the only dimension: a deployment has
// one series for each, however many tenants it has.
type checker struct {
	config Config
	lines  *slog.Logger // without a level: metrics are always written
	now    func() time.Time
}

func (c Config) checker(out io.Writer) checker {
	return checker{c, slog.New(slog.NewJSONHandler(out, nil)), time.Now}
}

func (c checker) run(ctx context.Context, e healthEvent) error {
	all := c.config.Tenants()
	ids, err := recounter{tenants: all}.list(ctx, recountEvent(e))
	if err != nil {
		return err
	}
	log := c.config.Log()
	s, err := health.New(listed{all, c.config, ids}, log, c.now)
	if err != nil {
		return err
	}
	sum, err := s.Sum(ctx)
	if err != nil {
		return err
	}
	for _, t := range sum.Worst {
		c.lines.WarnContext(ctx, "connection", "tenant", t.Name, "state", t.State, "why", t.What, "todo", t.Todo)
	}
	c.lines.InfoContext(ctx, "health", "_aws", healthMetrics(sum.At), "table", c.config.Table, "tenants", sum.Tenants,
		"connections_failing", sum.Failing, "connections_silent", sum.Silent, "connections_expiring", sum.Expiring, "quarantine_risk", sum.Quarantine)
	ending, err := health.Warn(ctx, log, sum)
	for _, e := range ending {
		c.lines.WarnContext(ctx, "expiring", "tenant", e.Tenant.String(), "key", e.Key, "name", e.Name, "expires", e.Expires, "days", e.Days)
	}
	return err
}

// healthMetrics declares the metrics of a health line.
func healthMetrics(at time.Time) metadata {
	const count = "Count"
	return metadata{Timestamp: at.UnixMilli(), CloudWatchMetrics: []directive{{
		Namespace: namespace, Dimensions: [][]string{{"table"}},
		Metrics: []metric{{"connections_failing", count}, {"connections_silent", count}, {"connections_expiring", count}, {"quarantine_risk", count}},
	}}}
}

// listed are some tenants of a table, each read with its own session.
type listed struct {
	*dynamo.Tenants
	config Config
	ids    []scim.TenantID
}

// Resolve implements tenant.Resolver.
func (l listed) Resolve(ctx context.Context, id scim.TenantID) (*tenant.Record, error) {
	return l.Tenants.Resolve(l.config.tenantContext(ctx, id), id)
}

// Names implements health.Tenants. All are one part.
func (l listed) Names(_ context.Context, after string, _ int) ([]scim.TenantID, error) {
	if after != "" {
		return nil, nil
	}
	return l.ids, nil
}
