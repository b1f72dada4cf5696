package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"os/user"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/scimstack/scimstack/pkg/admin"
	"github.com/scimstack/scimstack/pkg/admin/adminclient"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
)

// envOperator is the environment variable with the operator token of --server.
const envOperator = "SCIMSTACK_OPERATOR_TOKEN"

// adminFlags say where a command of the administration works: on a store, or on a service that runs.
type adminFlags struct {
	store     storeFlags
	server    string
	tokenFile string
	iam       bool // requests are signed with the credentials of AWS
}

func (f *adminFlags) add(cmd *cobra.Command) { f.addAt(cmd, storeDynamo) }

// addAt is add with a default of --store.
func (f *adminFlags) addAt(cmd *cobra.Command, place string) {
	f.addPlace(cmd, place)
	addOutput(cmd)
}

// addPlace is addAt without the format of the output.
func (f *adminFlags) addPlace(cmd *cobra.Command, place string) {
	f.store.add(cmd, place)
	cmd.Flags().StringVar(&f.server, "server", "", "URL of a running service, instead of a store (default: $SCIMSTACK_SERVER); it needs an operator token in "+envOperator+", or the credentials of AWS for a URL of API Gateway")
	preset(cmd, "server", variable("server"))
	cmd.Flags().StringVar(&f.tokenFile, "operator-token-file", "", "file with the operator token of --server (default: $"+envOperator+")")
	cmd.Flags().BoolVar(&f.iam, "aws-iam", false, "sign the requests to --server with the credentials of AWS; a URL of API Gateway does not need this flag, and a domain of one's own does")
}

// administration is what a command of the administration works with.
type administration struct {
	admin.API
	cmd   *cobra.Command
	where string // for messages
	args  []string

	remote bool // through --server
}

// open opens the administration that the flags name. The caller must call close.
func (f *adminFlags) open(cmd *cobra.Command) (api admin.API, where string, closed func(), err error) {
	if f.server == "" {
		if err := ofServer(cmd); err != nil {
			return nil, "", nil, err
		}
		f.store.line(cmd)
		b, err := f.store.open(cmd.Context(), slog.Default())
		if err != nil {
			return nil, "", nil, err
		}
		return b.administration(slog.New(slog.DiscardHandler), nil), b.name, b.close, nil
	}
	for _, name := range []string{"store", "table", "endpoint"} {
		if cmd.Flags().Changed(name) {
			return nil, "", nil, usagef("--server and --%s exclude each other; leave one of them out", name)
		}
	}
	c, signed, err := f.client()
	if err != nil {
		return nil, "", nil, err
	}
	if !signed && cmd.Flags().Changed("region") {
		return nil, "", nil, usagef("--region is for requests that are signed, and --server gets an operator token; leave it out")
	}
	return c, f.server, func() {}, nil
}

// client is the administration of --server. signed says that the credentials of AWS sign its requests.
func (f *adminFlags) client() (c admin.API, signed bool, err error) {
	if _, err := adminclient.New(f.server, adminclient.Options{}); err != nil { // before credentials for what is no URL
		return nil, false, usagef("--server: %w", err)
	}
	o, err := f.credentials()
	if err != nil {
		return nil, false, err
	}
	c, err = adminclient.New(f.server, o)
	return c, o.Sign != nil, err
}

// ofServer refuses flags that say how to reach a service, where a store is opened.
func ofServer(cmd *cobra.Command) error {
	for _, name := range []string{"operator-token-file", "aws-iam"} {
		if cmd.Flags().Changed(name) {
			return usagef("--%s is for --server; name the URL of the service, or leave the flag out", name)
		}
	}
	return nil
}

// credentials are the operator token, or a signature for API Gateway.
func (f *adminFlags) credentials() (o adminclient.Options, err error) {
	o.Token = strings.TrimSpace(os.Getenv(envOperator))
	if f.tokenFile != "" {
		if o.Token, err = secret("@" + f.tokenFile); err != nil {
			return o, usagef("--operator-token-file: %w", err)
		}
	}
	u, err := url.Parse(f.server)
	if err != nil {
		return o, err // client has checked it
	}
	gateway := strings.Contains(u.Host, ".execute-api.")
	switch {
	case f.iam && f.tokenFile != "":
		return o, usagef("--aws-iam and --operator-token-file exclude each other; leave one of them out")
	case o.Token != "" && !f.iam:
		return o, nil
	case !gateway && !f.iam:
		return o, usagef("--server needs an operator token: set %s, or --operator-token-file; scimstack operator create makes one on the store. On AWS, use --aws-iam instead", envOperator)
	}
	from, err := dynamo.OptionsFromEnv(f.store.table.env)
	if err != nil {
		return o, fmt.Errorf("--server %s is signed with the credentials of AWS: %w", f.server, err)
	}
	if region := strings.Split(u.Host, "."); gateway && len(region) > 2 {
		from.Region = region[2] // ID.execute-api.REGION.amazonaws.com
	}
	o.Token, o.Sign = "", signer(from.Region, from.Credentials)
	return o, nil
}

// signer signs requests to API Gateway with SigV4.
func signer(region string, credentials aws.CredentialsProvider) func(*http.Request, []byte) error {
	return func(r *http.Request, body []byte) error {
		keys, err := credentials.Retrieve(r.Context())
		if err != nil {
			return err
		}
		sum := sha256.Sum256(bytes.Clone(body))
		return v4.NewSigner().SignHTTP(r.Context(), keys, r, hex.EncodeToString(sum[:]), "execute-api", region, time.Now())
	}
}

// adminCommand returns a command of the administration. args is how many arguments it takes at least and, unless the
// usage ends with …, at most.
func adminCommand(use, short string, run func(*administration) error) *cobra.Command {
	f := adminFlags{store: storeFlags{create: strings.HasPrefix(use, "create ")}}
	cmd := f.command(use, short, run)
	f.add(cmd)
	return cmd
}

// command is a command without the flags, which the caller adds.
func (f *adminFlags) command(use, short string, run func(*administration) error) *cobra.Command {
	words := strings.Fields(use)[1:]
	count := cobra.ExactArgs(len(words))
	if strings.HasSuffix(use, "…") {
		count = cobra.MinimumNArgs(len(words))
	}
	return &cobra.Command{
		Use: use, Short: short, Args: count,
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd, args, run) },
	}
}

// run runs a command on the administration that the flags name.
func (f *adminFlags) run(cmd *cobra.Command, args []string, run func(*administration) error) error {
	api, where, closed, err := f.open(cmd)
	if err != nil {
		return err
	}
	defer closed()
	cmd.SetContext(admin.WithActor(cmd.Context(), admin.Actor{Name: "command line (" + userName() + ")"}))
	a := &administration{API: api, cmd: cmd, where: where, args: args, remote: f.server != ""}
	if err = run(a); err == nil {
		return nil
	}
	return a.answerOf(err, a.tenant())
}

// tenant is the tenant that the command line names; of several, the first one that is not there. "" if there is none.
func (a *administration) tenant() string {
	for i, name := range a.args {
		if namesTenant(a.cmd, wordOf(a.cmd, i)) {
			return name
		}
	}
	f := a.cmd.Flags().Lookup("tenant")
	if f == nil {
		return ""
	}
	list, several := f.Value.(pflag.SliceValue)
	if !several {
		return f.Value.String()
	}
	for _, name := range list.GetSlice() {
		if _, err := a.Tenant(a.ctx(), name); err != nil && admin.AsError(err).Kind == admin.NotFound {
			return name // the one that an error is about
		}
	}
	return ""
}

// ctx is the context of the command.
func (a *administration) ctx() context.Context { return a.cmd.Context() }

// userName is who runs the command, for the log.
func userName() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	return "unknown user"
}

// answerOf is an error of the administration as the command line shows it: wrong input is wrong usage, and what the
// store says is explained. name is the tenant that was asked for.
func (a *administration) answerOf(err error, name string) error {
	var e *admin.Error
	if !errors.As(err, &e) {
		return explain(err)
	}
	switch {
	case e.Kind == admin.NotFound && e.Problems[0].Field == "tenant":
		return a.noTenant(err, name)
	case e.Kind == admin.Invalid:
		return usage(err)
	case e.Kind == admin.Internal && e.Cause != nil:
		return explain(e.Cause)
	}
	var busy *scim.BusyError
	if errors.As(e.Cause, &busy) {
		return explain(e.Cause)
	}
	return err
}

// show prints what the API returned: as JSON and YAML whole, as a table what people need.
func show[T, R any](cmd *cobra.Command, whole T, row R) error {
	if formatOf(cmd) != asTable {
		return printRow(cmd, whole)
	}
	return printRow(cmd, row)
}

// showList is show for a list.
func showList[T, R any](cmd *cobra.Command, whole []T, row func(*T) R) error {
	if formatOf(cmd) != asTable {
		return printRows(cmd, whole)
	}
	rows := make([]R, len(whole))
	for i := range whole {
		rows[i] = row(&whole[i])
	}
	return printRows(cmd, rows)
}

// remark prints a sentence of the service, if there is one.
func remark(cmd *cobra.Command, text string) {
	if text != "" {
		note(cmd, "%s", text)
	}
}

// withKey adds the flag for an idempotency key to a command that makes something.
func withKey(cmd *cobra.Command) *cobra.Command {
	var key string
	cmd.Flags().StringVar(&key, "idempotency-key", "", "a repetition with the same key makes nothing twice; the secret is shown the first time only")
	run := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if key != "" {
			cmd.SetContext(admin.WithIdempotencyKey(cmd.Context(), key))
		}
		return run(cmd, args)
	}
	return cmd
}
