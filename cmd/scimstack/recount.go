package main

import (
	"context"
	"errors"
	"fmt"
	"io"

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
			return explain(recount(cmd.Context(), t, name, cmd.OutOrStdout()))
		},
	}
	cmd.Flags().StringVar(&name, "tenant", "", "the only tenant to recount")
	f.add(cmd, onAWS)
	return cmd
}

// recount recounts one tenant, or all of them if name is "".
func recount(ctx context.Context, t *table, name string, out io.Writer) error {
	var ids []scim.TenantID
	if name != "" {
		id, err := tenantName(name)
		if err != nil {
			return err
		}
		ids = append(ids, id)
	} else {
		var err error
		if ids, err = tenant.AllNames(ctx, t.tenants()); err != nil {
			return err
		}
	}
	for _, id := range ids {
		err := t.tenants().Recount(ctx, id, func(at dynamo.Recount) { printRecount(out, at) })
		switch {
		case errors.Is(err, tenant.ErrUnknown) && name == "":
			continue // it was deleted meanwhile
		case errors.Is(err, tenant.ErrUnknown):
			return fmt.Errorf("there is no tenant %s in table %s; scimstack tenant list shows the tenants", id, t.flags.name)
		case err != nil:
			return fmt.Errorf("tenant %s is not fully recounted; repeat the command, it continues: %w", id, err)
		}
	}
	fmt.Fprintf(out, "%d tenants recounted\n", len(ids))
	return nil
}

func printRecount(out io.Writer, at dynamo.Recount) {
	switch {
	case !at.Done:
		fmt.Fprintf(out, "%s %s: %d so far\n", at.Tenant, at.Type, at.Counted)
	case at.Before == at.Counted:
		fmt.Fprintf(out, "%s %s: %d, as the counter says\n", at.Tenant, at.Type, at.Counted)
	default:
		fmt.Fprintf(out, "%s %s: %d; the counter said %d\n", at.Tenant, at.Type, at.Counted, at.Before)
	}
}
