package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"log/slog"
	"math"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/internal/requestlog"
	"github.com/scimstack/scimstack/pkg/admin"
	"github.com/scimstack/scimstack/pkg/agents"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/model"
)

// serveOptions are the flags of `scimstack serve`.
type serveOptions struct {
	addr       string
	publicBase string // "" for the address that it listens on
	cert, key  string // files of TLS; "" for plain HTTP
	tenants    []string
	activity   string // all, changes or off
	setKey     string // file with the key of Security Event Tokens; "" for none
	events     string // file with the secret of the feeds of all tenants; "" for none
	admin      adminServe
	store      storeFlags
	config     string // a file with values of the other flags
	logs       logFlags
	settle     time.Duration // admin.BuilderOptions.Settle
}

// serveCommand serves the API on a machine of one's own.
func serveCommand() *cobra.Command {
	var o serveOptions
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the API on your own machine, with data in SQLite, Postgres or DynamoDB",
		Long: `Serves the whole API (SCIM, provisioning log, MCP) and keeps all data.

Each flag can be set by an environment variable too, SCIMSTACK_ and its name in capitals, such as SCIMSTACK_PUBLIC_BASE,
and by a JSON file (--config) with the names of the flags. A flag is stronger than the environment, and the
environment stronger than the file.

If a proxy terminates TLS, name the URL that clients use: --public-base https://scim.example.com/scim/v2. Without a proxy,
use --tls-cert and --tls-key. GET /healthz says that the process runs, GET /readyz that its store answers. An interrupt,
SIGTERM or SIGHUP lets running requests end.`,
		Example: `  scimstack serve --tenant name=acme,idp=okta
  scimstack serve --addr :443 --tls-cert cert.pem --tls-key key.pem --store sqlite:/var/lib/scimstack/scim.db
  SCIMSTACK_STORE=postgres://scim@db.example.com/scim scimstack serve --public-base https://scim.example.com/scim/v2
  scimstack tenant create globex --idp entra --store sqlite:scim.db`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			for _, flag := range [][2]string{{"addr", o.addr}, {"tls-cert", o.cert}, {"tls-key", o.key}} {
				if flag[1] == "" && cmd.Flags().Changed(flag[0]) { // such as a variable that is not set: it would listen everywhere, without TLS
					return usagef("--%s is empty; write a value, or leave the flag out", flag[0])
				}
			}
			o.store.line(cmd)
			if err := configure(cmd, o.config, os.LookupEnv); err != nil {
				return err
			}
			log, done, err := o.logs.logger(os.Stderr)
			if err != nil {
				return err
			}
			defer done()
			return runServe(cmd.Context(), o, cmd.OutOrStdout(), log)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.addr, "addr", "127.0.0.1:8080", "address to listen on")
	f.StringVar(&o.publicBase, "public-base", "", "URL before the tenant, as clients use it; it ends with "+scimstack.Prefix+" (default: the address)")
	f.StringVar(&o.cert, "tls-cert", "", "file with the certificate chain, in PEM; it is read again when it changes")
	f.StringVar(&o.key, "tls-key", "", "file with the private key, in PEM")
	f.StringArrayVar(&o.tenants, "tenant", nil, "tenant that is created, with a token that is printed, unless it exists: name=acme[,idp=okta][,mode=strict][,agents=write]…, as with scimstack dev; give a token of your own at least 32 characters; may be repeated")
	f.StringVar(&o.activity, "activity", "all", "what the provisioning log keeps: all, changes (also failures) or off")
	f.StringVar(&o.events, "events-secret-file", "", "file with a secret of at least 32 characters, which reads the changes of all tenants at /events (default: no secret does)")
	f.StringVar(&o.setKey, "security-events-key-file", "", "file with a private key of P-256 in PEM, which switches on Security Event Tokens (RFC 9967): polled at /events/TENANT/sets, or pushed by webhooks of the form set; further keys in it are published and do not sign")
	f.StringVar(&o.config, "config", "", "JSON file with values of the other flags")
	addSettle(f, &o.settle)
	o.admin.add(f)
	o.store.create = true
	o.store.add(cmd, "sqlite:scim.db")
	o.logs.add(cmd, true)
	return cmd
}

// runServe serves until the context ends.
func runServe(ctx context.Context, o serveOptions, out io.Writer, log *slog.Logger) error {
	if err := o.check(); err != nil {
		return err
	}
	certificates, err := o.certificates(log)
	if err != nil {
		return err
	}
	allEvents, err := secretIn(o.events)
	if err != nil {
		return err
	}
	sets, err := keyIn(o.setKey)
	if err != nil {
		return err
	}
	wanted, err := o.wanted(ctx)
	if err != nil {
		return err
	}
	b, err := o.store.open(ctx, log)
	if err != nil {
		return err
	}
	defer b.close()
	warnReadable(o.store.place, log)
	at, err := listen(ctx, "--addr", o.addr)
	if err != nil {
		return err
	}
	defer at.listener.Close()
	at.secure(certificates)
	o.admin.certificates = certificates
	base := o.publicBase
	if base == "" {
		base = at.url + scimstack.Prefix
	}
	config := o.service(b, base, log)
	config.AllEvents, config.SecurityEvents = allEvents, sets.uris()
	builder := b.building(admin.BuilderOptions{Settle: o.settle, Changed: o.admin.changed, Logger: log})
	parts, err := o.admin.parts(ctx, b, &config, log)
	if err != nil {
		return err
	}
	defer o.admin.close()
	if err := o.admin.open(ctx); err != nil {
		return err
	}
	service, err := scimstack.Assemble(config, parts...)
	if err != nil {
		return err
	}
	o.admin.service = service
	defer func() { _ = service.Close(context.WithoutCancel(ctx)) }()
	made, err := b.putTenants(ctx, wanted)
	if err != nil {
		return err
	}
	if b.follow != nil {
		defer b.follow(ctx, log)()
	}
	defer buildIndexes(ctx, builder, log)()
	sender := b.sender(service, log)
	handler, err := sets.add(service, base, b.positions, sender, log)
	if err != nil {
		return err
	}
	defer sendWebhooks(ctx, sender, log)()
	defer warnExpiring(ctx, b.directory, config.Log, log)()
	defer paceCollector()()
	at.announce(out)
	warnWeak(out, made)
	printMade(out, base, made)
	fmt.Fprintf(out, "data      %s\nhealth    %s/healthz, %s/readyz\nready; %s; Ctrl-C stops the server\n", b.name, at.url, at.url, base)
	if ids, err := b.directory.Names(ctx, "", 1); err == nil && len(ids) == 0 {
		fmt.Fprintf(out, "there are no tenants yet; create one: scimstack tenant create acme --idp okta --store %s\n", redacted(o.store.place))
	}
	return o.admin.serve(ctx, out, at, newServer(handler, slog.NewLogLogger(log.Handler(), slog.LevelWarn)))
}

// newServer returns a server whose clients cannot hold it up. What is wrong with a connection goes to the log: standard error
// itself may be a pipe that is full.
func newServer(h http.Handler, wrong *log.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		ErrorLog:          wrong,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    1 << 20, // the handler refuses earlier, with a SCIM error
	}
}

// service is the configuration of the service on a backend.
func (o *serveOptions) service(b *backend, base string, log *slog.Logger) scimstack.Config {
	return scimstack.Config{
		Store: b.store, Tenants: b.directory, PublicBase: base, ValueTypes: model.ValueTypes(), Logger: log, Ready: b.ready,
		Log: b.log, NoLog: o.activity == "off", SkipReads: o.activity == "changes",
		Agents:  agents.New(agents.Options{Plans: b.plans}),
		Observe: func(r *http.Request, rec *scim.Record) { requestlog.Observe(r.Context(), log, rec) }, ObserveCauses: true,
	}
}

// publicBase returns the value of --public-base without a slash at its end. It refuses what scimstack.New refuses, before anything
// is opened; "" is that of the address.
func publicBase(s string) (string, error) {
	s = strings.TrimSuffix(s, "/")
	if s == "" {
		return "", nil
	}
	u, err := url.Parse(s)
	if err != nil || !isBase(u) {
		if strings.Contains(s, "@") {
			s = redacted(s)
		}
		return "", usagef("%q is not the URL before the tenant; write it as https://scim.example.com%s", s, scimstack.Prefix)
	}
	return s, nil
}

// isBase reports whether a URL is one before a tenant: of a web page, and nothing beside host and path.
func isBase(u *url.URL) bool {
	port := u.Port()
	if u.Hostname() == "" || strings.HasSuffix(u.Host, ":") || port != "" && between(1, math.MaxUint16)(port) != nil {
		return false
	}
	return (u.Scheme == "https" || u.Scheme == "http") && strings.HasSuffix(u.Path, scimstack.Prefix) &&
		u.User == nil && u.RawQuery == "" && !u.ForceQuery && u.Fragment == ""
}

// check refuses flags that cannot work, before anything is opened.
func (o *serveOptions) check() (err error) {
	if o.publicBase, err = publicBase(o.publicBase); err != nil {
		return withFlag("public-base", err)
	}
	if o.activity != "all" && o.activity != "changes" && o.activity != "off" {
		return usagef("--activity %s: use all, changes or off", o.activity)
	}
	if (o.cert == "") != (o.key == "") {
		return usagef("--tls-cert and --tls-key belong together; name both, or neither if a proxy terminates TLS")
	}
	return nil
}

// wanted are the tenants of --tenant.
func (o *serveOptions) wanted(ctx context.Context) ([]devTenant, error) {
	if len(o.tenants) == 0 {
		return nil, nil
	}
	list, err := parseTenants(ctx, o.tenants)
	for i := range list {
		for n := range list[i].record.Tokens {
			list[i].record.Tokens[n].Scopes &^= scim.Events // which is right for dev
		}
		if list[i].record.Settings.Limits.Rate == scim.NoLimit { // which is right for dev
			list[i].record.Settings.Limits.Rate = 0
		}
	}
	return list, err
}

// putTenants creates the tenants that do not exist, each with a token, and returns them.
func (b *backend) putTenants(ctx context.Context, wanted []devTenant) (made []devTenant, err error) {
	for _, t := range wanted {
		id := t.record.Settings.ID
		err := b.directory.Create(ctx, t.record.Settings)
		if existed(err) {
			continue
		}
		if err != nil {
			return made, fmt.Errorf("tenant %s: %w", id, explain(err))
		}
		for _, token := range t.record.Tokens {
			if err := b.directory.AddToken(ctx, id, token); err != nil {
				return made, fmt.Errorf("tenant %[1]s is created, but not its token; create it with scimstack token create %[1]s: %[2]w", id, explain(err))
			}
		}
		made = append(made, t)
	}
	return made, nil
}

// printMade prints how to reach the tenants that were created.
func printMade(out io.Writer, base string, made []devTenant) {
	for _, t := range made {
		id := t.record.Settings.ID
		fmt.Fprintf(out, "tenant    %s  (identity provider: %s)\nbase URL  %s/%s\ntoken     %s\nstore the token now: it cannot be shown again\n\n", id, orNone(t.record.Settings.IdP), base, id, t.token)
	}
}
