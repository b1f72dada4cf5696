// Command scimstack runs and administers the SCIM service.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "scimstack:", err)
		os.Exit(1)
	}
}

func run() error {
	ctx, stop := interruptible(context.Background(), os.Stderr, os.Exit)
	defer stop()
	return root().ExecuteContext(ctx)
}

func root() *cobra.Command {
	cmd := &cobra.Command{
		Use:           "scimstack",
		Short:         "SCIM 2.0 service provider",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	cmd.AddCommand(devCommand(), serveCommand())
	cmd.AddCommand(logCommand())
	cmd.AddCommand(eventsCommand(), listenCommand())
	cmd.AddCommand(demoCommand())
	cmd.AddCommand(replayCommand())
	cmd.AddCommand(mcpCommand())
	cmd.AddCommand(lambdaCommand())
	cmd.AddCommand(tableCommand())
	cmd.AddCommand(tenantCommand())
	cmd.AddCommand(tokenCommand())
	return cmd
}
