package main

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/scimstack/scimstack/internal/doctor"
	"github.com/scimstack/scimstack/pkg/admin"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// doctorOptions are the flags of `scimstack doctor`.
type doctorOptions struct {
	target
	tokenFile, ca string
	timeout       time.Duration
	store         storeFlags
}

// localBase is what `scimstack dev` serves first.
const localBase = "http://127.0.0.1:8080/scim/v2/acme"

// doctorCommand checks a service from outside.
func doctorCommand() *cobra.Command {
	o := doctorOptions{timeout: 10 * time.Second}
	cmd := &cobra.Command{
		Use:   "doctor [URL]",
		Short: "Check a deployment or a local run from outside, and say who must do what",
		Long: `Checks a SCIM service as an identity provider meets it: DNS, connection, certificate, base URL and redirects, what
answers (the service, a gateway, a login page), the clock, requests without a token and with a wrong one, the token, discovery,
and a search. Each check is ok, warn, fail or skipped, with what was found; below is who must do what.

It sends GET requests only, so nothing is changed; the provisioning log has them. Without a token it checks what it can.
With --store it also says which token it is, its scopes and when it expires. The status is 1 if a check fails.`,
		Example: `  scimstack doctor https://scim.example.com/scim/v2/acme --token-file acme.token
  scimstack doctor https://scim.example.com/scim/v2/acme --token-file acme.token --store dynamodb --table scimstack-acme
  scimstack doctor -o json`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.base = localBase
			if len(args) == 1 {
				o.base = args[0]
			}
			return o.run(cmd)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.token, "token", "", "token of the tenant (default: $SCIMSTACK_TOKEN); "+secretHelp)
	f.StringVar(&o.tokenFile, "token-file", "", "file with the token")
	f.StringVar(&o.ca, "ca", "", "file with certificates of authorities to trust, in PEM, beside those of this machine")
	f.Var(duration(&o.timeout), "timeout", "how long to wait for each answer")
	cmd.MarkFlagsMutuallyExclusive("token", "token-file")
	o.store.add(cmd, storeDynamo)
	addOutput(cmd)
	return cmd
}

// doctorRow is a line of the report.
type doctorRow struct {
	Check string      `json:"check"`
	State doctorState `json:"state"`
	Found string      `json:"found"`
	Todo  string      `json:"todo" col:"-"`
}

type doctorState doctor.State

func (s doctorState) tone() tone {
	switch doctor.State(s) {
	case doctor.OK:
		return toneGood
	case doctor.Warn:
		return toneWarn
	case doctor.Fail:
		return toneBad
	}
	return toneFaint
}

func (o *doctorOptions) run(cmd *cobra.Command) error {
	options, done, err := o.options(cmd)
	if err != nil {
		return err
	}
	defer done()
	var rows []doctorRow
	failures := 0
	for _, c := range doctor.Run(cmd.Context(), options) {
		rows = append(rows, doctorRow{Check: c.Name, State: doctorState(c.State), Found: c.Found, Todo: c.Todo})
		if c.State == doctor.Fail {
			failures++
		}
	}
	if err := printRows(cmd, rows); err != nil {
		return err
	}
	if formatOf(cmd) == asTable {
		printTodo(cmd, rows)
	}
	if failures > 0 {
		return fmt.Errorf("%s failed", count(failures, "check"))
	}
	return nil
}

// printTodo prints what to do, failures first.
func printTodo(cmd *cobra.Command, rows []doctorRow) {
	out, head := cmd.OutOrStdout(), "\nto do\n"
	for _, state := range []doctor.State{doctor.Fail, doctor.Warn} {
		for _, row := range rows {
			if row.Todo != "" && doctor.State(row.State) == state {
				fmt.Fprintf(out, "%s  %s: %s\n", head, paint(coloured(cmd, out), row.State.tone(), row.Check), row.Todo)
				head = ""
			}
		}
	}
}

// options reads what the flags name. done must be called.
func (o *doctorOptions) options(cmd *cobra.Command) (_ doctor.Options, done func(), err error) {
	options, done := doctor.Options{URL: o.base, Timeout: o.timeout}, func() {}
	if u, err := url.Parse(strings.TrimSpace(o.base)); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return options, done, usagef("%q is not a URL; write it as https://scim.example.com/scim/v2/TENANT", o.base)
	}
	if o.timeout <= 0 {
		return options, done, usagef("--timeout: use more than 0")
	}
	if o.tokenFile != "" {
		options.Token, err = secret("@" + o.tokenFile)
		err = usage(err)
	} else {
		options.Token, err = o.credential()
	}
	if err == nil && o.ca != "" {
		options.Roots, err = authorities(o.ca)
	}
	o.store.line(cmd)
	if err != nil || !cmd.Flags().Changed("store") && len(o.store.named) == 0 {
		return options, done, err
	}
	b, err := o.store.open(cmd.Context(), slog.New(slog.DiscardHandler))
	if err != nil {
		return options, done, err
	}
	options.Known = func(ctx context.Context, name, token string) (string, string, doctor.State) {
		return b.known(ctx, name, token, time.Now())
	}
	return options, b.close, nil
}

// authorities returns those of this machine and of a file.
func authorities(file string) (*x509.CertPool, error) {
	data, err := flagFile("ca", file)
	if err != nil {
		return nil, err
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(data) {
		return nil, usagef("--ca %s: the file has no certificate in PEM", file)
	}
	return pool, nil
}

// expiryWarns is when a token is reported before it expires.
const expiryWarns = 30 * 24 * time.Hour

// known says what the store knows about a token.
func (b *backend) known(ctx context.Context, name, token string, now time.Time) (found, todo string, state doctor.State) {
	id, err := scim.ParseTenantID(name)
	if err != nil {
		return "no tenant has the name " + name, "correct the URL", doctor.Warn
	}
	record, err := b.directory.Resolve(ctx, id)
	if err != nil {
		return fmt.Sprintf("%s has no tenant %s that can be read", b.name, id), "correct --store, --table or the URL: " + explain(err).Error(), doctor.Warn
	}
	for _, t := range record.Tokens {
		if t.Hash == sha256.Sum256([]byte(token)) {
			return b.knownToken(id, &t, now)
		}
	}
	return b.name + " does not have it", "correct --store: the service uses another one; or the token was revoked a minute ago", doctor.Warn
}

func (b *backend) knownToken(id scim.TenantID, t *tenant.Token, now time.Time) (found, todo string, state doctor.State) {
	renew := "the operator must make a new one and give it to the identity provider: scimstack token create " + id.String()
	found = fmt.Sprintf("key %s, scopes %s", t.KeyID, strings.Join(admin.ScopesOf(t.Scopes), ","))
	switch {
	case t.Revoked:
		return found + ", revoked", renew, doctor.Warn
	case t.Expires.IsZero():
		return found + ", does not expire", "", doctor.OK
	case !t.Live(now):
		return found + ", expired on " + t.Expires.UTC().Format(time.DateOnly), renew, doctor.Warn
	case t.Expires.Sub(now) < expiryWarns:
		return fmt.Sprintf("%s, expires in %s", found, durationText(t.Expires.Sub(now).Truncate(time.Hour))), renew, doctor.Warn
	}
	return found + ", expires on " + t.Expires.UTC().Format(time.DateOnly), "", doctor.OK
}
