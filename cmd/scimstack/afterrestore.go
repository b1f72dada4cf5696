package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/activity/dynamolog"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/mcp/dynamoplans"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// restoreFlags are the flags of `scimstack table after-restore`.
type restoreFlags struct {
	since  string
	old    string // the table before the restore
	revoke bool
	table  tableFlags
}

func tableAfterRestoreCommand() *cobra.Command {
	var f restoreFlags
	cmd := &cobra.Command{
		Use:   "after-restore --since TIME",
		Short: "List, and with --revoke take away, what a point-in-time restore has brought back",
		Long: `Run this on a table that was restored to a point in time, before any function uses it. A restored table
accepts tokens that were revoked since, and has the tenants, users and memberships of that time.

The command sets the table's deletion protection, point-in-time recovery, stream and time to live, which a restore does not
keep; lists the tokens that are back (with --revoke it revokes them, and deletes plans of agents), also those of operators, the webhooks that
are back or as they were (with --revoke it pauses them), the tenants that are back or missing, and the tenants whose
identity providers must synchronise again. With --old-table it compares with the table before
the restore. Without it, no table knows what was revoked since, so every token of that time is in doubt.`,
		Example: `  scimstack table after-restore --table scimstack-acme-2 --old-table scimstack-acme --since 2026-01-31T12:00:00Z
  scimstack table after-restore --table scimstack-acme-2 --old-table scimstack-acme --since 2026-01-31T12:00:00Z --revoke`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			since, err := time.Parse(time.RFC3339, f.since)
			if err != nil {
				return usagef("--since %q: write the time to which the table was restored, for example 2026-01-31T12:00:00Z", f.since)
			}
			if f.old == f.table.name {
				return usagef("--old-table and --table are both %s; --table is the restored one", f.old)
			}
			t, err := f.table.openReachable(cmd.Context())
			if err != nil {
				return err
			}
			defer t.close()
			r := restoration{f: f, t: t, since: since, out: textOut(cmd)}
			if err := r.run(cmd.Context()); err != nil {
				return explain(err)
			}
			return printFields(cmd, r.rows)
		},
	}
	addOutput(cmd)
	cmd.Flags().StringVar(&f.since, "since", "", "time to which the table was restored (RFC 3339)")
	cmd.Flags().StringVar(&f.old, "old-table", "", "name of the table before the restore")
	cmd.Flags().BoolVar(&f.revoke, "revoke", false, "revoke the tokens that are listed, delete plans of agents, and pause the webhooks that are listed")
	f.table.add(cmd, onAWS)
	return cmd
}

// restoration is one run of `scimstack table after-restore`.
type restoration struct {
	f     restoreFlags
	t     *table
	since time.Time
	out   io.Writer
	rows  []restoredRow
}

// restoredRow is a tenant of the restored table.
type restoredRow struct {
	Tenant          string       `json:"tenant"`
	State           string       `json:"state"`
	SettingsChanged bool         `json:"settingsChanged"`
	Revived         []revivedRow `json:"revivedTokens"`
	Lost            []string     `json:"lostTokens"`             // their keys
	Changes         *int         `json:"changesSince,omitempty"` // absent if it is not known
}

type revivedRow struct {
	Key     string    `json:"key"`
	Created time.Time `json:"created,omitzero"`
	InDoubt bool      `json:"inDoubt"`
	Revoked bool      `json:"revoked"` // by this command
}

// row describes a tenant, after its tokens were revoked if that was wanted.
func (r *restoration) row(one dynamo.Restored) restoredRow {
	row := restoredRow{Tenant: one.Tenant.String(), State: string(one.State), SettingsChanged: one.Settings, Revived: []revivedRow{}, Lost: []string{}}
	for _, t := range one.Revived {
		row.Revived = append(row.Revived, revivedRow{t.KeyID, t.Created, one.InDoubt, r.f.revoke})
	}
	for _, t := range one.Lost {
		row.Lost = append(row.Lost, t.KeyID)
	}
	return row
}

func (r *restoration) say(format string, args ...any) { fmt.Fprintf(r.out, format+"\n", args...) }

// oldTenants are the tenants of the old table, or nil.
func (r *restoration) oldTenants() *dynamo.Tenants {
	if r.f.old == "" {
		return nil
	}
	return dynamo.NewTenants(r.t.client, r.f.old, time.Now)
}

func (r *restoration) run(ctx context.Context) error {
	r.say("# The table %s", r.f.table.name)
	if err := r.protect(ctx); err != nil {
		return err
	}
	list, err := r.t.tenants().AfterRestore(ctx, r.oldTenants(), r.since)
	if err != nil {
		return err
	}
	r.say("\n# Tenants")
	for _, one := range list {
		r.tenant(one)
	}
	r.say("\n# Tokens that are accepted again")
	if err := r.tokens(ctx, list); err != nil {
		return err
	}
	r.say("\n# Operator tokens and webhooks that are back")
	if err := r.operators(ctx); err != nil {
		return err
	}
	if err := r.webhooks(ctx); err != nil {
		return err
	}
	r.say("\n# The feed of changes")
	if err := r.feeds(ctx, list); err != nil {
		return err
	}
	r.say("\n# Identity providers that must synchronise again")
	for _, one := range list {
		r.rows = append(r.rows, r.row(one))
		if one.State != dynamo.RestoredKept {
			continue
		}
		if err := r.sync(ctx, one.Tenant); err != nil {
			return err
		}
	}
	r.checklist()
	return nil
}

// tenant says what has happened to a tenant, and what to do.
func (r *restoration) tenant(one dynamo.Restored) {
	at := "--table " + r.f.table.name
	switch one.State {
	case dynamo.RestoredRevived:
		r.say("%s: deleted since, and back; delete it: scimstack tenant delete %s %s", one.Tenant, one.Tenant, at)
	case dynamo.RestoredHalf:
		r.say("%s: its deletion had begun; complete it: scimstack tenant delete %s %s", one.Tenant, one.Tenant, at)
	case dynamo.RestoredAnew:
		r.say("%s: deleted and created anew since; the table has the earlier one: delete it, and create the tenant again", one.Tenant)
	case dynamo.RestoredLost:
		r.say("%s: created since, and gone; create it again: scimstack tenant create %s %s", one.Tenant, one.Tenant, at)
	default:
		if one.Settings {
			r.say("%s: its settings were changed since; compare: scimstack tenant show %s --table %s", one.Tenant, one.Tenant, r.f.old)
		}
	}
	for _, c := range one.LostClients {
		r.say("%s: client %s was created since, and is unknown", one.Tenant, c.ID)
	}
	for _, t := range one.Lost {
		r.say("%s: token %s was created since, and is unknown; its client needs a new one", one.Tenant, t.KeyID)
	}
}

// tokens lists the tokens that the table should not accept, and revokes them.
func (r *restoration) tokens(ctx context.Context, list []dynamo.Restored) error {
	tenants, n := r.t.tenants(), 0
	for _, one := range list {
		for _, c := range one.RevivedClients {
			one.Revived = append(one.Revived, tenant.Token{KeyID: c.ID, Created: c.Created})
		}
		for _, t := range one.Revived {
			n++
			why := "revoked or removed since"
			if one.InDoubt {
				why = "in doubt: it may have been revoked since"
			}
			if r.f.revoke {
				err := tenant.Revoke(ctx, tenants, one.Tenant, t.KeyID)
				found := !errors.Is(err, tenant.ErrNotFound) && !errors.Is(err, tenant.ErrUnknown)
				if err != nil && found {
					return fmt.Errorf("token %s of tenant %s is not revoked; repeat the command: %w", t.KeyID, one.Tenant, err)
				}
				if found {
					why += "; revoked"
				}
			}
			r.say("%s: token %s of %s, %s", one.Tenant, t.KeyID, day(t.Created), why)
		}
		if !r.f.revoke {
			continue
		}
		plans, err := tenants.DeleteKept(ctx, one.Tenant, dynamoplans.Kept())
		if err != nil {
			return err
		}
		if plans > 0 {
			r.say("%s: %d plans of agents deleted: one that was applied since could be applied again", one.Tenant, plans)
		}
	}
	switch {
	case n == 0:
		r.say("none")
	case !r.f.revoke:
		r.say("%d tokens; repeat the command with --revoke to revoke them", n)
	}
	return nil
}

// sync says whether the identity provider of a tenant must synchronise again. Only a log that has
// records shows that nothing was changed: it may be switched off, and its records expire.
func (r *restoration) sync(ctx context.Context, id scim.TenantID) error {
	if r.f.old == "" {
		r.say("%s: without --old-table it is not known what was changed since", id)
		return nil
	}
	log := dynamolog.New(r.t.client, dynamolog.Options{Table: r.f.old})
	all, err := log.Query(ctx, id, activity.Query{Limit: 1})
	if err != nil {
		return err
	}
	changes, err := r.changes(ctx, log, id)
	switch {
	case err != nil:
		return err
	case changes > 0:
		r.say("%s: %d changes since", id, changes)
		r.rows[len(r.rows)-1].Changes = &changes
	case len(all.Records) == 0:
		r.say("%s: its log has no records, so it is not known what was changed since", id)
	}
	return nil
}

// changes counts the records of the old log that changed something after the restored time.
func (r *restoration) changes(ctx context.Context, log *dynamolog.Log, id scim.TenantID) (n int, err error) {
	q := activity.Query{From: r.since, Limit: activity.MaxLimit}
	for {
		page, err := log.Query(ctx, id, q)
		if err != nil {
			return 0, err
		}
		for i := range page.Records {
			if c := &page.Records[i]; c.Status < 400 && (len(c.Changed) > 0 || c.Operation == "create" || c.Operation == "delete") {
				n++
			}
		}
		if q.After = page.Next; q.After == "" {
			return n, nil
		}
	}
}

func (r *restoration) checklist() {
	r.say(`
# To do
[ ] no function has used %[1]s yet: they still use the old table, and take no requests
[ ] tokens above are revoked; their clients have new ones: scimstack token create TENANT --table %[1]s
[ ] operator tokens and webhooks above are right: scimstack webhook list --store dynamodb --table %[1]s
[ ] tenants above are deleted or created again
[ ] the customer file names %[1]s and its stream, and is deployed
[ ] requests are allowed again
[ ] the counters are right: scimstack table recount --table %[1]s; until then totalResults of a tenant with more than 1,000 resources of a type can be wrong
[ ] the identity providers above have made a full synchronisation: users who were deactivated since are active until then
[ ] the old table is deleted: it has personal data, and tokens`, r.f.table.name)
	if r.f.old == "" {
		r.say("\nNot known without the old table: which tokens were revoked, which tenants were deleted or created, what was changed.")
	}
}

// unsupported reports whether an endpoint does not know an operation.
func unsupported(err error) bool {
	var api interface{ ErrorCode() string }
	return errors.As(err, &api) && api.ErrorCode() == "UnknownOperationException"
}
