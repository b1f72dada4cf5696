package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// reindexOptions are the flags of `scimstack table reindex`.
type reindexOptions struct {
	tenant      string
	all, values bool
	settle      time.Duration
}

func tableReindexCommand() *cobra.Command {
	var f tableFlags
	var o reindexOptions
	cmd := &cobra.Command{
		Use:   "reindex",
		Short: "Build the indexes that settings, schemas or a new version ask for, and report duplicates",
		Long: `Build the indexes that are not complete: those that new settings, schemas or a new version of scimstack ask for.

Look-ups do not use an index before it is complete, and uniqueness holds among new values only. The command is safe
beside traffic. After an interruption, start it again: it continues where it was. Resources that have the same value
under a unique index are listed and stay as they are; the command then fails. Change or remove one of each pair, and start it again.

After all tenants, the version of the table is set to the one of this build; older builds refuse it from then on.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			t, err := f.openReachable(cmd.Context())
			if err != nil {
				return err
			}
			defer t.close()
			tenants := dynamo.NewTenantsWith(t.client, dynamo.Options{Table: f.name, Settle: o.settle})
			left, err := o.run(cmd.Context(), tenants, cmd.OutOrStdout())
			if errors.Is(err, tenant.ErrUnknown) {
				return fmt.Errorf("there is no tenant %s in table %s; scimstack tenant list shows the tenants", o.tenant, f.name)
			}
			if err == nil && o.tenant == "" {
				err = dynamo.Upgrade(cmd.Context(), t.client, f.name)
			}
			if err == nil && left > 0 {
				err = fmt.Errorf("%d duplicates are left: change or remove one resource of each pair, and start the command again", left)
			}
			return explain(err)
		},
	}
	f.add(cmd, onAWS)
	cmd.Flags().StringVar(&o.tenant, "tenant", "", "only this tenant; without it, all tenants")
	cmd.Flags().BoolVar(&o.all, "all", false, "verify complete indexes too, and repair them")
	cmd.Flags().BoolVar(&o.values, "values", false, "show the values of duplicates, which are personal data")
	cmd.Flags().DurationVar(&o.settle, "settle", 0, "how long requests may still use settings from before a change (default 1m30s)")
	return cmd
}

// run builds the indexes of the tenants, one after the other. It goes on after duplicates.
// left is their number.
func (o *reindexOptions) run(ctx context.Context, tenants *dynamo.Tenants, out io.Writer) (left int, err error) {
	ids, err := o.ids(ctx, tenants)
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		report := reindexReport{out: out, id: id, values: o.values}
		done, err := tenants.Reindex(ctx, id, dynamo.ReindexOptions{All: o.all, Progress: report.progress})
		if errors.Is(err, tenant.ErrUnknown) && o.tenant == "" {
			continue // deleted meanwhile
		}
		if err != nil {
			return left, fmt.Errorf("tenant %s: %w; what is done is kept: start the command again", id, err)
		}
		report.end(done)
		left += len(done.Duplicates)
	}
	return left, nil
}

func (o *reindexOptions) ids(ctx context.Context, tenants *dynamo.Tenants) ([]scim.TenantID, error) {
	if o.tenant == "" {
		return tenant.AllNames(ctx, tenants)
	}
	id, err := tenantName(o.tenant)
	if err != nil {
		return nil, err
	}
	return []scim.TenantID{id}, nil
}

// reindexReport prints what happens to one tenant.
type reindexReport struct {
	out    io.Writer
	id     scim.TenantID
	values bool
	last   time.Time
}

// showEvery is how often progress is printed.
const showEvery = 2 * time.Second

func (r *reindexReport) progress(now dynamo.Reindexed) {
	if time.Since(r.last) < showEvery {
		return
	}
	r.last = time.Now()
	switch {
	case now.Waiting > 0:
		fmt.Fprintf(r.out, "%s  waiting %s until every request uses the settings\n", r.id, now.Waiting.Round(time.Second))
	case now.Type == "":
		fmt.Fprintf(r.out, "%s  another process builds; waiting\n", r.id)
	default:
		fmt.Fprintf(r.out, "%s  %s: %d resources read, %d written\n", r.id, now.Type, now.Read, now.Written)
	}
}

func (r *reindexReport) end(done dynamo.Reindexed) {
	for _, d := range done.Duplicates {
		fmt.Fprintf(r.out, "%s  duplicate: %s %s and %s have the same %s", r.id, d.Type, d.ID, d.Holder, d.Attr)
		if r.values {
			fmt.Fprintf(r.out, " %q", d.Value)
		}
		fmt.Fprintln(r.out)
	}
	state := "complete"
	if n := len(done.Duplicates); n > 0 {
		state = fmt.Sprintf("not complete, %d duplicates", n)
	}
	fmt.Fprintf(r.out, "%s  %s: %d resources read, %d written\n", r.id, state, done.Read, done.Written)
}
