package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/scimstack/scimstack/internal/logclient"
	"github.com/scimstack/scimstack/pkg/activity"
)

// target is the tenant on a running service that a command sends requests to.
type target struct{ base, token string }

func (t *target) flags(cmd *cobra.Command) {
	cmd.PersistentFlags().StringVar(&t.base, "base", "", "base URL of the tenant; it ends with /scim/v2/TENANT")
	cmd.PersistentFlags().StringVar(&t.token, "token", "", "token of the tenant (default: $SCIMSTACK_TOKEN); "+secretHelp)
}

// optional checks the flags of a command that does without --base: local are those that are for its own tenants.
func (t *target) optional(cmd *cobra.Command, local ...string) error {
	if t.base == "" {
		if cmd.Flags().Changed("token") {
			return usagef("--token is for a running service; name its tenant with --base, or leave the flag out")
		}
		return nil
	}
	for _, name := range local {
		if cmd.Flags().Changed(name) {
			return usagef("--%s is for tenants without --base; leave one of them out", name)
		}
	}
	return nil
}

// errNoToken says that a command has a base URL without a token.
var errNoToken = usagef("--base needs a token; set --token or SCIMSTACK_TOKEN")

// credential returns the token of the flag, or of the environment; "" if there is none.
func (t *target) credential() (string, error) {
	if t.token == "" {
		token, err := sendable(os.Getenv("SCIMSTACK_TOKEN"))
		if err != nil {
			return "", usagef("SCIMSTACK_TOKEN: %w", err)
		}
		return token, nil
	}
	token, err := secret(t.token)
	if err != nil {
		return "", usagef("--token: %w", err)
	}
	return token, nil
}

// running returns the token for the service at base, which answers.
func (t *target) running(ctx context.Context) (string, error) {
	token, err := t.credential()
	switch {
	case err != nil:
		return "", err
	case token == "":
		return "", errNoToken
	}
	return token, reach(ctx, "--base", t.base)
}

func (t *target) log(ctx context.Context) (*logclient.Client, error) {
	token, err := t.credential()
	switch {
	case err != nil:
		return nil, err
	case t.base == "" || token == "":
		return nil, usagef("--base and --token (or SCIMSTACK_TOKEN) are required; the token needs the scope activity")
	}
	c, err := logclient.New(t.base, token)
	if err != nil {
		return nil, usagef("--base: %w", err)
	}
	return c, reach(ctx, "--base", t.base)
}

// logCommand reads the provisioning log of a tenant.
func logCommand() *cobra.Command {
	var t target
	var o logOptions
	cmd := &cobra.Command{
		Use:   "log",
		Short: "Read the provisioning log: what happened, why, and what to do about it",
		Long: `Reads the provisioning log. --user shows all that concerned a person or a group, by a name that it has or had: userName,
displayName or externalId. It finds deleted ones too. With --base, it asks a running service with a token of the tenant; with
--tenant or --all-tenants, it reads a store, or asks a running service with an operator token (--server).`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !o.asked() {
				return cmd.Help()
			}
			return o.run(cmd, &t)
		},
		Example: `  scimstack log --user jane@acme.com --base https://scim.example.com/scim/v2/acme --token TOKEN
  scimstack log --all-tenants --failed --since 24h --store sqlite:scim.db
  scimstack log --all-tenants --failed -o json --server https://scim.example.com
  scimstack log tail --base http://127.0.0.1:8080/scim/v2/acme --token TOKEN --failed
  scimstack log show bjensen@example.com --base … --token …
  scimstack log explain 0642b1f0a3c9d2e4f5a6b7c8 --base … --token …`,
	}
	t.flags(cmd)
	o.flags(cmd)
	cmd.AddCommand(logTail(&t), logShow(&t), logExplain(&t))
	return cmd
}

func logTail(t *target) *cobra.Command {
	var q activity.Query
	var since time.Duration
	var follow bool
	cmd := &cobra.Command{
		Use: "tail", Short: "Show the newest records, one per line", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := t.log(cmd.Context())
			if err != nil {
				return err
			}
			if q.IdP, err = identityProvider(q.IdP); err != nil {
				return usagef("--idp: %w", err)
			}
			if since > 0 {
				q.From = time.Now().Add(-since)
			}
			switch {
			case !follow:
				return newest(cmd, c, q)
			case formatOf(cmd) != asTable:
				return usagef("--follow prints a line for each record, as it comes; leave -o out")
			}
			return c.Tail(cmd.Context(), q, 2*time.Second, cmd.OutOrStdout())
		},
	}
	f := cmd.Flags()
	f.BoolVar(&q.Failed, "failed", false, "only failed requests")
	f.IntVar(&q.Status, "status", 0, "only requests with this HTTP status")
	f.StringVar(&q.IdP, "idp", "", "only requests of this identity provider")
	f.StringVar(&q.Operation, "operation", "", "only this operation: create, get, replace, patch, delete, search, bulk or discovery")
	f.Var(duration(&since), "since", "only records of this period until now, for example 2h")
	f.IntVarP(&q.Limit, "count", "n", 20, "maximum number of records")
	f.BoolVarP(&follow, "follow", "f", false, "wait for new records and show them; Ctrl-C stops")
	addOutput(cmd)
	return cmd
}

// newest prints the newest records of a query, the oldest of them first.
func newest(cmd *cobra.Command, c *logclient.Client, q activity.Query) error {
	records, err := c.Collect(cmd.Context(), q, q.Limit)
	if err != nil {
		return err
	}
	return printLines(cmd, records)
}

func logShow(t *target) *cobra.Command {
	var q activity.Query
	cmd := &cobra.Command{
		Use: "show ID|USERNAME|GROUP", Short: "Show the records of one user or group", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := t.log(cmd.Context())
			if err != nil {
				return err
			}
			if q.Resource, err = c.Resource(cmd.Context(), args[0]); err != nil {
				return err
			}
			return newest(cmd, c, q)
		},
	}
	cmd.Flags().BoolVar(&q.Failed, "failed", false, "only failed requests")
	cmd.Flags().IntVarP(&q.Limit, "count", "n", 100, "maximum number of records")
	addOutput(cmd)
	return cmd
}

func logExplain(t *target) *cobra.Command {
	cmd := &cobra.Command{
		Use: "explain RECORD|REQUEST", Short: "Explain one record, or all records of one request", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := t.log(cmd.Context())
			if err != nil {
				return err
			}
			records, err := c.Get(cmd.Context(), args[0])
			if formatOf(cmd) != asTable && err == nil {
				return printRows(cmd, records)
			}
			for i := range records {
				if i > 0 {
					fmt.Fprintln(cmd.OutOrStdout(), "\n----")
				}
				fmt.Fprint(cmd.OutOrStdout(), activity.Text(&records[i]))
			}
			return err
		},
	}
	addOutput(cmd)
	return cmd
}
