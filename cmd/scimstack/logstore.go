package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// logOptions are the flags of `scimstack log` itself.
type logOptions struct {
	store   storeFlags
	tenants []string
	all     bool
	user    string
	since   time.Duration
	q       activity.Query
}

func (o *logOptions) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.user, "user", "", "userName, displayName, externalId or id of a user or group, also of a deleted one")
	f.StringArrayVar(&o.tenants, "tenant", nil, "tenant whose log is read in a store; may be repeated")
	f.BoolVar(&o.all, "all-tenants", false, "read the logs of all tenants of a store, as one")
	f.BoolVar(&o.q.Failed, "failed", false, "only failed requests")
	f.DurationVar(&o.since, "since", 0, "only records of this period until now, for example 2h")
	f.IntVarP(&o.q.Limit, "count", "n", 50, "maximum number of records")
	o.store.add(cmd, storeDynamo)
}

// asked reports whether the command line asks for records, and not for help.
func (o *logOptions) asked() bool { return o.user != "" || o.all || len(o.tenants) > 0 }

func (o *logOptions) run(ctx context.Context, out io.Writer, t *target) error {
	if o.since > 0 {
		o.q.From = time.Now().Add(-o.since)
	}
	if !o.all && len(o.tenants) == 0 {
		return o.overHTTP(ctx, out, t)
	}
	if t.base != "" {
		return errors.New("--tenant and --all-tenants read a store, and --base asks a running service; leave one of them out")
	}
	b, err := o.store.open(ctx, slog.Default())
	if err != nil {
		return err
	}
	defer b.close()
	ids, err := o.ids(ctx, b)
	if err != nil {
		return explain(err)
	}
	if o.user != "" {
		return explain(o.person(ctx, out, b, ids))
	}
	overall := activity.Overall{Log: b.log, Tenants: b.directory}
	var all []activity.TenantRecord
	for limit, q := o.q.Limit, o.q; len(all) < limit; {
		q.Limit = min(limit-len(all), activity.MaxLimit)
		page, err := overall.Query(ctx, ids, q)
		if err != nil {
			return explain(err)
		}
		all = append(all, page.Records...)
		if q.After = page.Next; q.After == "" {
			break
		}
	}
	printRecords(out, all)
	return nil
}

// overHTTP shows the records of a person in the log of a running service.
func (o *logOptions) overHTTP(ctx context.Context, out io.Writer, t *target) error {
	c, err := t.log(ctx)
	if err != nil {
		return err
	}
	records, err := c.Named(ctx, o.user, o.q, o.q.Limit)
	if err != nil {
		return err
	}
	if len(records) == 0 {
		return fmt.Errorf("the log has no record of %q", o.user)
	}
	slices.Reverse(records)
	for i := range records {
		fmt.Fprintln(out, activity.Line(&records[i]))
	}
	return nil
}

// ids are the tenants of --tenant, or all.
func (o *logOptions) ids(ctx context.Context, b *backend) ([]scim.TenantID, error) {
	if len(o.tenants) == 0 {
		return tenant.AllNames(ctx, b.directory)
	}
	ids := make([]scim.TenantID, len(o.tenants))
	for i, name := range o.tenants {
		var err error
		if ids[i], err = scim.ParseTenantID(name); err != nil {
			return nil, fmt.Errorf("--tenant %q: %w", name, err)
		}
	}
	return ids, nil
}

// person shows the records of a person in a store.
func (o *logOptions) person(ctx context.Context, out io.Writer, b *backend, ids []scim.TenantID) error {
	found := 0
	for _, id := range ids {
		record, err := b.directory.Resolve(ctx, id)
		if errors.Is(err, tenant.ErrUnknown) {
			return fmt.Errorf("there is no tenant %s in %s; scimstack tenant list shows the tenants", id, b.name)
		}
		if err != nil {
			return err
		}
		t, err := record.Settings.Tenant()
		if err != nil {
			return err
		}
		answer, err := activity.People{Log: b.log, Find: activity.FindIn(b.store)}.History(ctx, t, o.user, o.q)
		if err != nil {
			return err
		}
		found += len(answer.Records)
		var list []activity.TenantRecord
		for i := range answer.Records {
			list = append(list, activity.TenantRecord{Tenant: id.String(), Explained: answer.Records[i]})
		}
		printRecords(out, list)
	}
	if found == 0 {
		return fmt.Errorf("the log has no record of %q", o.user)
	}
	return nil
}

// printRecords prints records, the oldest first.
func printRecords(out io.Writer, list []activity.TenantRecord) {
	for _, r := range slices.Backward(list) {
		rest := strings.TrimLeft(strings.TrimPrefix(activity.Line(&r.Explained), r.Verb), " ")
		fmt.Fprintf(out, "%-11s  %-12s  %s\n", r.Verb, r.Tenant, rest)
	}
}
