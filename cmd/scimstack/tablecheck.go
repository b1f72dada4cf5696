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

// checkOptions are the flags of `scimstack table check`.
type checkOptions struct {
	tenant         string
	repair, values bool
	settle         time.Duration
}

func tableCheckCommand() *cobra.Command {
	var f tableFlags
	var o checkOptions
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Compare all items that have to agree, and with --repair mend those that do not",
		Long: `Compare all items that have to agree, and with --repair mend those that do not. A table needs it after records of its stream
were lost (table dead-letters says so), or after something else than scimstack has written to it.

  left value   A value belongs to no resource, or to one that does not have it: others are refused it as taken. The repair frees it.
  lost value   A resource is not found by a value that it has. The repair makes it found, unless another resource has taken the value
               meanwhile: change or remove one of the two.
  lost member  A group has a member that does not exist. The repair removes it from all its groups.
  lost group   Members are in a group that does not exist. The repair takes them out.
  old name     Groups show a member by an earlier name. The repair shows the present one.

The command is safe beside traffic and can be interrupted. What disagrees is looked at again after --settle, because a change may be
in progress. It reads everything: about 5 read units for a user with 5 values, and 2 for a membership. Without --repair it writes nothing.

The feed tells of members that a repair removes. Counters are the matter of table recount; values that a resource does not have although its
attributes say so, of table reindex --all.`,
		Example: `  scimstack table check
  scimstack table check --repair --tenant acme --endpoint http://127.0.0.1:8000`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			t, err := f.openReachable(cmd.Context())
			if err != nil {
				return err
			}
			defer t.close()
			return explain(o.print(cmd, t))
		},
	}
	f.add(cmd, onAWS)
	addOutput(cmd)
	addQuiet(cmd)
	cmd.Flags().StringVar(&o.tenant, "tenant", "", "only this tenant; without it, all tenants")
	cmd.Flags().BoolVar(&o.repair, "repair", false, "mend what is found")
	cmd.Flags().BoolVar(&o.values, "values", false, "show the values, which are personal data")
	cmd.Flags().DurationVar(&o.settle, "settle", 30*time.Second, "how long a disagreement has to last")
	return cmd
}

// checkRow is what was found in one tenant.
type checkRow struct {
	Tenant      string     `json:"tenant"`
	Resources   int        `json:"resources"`
	Values      int        `json:"values"`
	Memberships int        `json:"memberships"`
	Faults      int        `json:"faults"`
	Repaired    int        `json:"repaired"`
	Found       []faultRow `json:"found" col:"-"`
}

// faultRow is one fault.
type faultRow struct {
	Kind     string `json:"kind"`
	Type     string `json:"type"`
	ID       string `json:"id"`
	Attr     string `json:"attribute,omitempty"`
	Value    string `json:"value,omitempty"` // with --values only
	Other    string `json:"other,omitempty"` // the resource that has a lost value too
	Repaired bool   `json:"repaired"`
}

// print checks the tenants and prints what was found, also after a failure.
func (o *checkOptions) print(cmd *cobra.Command, t *table) error {
	p := progressOf(cmd)
	rows, err := o.run(cmd.Context(), t, p)
	p.end()
	left, all := 0, 0
	for _, row := range rows {
		for _, f := range row.Found {
			f.print(textOut(cmd), row.Tenant)
		}
		all += row.Faults
		left += row.Faults - row.Repaired
	}
	if len(rows) > 0 || err == nil {
		err = errors.Join(err, printRows(cmd, rows))
	}
	switch {
	case err != nil || left == 0:
		return err
	case !o.repair:
		return fmt.Errorf("%s: --repair mends what can be mended", count(left, "fault"))
	}
	return fmt.Errorf("%d of %s could not be mended: change or remove one of the two resources that have the same value, and start the command again", left, count(all, "fault"))
}

// print prints a fault as a line.
func (f faultRow) print(out io.Writer, tenantName string) {
	fmt.Fprintf(out, "%s  %s: %s %s", tenantName, f.Kind, f.Type, f.ID)
	if f.Attr != "" {
		fmt.Fprintf(out, ", %s", f.Attr)
	}
	if f.Value != "" {
		fmt.Fprintf(out, " %q", f.Value)
	}
	if f.Other != "" {
		fmt.Fprintf(out, ", which %s has too", f.Other)
	}
	if f.Repaired {
		fmt.Fprint(out, ": mended")
	}
	fmt.Fprintln(out)
}

// run checks the tenants, one after the other.
func (o *checkOptions) run(ctx context.Context, t *table, p *progress) (rows []checkRow, err error) {
	err = t.each(ctx, o.tenant, func(id scim.TenantID) error {
		row, err := o.check(ctx, t.tenants(), id, p)
		if errors.Is(err, tenant.ErrUnknown) {
			return err
		}
		rows = append(rows, row)
		if err != nil {
			return fmt.Errorf("tenant %s is not fully checked; start the command again: %w", id, explain(err))
		}
		return nil
	})
	return rows, err
}

// check checks one tenant.
func (o *checkOptions) check(ctx context.Context, tenants *dynamo.Tenants, id scim.TenantID, p *progress) (checkRow, error) {
	row := checkRow{Tenant: id.String(), Found: []faultRow{}}
	done, err := tenants.Check(ctx, id, dynamo.CheckOptions{Repair: o.repair, Settle: max(o.settle, 1), // 0 is no default here
		Progress: func(now dynamo.Checked) { p.check(id, now) },
		Found: func(f dynamo.Fault) {
			one := faultRow{Kind: string(f.Kind), Type: f.Type, ID: f.ID, Attr: f.Attr, Other: f.Other, Repaired: f.Repaired}
			if o.values {
				one.Value = f.Value
			}
			row.Found = append(row.Found, one)
		}})
	row.Resources, row.Values, row.Memberships, row.Faults, row.Repaired = done.Resources, done.Values, done.Memberships, done.Faults, done.Repaired
	return row, err
}

// check shows what happens to one tenant.
func (p *progress) check(id scim.TenantID, now dynamo.Checked) {
	if now.Waiting > 0 {
		p.at("%s: something disagrees; waiting %s until no change can be in progress", id, durationText(now.Waiting.Round(time.Second)))
		return
	}
	p.at("%s: %d resources, %d values and %d memberships read, %s", id, now.Resources, now.Values, now.Memberships, count(now.Faults, "fault"))
}
