// Command scimstack runs and administers the SCIM service.
package main

import (
	"context"
	"os"
	"strings"

	"github.com/spf13/cobra"
)

func main() {
	os.Exit(run())
}

// run runs the command that the arguments name, and returns its status: 0, 1 if it failed, 2 for wrong usage.
func run() int {
	ctx, stop := interruptible(context.Background(), os.Stderr, os.Exit)
	defer stop()
	cmd, err := root().ExecuteContextC(ctx)
	if err = last(ctx, err); err != nil {
		report(os.Stderr, cmd, os.Args[1:], err)
	}
	return statusOf(err)
}

// last is what a command's error is for people, also where the command has not explained it.
func last(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		if what, ok := strings.CutSuffix(err.Error(), ctx.Err().Error()); ok {
			return failed(err, "%sinterrupted", what)
		}
	}
	return explain(err)
}

func root() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "scimstack",
		Short: "SCIM 2.0 service provider",
		Long: `Runs, administers and checks a SCIM 2.0 service provider.

Commands that print data take -o table, json or yaml. The status is 0, 1 if the command failed, or 2 for wrong usage, such as the
name of a file that cannot be read; a store or a service that cannot be reached is a failure. With
-o json or yaml, the error is one line of JSON, the last one of standard error: {"error":{"message":"…","status":2,"help":"…"}}.`,
		Version:       currentVersion(),
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	cmd.PersistentFlags().Bool(noColorFlag, false, "no colour; so do NO_COLOR and TERM=dumb")
	cmd.PersistentFlags().BoolP(verboseFlag, "v", false, "show the cause of an error")
	cmd.AddCommand(devCommand(), serveCommand())
	cmd.AddCommand(logCommand(), healthCommand())
	cmd.AddCommand(eventsCommand(), listenCommand(), webhookCommand(), rolesCommand())
	cmd.AddCommand(demoCommand())
	cmd.AddCommand(replayCommand())
	cmd.AddCommand(mcpCommand())
	cmd.AddCommand(lambdaCommand())
	cmd.AddCommand(tableCommand())
	cmd.AddCommand(tenantCommand())
	cmd.AddCommand(tokenCommand())
	cmd.AddCommand(doctorCommand(), readyCommand(), versionCommand(), explainCommand())
	cmd.AddCommand(schemaCommand(), openapiCommand(), clientCommand(), operatorCommand())
	govern(cmd)
	return cmd
}
