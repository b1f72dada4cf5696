package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// tableRecountCommand repairs the counters.
func tableRecountCommand() *cobra.Command {
	var f tableFlags
	var name string
	cmd := &cobra.Command{
		Use:   "recount",
		Short: "Count the resources of all tenants and correct the counters",
		Long: `Counts the resources of all tenants, or of one, and corrects the counters from which totalResults is taken.
The tenants can be in use meanwhile. If the command is interrupted, the next one continues.
It reads every resource once: about 0.17 read units for a user of 1.3 KB.`,
		Example: `  scimstack table recount
  scimstack table recount --tenant acme --endpoint http://127.0.0.1:8000`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			t, err := f.openReachable(cmd.Context())
			if err != nil {
				return err
			}
			defer t.close()
			return explain(recount(cmd, t, name))
		},
	}
	addOutput(cmd)
	addQuiet(cmd)
	cmd.Flags().StringVar(&name, "tenant", "", "the only tenant to recount")
	f.add(cmd, onAWS)
	return cmd
}

// recountRow is the counter of one resource type.
type recountRow struct {
	Tenant    string `json:"tenant"`
	Type      string `json:"type"`
	Counted   int64  `json:"counted"`
	Before    int64  `json:"before"` // what the counter said
	Corrected bool   `json:"corrected"`
}

// recount recounts one tenant, or all of them if name is "". What is done is printed also after a failure.
func recount(cmd *cobra.Command, t *table, name string) error {
	var rows []recountRow
	p := progressOf(cmd)
	done, err := recountAll(cmd.Context(), t, name, func(at dynamo.Recount) {
		if !at.Done {
			p.at("%s %s: %d so far", at.Tenant, at.Type, at.Counted)
			return
		}
		rows = append(rows, recountRow{at.Tenant.String(), at.Type, at.Counted, at.Before, at.Before != at.Counted})
	})
	p.end()
	if len(rows) > 0 || err == nil {
		err = errors.Join(err, printRows(cmd, rows))
	}
	if err == nil {
		note(cmd, "%s recounted", count(done, "tenant"))
	}
	return err
}

func recountAll(ctx context.Context, t *table, name string, report func(dynamo.Recount)) (done int, err error) {
	err = t.each(ctx, name, func(id scim.TenantID) error {
		err := t.tenants().Recount(ctx, id, report)
		if err != nil {
			return fmt.Errorf("tenant %s is not fully recounted; repeat the command, it continues: %w", id, explain(err))
		}
		done++
		return nil
	})
	return done, err
}

// each calls do for the tenant of a flag --tenant, or for all of them without it, until an error. A tenant that is deleted
// meanwhile is no error, unless it is the one of the flag.
func (t *table) each(ctx context.Context, name string, do func(scim.TenantID) error) error {
	ids, err := t.named(ctx, name)
	if err != nil {
		return err
	}
	for _, id := range ids {
		switch err := do(id); {
		case errors.Is(err, tenant.ErrUnknown) && name == "":
		case errors.Is(err, tenant.ErrUnknown):
			return noTenant(ctx, t.tenants(), id, "table "+t.flags.name)
		case err != nil:
			return err
		}
	}
	return nil
}

// named returns the tenant of a flag --tenant, or all of them without it.
func (t *table) named(ctx context.Context, name string) ([]scim.TenantID, error) {
	if name == "" {
		return tenant.AllNames(ctx, t.tenants())
	}
	id, err := tenantName(name)
	return []scim.TenantID{id}, err
}
