package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/admin"
)

// logOptions are the flags of `scimstack log` itself.
type logOptions struct {
	on      adminFlags
	tenants []string
	all     bool
	user    string
	since   time.Duration
	q       activity.Query
}

func (o *logOptions) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.user, "user", "", "userName, displayName, externalId or id of a user or group, also of a deleted one")
	f.StringArrayVar(&o.tenants, "tenant", nil, "tenant whose log is read, in a store or through --server; may be repeated")
	f.BoolVar(&o.all, "all-tenants", false, "read the logs of all tenants, as one, in a store or through --server")
	f.BoolVar(&o.q.Failed, "failed", false, "only failed requests")
	f.DurationVar(&o.since, "since", 0, "only records of this period until now, for example 2h")
	f.IntVarP(&o.q.Limit, "count", "n", 50, "maximum number of records")
	o.on.add(cmd)
}

// asked reports whether the command line asks for records, and not for help.
func (o *logOptions) asked() bool { return o.user != "" || o.all || len(o.tenants) > 0 }

func (o *logOptions) run(cmd *cobra.Command, t *target) error {
	if o.since > 0 {
		o.q.From = time.Now().Add(-o.since)
	}
	if !o.all && len(o.tenants) == 0 {
		return o.overHTTP(cmd, t)
	}
	if t.base != "" {
		return usagef("--tenant and --all-tenants read a store or use --server, and --base asks for one tenant; leave one of them out")
	}
	for _, name := range o.tenants {
		if _, err := tenantName(name); err != nil {
			return fmt.Errorf("--tenant: %w", err)
		}
	}
	return o.on.run(cmd, o.tenants, func(a *administration) error {
		if o.user != "" {
			return o.person(a)
		}
		all, err := o.records(a, admin.LogQuery{Query: o.q, Tenants: o.tenants})
		if err != nil {
			return err
		}
		return printRecords(cmd, all)
	})
}

// records reads pages until there are as many records as wanted, and returns them with the oldest first.
func (o *logOptions) records(a *administration, q admin.LogQuery) (all []activity.TenantRecord, err error) {
	for len(all) < o.q.Limit {
		q.Limit = min(o.q.Limit-len(all), activity.MaxLimit)
		page, err := a.Log(a.ctx(), q)
		if err != nil {
			return nil, err
		}
		all = append(all, page.Records...)
		if q.After = page.Next; q.After == "" {
			break
		}
	}
	slices.Reverse(all)
	return all, nil
}

// overHTTP shows the records of a person in the log of a running service.
func (o *logOptions) overHTTP(cmd *cobra.Command, t *target) error {
	c, err := t.log(cmd.Context())
	if err != nil {
		return err
	}
	records, err := c.Named(cmd.Context(), o.user, o.q, o.q.Limit)
	if err != nil {
		return err
	}
	if len(records) == 0 {
		return fmt.Errorf("the log has no record of %q", o.user)
	}
	return printLines(cmd, records)
}

// person shows the records of a person, in one tenant after the other.
func (o *logOptions) person(a *administration) error {
	names, err := o.names(a)
	if err != nil {
		return err
	}
	var all []activity.TenantRecord
	for _, name := range names {
		list, err := o.records(a, admin.LogQuery{Query: o.q, Tenants: []string{name}, User: o.user})
		if err != nil {
			return a.answerOf(err, name)
		}
		all = append(all, list...)
	}
	if len(all) == 0 {
		return fmt.Errorf("the log has no record of %q", o.user)
	}
	return printRecords(a.cmd, all)
}

// names are the tenants of --tenant, or all.
func (o *logOptions) names(a *administration) (all []string, err error) {
	if len(o.tenants) > 0 {
		return o.tenants, nil
	}
	list, err := a.tenants()
	for i := range list {
		all = append(all, list[i].Name)
	}
	return all, err
}

// printRecords prints records of tenants.
func printRecords(cmd *cobra.Command, list []activity.TenantRecord) error {
	if formatOf(cmd) != asTable {
		return printRows(cmd, list)
	}
	for i := range list {
		r := &list[i]
		rest := strings.TrimLeft(strings.TrimPrefix(activity.Line(&r.Explained), r.Verb), " ")
		fmt.Fprintf(cmd.OutOrStdout(), "%-11s  %-12s  %s\n", r.Verb, r.Tenant, rest)
	}
	return nil
}

// printLines prints records of one tenant, the oldest first.
func printLines(cmd *cobra.Command, list []activity.Explained) error {
	slices.Reverse(list)
	if formatOf(cmd) != asTable {
		return printRows(cmd, list)
	}
	return lines(cmd.OutOrStdout(), list)
}

func lines(out io.Writer, list []activity.Explained) error {
	for i := range list {
		if _, err := fmt.Fprintln(out, activity.Line(&list[i])); err != nil {
			return err
		}
	}
	return nil
}
