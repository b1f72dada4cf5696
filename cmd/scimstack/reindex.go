package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
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

Groups that had 10,000 members or more before the edges of large groups were in several partitions are moved to them, in parts,
without a change of their version. A client that changes such a group meanwhile waits some seconds at most.

After all tenants, the version of the table is set to the one of this build; older builds refuse it from then on.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			t, err := f.openReachable(cmd.Context())
			if err != nil {
				return err
			}
			defer t.close()
			tenants := dynamo.NewTenantsWith(t.client, dynamo.Options{Table: f.name, Settle: o.settle})
			left, err := o.print(cmd, t, tenants)
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
	addOutput(cmd)
	addQuiet(cmd)
	cmd.Flags().StringVar(&o.tenant, "tenant", "", "only this tenant; without it, all tenants")
	cmd.Flags().BoolVar(&o.all, "all", false, "verify complete indexes too, and repair them")
	cmd.Flags().BoolVar(&o.values, "values", false, "show the values of duplicates, which are personal data")
	cmd.Flags().DurationVar(&o.settle, "settle", 0, "how long requests may still use settings from before a change (default 1m30s)")
	return cmd
}

// reindexRow is what was done for one tenant.
type reindexRow struct {
	Tenant     string         `json:"tenant"`
	Complete   bool           `json:"complete"`
	Read       int            `json:"read"`
	Written    int            `json:"written"`
	Duplicates []duplicateRow `json:"duplicates" col:"-"`
}

// duplicateRow is two resources with the same value under a unique index.
type duplicateRow struct {
	Type   string `json:"type"`
	ID     string `json:"id"`
	Holder string `json:"holder"` // the resource that the index names
	Attr   string `json:"attribute"`
	Value  string `json:"value,omitempty"` // with --values only
}

// print builds the indexes and prints what was done, also after a failure. left is the number of duplicates.
func (o *reindexOptions) print(cmd *cobra.Command, t *table, tenants *dynamo.Tenants) (left int, err error) {
	p := progressOf(cmd)
	rows, err := o.run(cmd.Context(), t, tenants, p)
	p.end()
	for _, row := range rows {
		for _, d := range row.Duplicates {
			left++
			value := ""
			if d.Value != "" {
				value = fmt.Sprintf(" %q", d.Value)
			}
			fmt.Fprintf(textOut(cmd), "%s  duplicate: %s %s and %s have the same %s%s\n", row.Tenant, d.Type, d.ID, d.Holder, d.Attr, value)
		}
	}
	if len(rows) > 0 || err == nil {
		err = errors.Join(err, printRows(cmd, rows))
	}
	return left, err
}

// run builds the indexes of the tenants, one after the other. It goes on after duplicates.
func (o *reindexOptions) run(ctx context.Context, t *table, tenants *dynamo.Tenants, p *progress) (rows []reindexRow, err error) {
	err = t.each(ctx, o.tenant, func(id scim.TenantID) error {
		done, err := tenants.Reindex(ctx, id, dynamo.ReindexOptions{All: o.all, Progress: func(now dynamo.Reindexed) { p.reindex(id, now) }})
		if err != nil {
			return fmt.Errorf("tenant %s: %w; what is done is kept: start the command again", id, explain(err))
		}
		rows = append(rows, o.row(id, done))
		return nil
	})
	return rows, err
}

func (o *reindexOptions) row(id scim.TenantID, done dynamo.Reindexed) reindexRow {
	row := reindexRow{Tenant: id.String(), Complete: len(done.Duplicates) == 0, Read: done.Read, Written: done.Written, Duplicates: []duplicateRow{}}
	for _, d := range done.Duplicates {
		one := duplicateRow{Type: d.Type, ID: d.ID, Holder: d.Holder, Attr: d.Attr}
		if o.values {
			one.Value = d.Value
		}
		row.Duplicates = append(row.Duplicates, one)
	}
	return row
}

// reindex shows what happens to one tenant.
func (p *progress) reindex(id scim.TenantID, now dynamo.Reindexed) {
	switch {
	case now.Waiting > 0:
		p.at("%s: waiting %s until every request uses the settings", id, durationText(now.Waiting.Round(time.Second)))
	case now.Group != "":
		p.at("%s: moving the members of group %s to several partitions", id, now.Group)
	case now.Type == "":
		p.at("%s: another process builds; waiting", id)
	default:
		p.at("%s %s: %d resources read, %d written", id, now.Type, now.Read, now.Written)
	}
}
