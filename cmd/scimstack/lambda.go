package main

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/scimstack/scimstack/internal/app"
	"github.com/scimstack/scimstack/internal/function"
	"github.com/scimstack/scimstack/internal/lambdarun"
)

// lambdaOptions are what the command line says.
type lambdaOptions struct {
	addr   string
	specs  []string // of tenants
	build  string   // folder of built functions, or "" to build them
	create bool
	table  tableFlags
}

// lambdaCommand runs the deployed form of the service on this machine.
func lambdaCommand() *cobra.Command {
	var o lambdaOptions
	cmd := &cobra.Command{
		Use:   "lambda",
		Short: "Run the Lambda functions themselves behind a local gateway",
		Long: `Builds the functions and runs each as Lambda does: a process per environment, fed through the
Lambda Runtime API, behind a gateway that makes the events of an API Gateway HTTP API. Without
--endpoint the table is in this process and lost at exit.`,
		Example: `  scimstack lambda
  scimstack lambda --endpoint http://127.0.0.1:8000 --table scim --create-table --tenant name=acme,token=secret`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runLambda(cmd.Context(), o, cmd.OutOrStdout(), os.Stderr)
		},
	}
	cmd.Flags().StringVar(&o.addr, "addr", "127.0.0.1:8080", "address to listen on")
	cmd.Flags().StringArrayVar(&o.specs, "tenant", nil, "a tenant, as for scimstack dev; repeat for more")
	cmd.Flags().StringVar(&o.build, "build", "", "folder with <function>/bootstrap, instead of building them")
	cmd.Flags().BoolVar(&o.create, "create-table", false, "create the table if it is not there")
	o.table.add(cmd, "a table in this process is used")
	return cmd
}

func runLambda(ctx context.Context, o lambdaOptions, out io.Writer, log *os.File) error {
	made, err := parseTenants(o.specs)
	if err != nil {
		return err
	}
	if o.build == "" {
		if o.build, err = lambdarun.Build(ctx, lambdarun.BuildOptions{Log: log}); err != nil {
			return err
		}
	}
	t, err := o.table.openOrEngine(ctx, o.create)
	if err != nil {
		return err
	}
	defer t.close()
	if err := t.put(ctx, made); err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", o.addr)
	if err != nil {
		return err
	}
	base := "http://" + listener.Addr().String() + app.Prefix
	logger := slog.New(slog.NewJSONHandler(log, nil))
	stack, err := lambdarun.NewStack(lambdarun.StackOptions{Build: o.build, Env: t.functionEnv(base), Log: log, Slog: logger})
	if err != nil {
		return err
	}
	defer stack.Close()
	defer t.follow(ctx, stack.HandleStream, logger)()
	printTenants(out, base, made, t.lasting)
	return serve(ctx, &http.Server{Handler: stack.Gateway, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}, listener)
}

// functionEnv is the environment that the functions get, as a deployment would set it.
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
