package main

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/internal/function"
	"github.com/scimstack/scimstack/internal/lambdarun"
)

// lambdaOptions are the flags of `scimstack lambda`.
type lambdaOptions struct {
	addr   string
	specs  []string // --tenant
	build  string   // folder of the built functions, or "" to build them
	create bool     // create the table if it does not exist
	hooks  bool     // facts are sent to the webhooks of the table
	table  tableFlags
}

// lambdaCommand runs the functions as they are deployed, on this machine.
func lambdaCommand() *cobra.Command {
	var o lambdaOptions
	cmd := &cobra.Command{
		Use:   "lambda",
		Short: "Run the real Lambda functions behind a local gateway",
		Long: `Builds the functions and runs them as Lambda does: one process for each execution environment, invoked
through the Lambda Runtime API, behind a gateway that creates the events of an API Gateway HTTP API. Requests to
/admin/v1 must be signed (SigV4) with the credentials of the environment, or with those that are printed.
With --webhooks the function webhooks sends every change to the webhooks of the table, over plain HTTP on loopback too.
Without --endpoint the table is in this process and lost at exit.`,
		Example: `  scimstack lambda
  scimstack lambda --endpoint http://127.0.0.1:8000 --table scim --create-table --tenant name=acme,token=secret`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runLambda(cmd.Context(), o, cmd.OutOrStdout(), os.Stderr)
		},
	}
	cmd.Flags().StringVar(&o.addr, "addr", "127.0.0.1:8080", "address to listen on")
	cmd.Flags().StringArrayVar(&o.specs, "tenant", nil, "tenant, as for scimstack dev; may be repeated")
	cmd.Flags().BoolVar(&o.hooks, "webhooks", false, "send changes to the webhooks of the table, as \"webhooks\": true of a customer file does")
	cmd.Flags().StringVar(&o.build, "build", "", "folder with <function>/bootstrap; the functions are not built then")
	cmd.Flags().BoolVar(&o.create, "create-table", false, "create the table if it does not exist")
	o.table.add(cmd, "an in-process engine is used")
	return cmd
}

// runLambda serves until the context ends.
func runLambda(ctx context.Context, o lambdaOptions, out io.Writer, log *os.File) error {
	tenants, err := parseTenants(ctx, o.specs)
	if err != nil {
		return err
	}
	if o.build == "" {
		if o.build, err = lambdarun.Build(ctx, lambdarun.BuildOptions{Log: log}); err != nil {
			return err
		}
	}
	t, err := o.table.openOrEngine(ctx, o.create, true)
	if err != nil {
		return err
	}
	defer t.close()
	tenants = t.asked(o.specs, tenants)
	if err := t.put(ctx, tenants); err != nil {
		return err
	}
	at, err := listen(ctx, "--addr", o.addr)
	if err != nil {
		return err
	}
	defer at.listener.Close()
	base := at.url + scimstack.Prefix
	caller := t.caller()
	logger := slog.New(slog.NewJSONHandler(log, nil))
	facts := lambdarun.Facts{Webhooks: o.hooks}
	stack, err := lambdarun.NewStack(lambdarun.StackOptions{Build: o.build, Env: t.functionEnv(base), IAM: caller.iam(), Facts: facts, Log: log, Slog: logger}) //nolint:contextcheck // it listens until close
	if err != nil {
		return err
	}
	defer stack.Close()
	defer t.follow(ctx, stack.HandleStream, t.places(), logger)() // what the queue of facts had is found by the schedule
	at.announce(out)
	if at.open {
		warnWeak(out, tenants)
	}
	caller.print(out, at.url)
	printTenants(out, base, tenants, t.kept())
	return serve(ctx, &http.Server{Handler: stack.Gateway, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}, at.listener)
}

// functionEnv returns the environment of the functions, as a deployment sets it.
func (t *table) functionEnv(publicBase string) []string {
	o := t.client.Options()
	env := []string{"AWS_REGION=" + o.Region, function.EnvTable + "=" + t.flags.name, function.EnvPublicBase + "=" + publicBase}
	for _, key := range []string{"AWS_ENDPOINT_URL_DYNAMODB", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", function.EnvLogLevel} {
		if v := t.flags.env(key); v != "" {
			env = append(env, key+"="+v)
		}
	}
	return env
}
