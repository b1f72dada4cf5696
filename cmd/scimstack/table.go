package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/scimstack/scimstack/pkg/dynamo"
)

// tableCommand manages the DynamoDB table.
func tableCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "table", Short: "Manage the DynamoDB table"}
	cmd.AddCommand(tableCreateCommand(), tableReindexCommand(), tableRecountCommand(), tableDeadLettersCommand(), tableAfterRestoreCommand(), tableCheckCommand())
	return cmd
}

func tableCreateCommand() *cobra.Command {
	var f tableFlags
	cmd := &cobra.Command{
		Use:   "create",
		Short: "Create the table with its index, stream and time to live; an existing table is not changed",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			t, err := f.openReachable(cmd.Context())
			if err != nil {
				return err
			}
			defer t.close()
			if err := dynamo.Create(cmd.Context(), t.client, f.name); err != nil {
				return fmt.Errorf("table %s: %w", f.name, explain(err))
			}
			fmt.Fprintf(textOut(cmd), "table %s is ready\n", f.name)
			return printFields(cmd, []tableRow{{Table: f.name, Ready: true}})
		},
	}
	addOutput(cmd)
	f.add(cmd, onAWS)
	return cmd
}

// tableRow is what `scimstack table create` has made.
type tableRow struct {
	Table string `json:"table"`
	Ready bool   `json:"ready"`
}
