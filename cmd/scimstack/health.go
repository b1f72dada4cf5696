package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/scimstack/scimstack/pkg/health"
)

// healthCommand shows how the connections of tenants are.
func healthCommand() *cobra.Command {
	var f adminFlags
	var limit int
	cmd := &cobra.Command{
		Use:   "health [TENANT]",
		Short: "Show which connections fail, are silent or end soon, the worst first",
		Long: `Shows the health of all tenants in one table, the worst first, or of one tenant with its connections, the causes of
their failures and what to do about them. It reads hourly counts that are kept with the provisioning log.`,
		Example: `  scimstack health --store sqlite:scim.db
  scimstack health acme --server https://scim.example.com`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.run(cmd, args, func(a *administration) error {
				if len(a.args) == 1 {
					return showHealth(a)
				}
				return listHealth(a, limit)
			})
		},
	}
	f.add(cmd)
	cmd.Flags().IntVarP(&limit, "count", "n", 1000, "maximum number of tenants")
	return cmd
}

// healthPage is the largest page of tenants.
const healthPage = 1000

func listHealth(a *administration, limit int) error {
	cmd, page := a.cmd, health.Page{}
	for {
		next, err := a.Health(a.ctx(), page.Next, min(limit-len(page.Tenants), healthPage))
		if err != nil {
			return err
		}
		page.Tenants, page.Next = append(page.Tenants, next.Tenants...), next.Next
		if page.Next == "" || len(page.Tenants) >= limit {
			break
		}
	}
	if page.Next != "" {
		defer note(cmd, "there are more tenants; --count %d shows more", 10*limit)
	}
	if formatOf(cmd) != asTable {
		return printRows(cmd, page.Tenants)
	}
	out := cmd.OutOrStdout()
	if len(page.Tenants) == 0 {
		fmt.Fprintln(out, "there are no tenants yet; create one: scimstack tenant create acme")
		return nil
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "TENANT\tSTATE\tLAST REQUEST\tDAY\tFAILED\tWHY")
	for _, t := range page.Tenants {
		requests, failed := t.Strangers.Day.Requests, t.Strangers.Day.Failed
		for _, c := range t.Connections {
			requests, failed = requests+c.Spans.Day.Requests, failed+c.Spans.Day.Failed
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%d\t%s\n", t.Name, t.State, ago(t.LastContact), requests, failed, t.What)
	}
	return w.Flush()
}

// ago is a time for people; they compare it with now.
func ago(at time.Time) string {
	if at.IsZero() {
		return "never"
	}
	return at.UTC().Format("2006-01-02 15:04")
}

func showHealth(a *administration) error {
	if _, err := tenantName(a.args[0]); err != nil {
		return err
	}
	cmd := a.cmd
	t, err := a.TenantHealth(a.ctx(), a.args[0])
	if err != nil {
		return err
	}
	if formatOf(cmd) != asTable {
		return printRow(cmd, t)
	}
	w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "tenant\t%s\nstate\t%s\nwhy\t%s\nto do\t%s\n", t.Name, t.State, t.What, t.Todo)
	for i := range t.Connections {
		printConnection(w, &t.Connections[i])
	}
	if n := t.Strangers.Week.Requests; n > 0 {
		fmt.Fprintf(w, "\nwithout a known token\t%s\n", periods(&t.Strangers))
		printCauses(w, &t.Strangers)
	}
	return w.Flush()
}

func printConnection(w io.Writer, c *health.Connection) {
	row := func(name, value string) {
		if value != "" {
			fmt.Fprintf(w, "  %s\t%s\n", name, value)
		}
	}
	fmt.Fprintf(w, "\n%s %s\t%s\n", c.Kind, c.Key, strings.TrimSpace(c.Name+" "+c.IdP))
	row("state", string(c.State))
	row("why", c.What)
	row("to do", c.Todo)
	row("last request", ago(c.LastContact))
	row("last success", ago(c.LastSuccess))
	row("requests", periods(&c.Spans))
	if c.Rhythm.Known {
		row("silent after", c.Rhythm.Limit.Round(time.Minute).String())
	}
	if c.DaysLeft != nil {
		row("ends", fmt.Sprintf("%s (%d days)", c.Expires.UTC().Format(time.DateOnly), *c.DaysLeft))
	}
	if c.Quarantine.Risk != health.None {
		row("quarantine", string(c.Quarantine.Risk)+" risk: "+c.Quarantine.Reason)
	}
	printCauses(w, &c.Spans)
}

// periods is how many requests failed of how many.
func periods(s *health.Spans) string {
	one := func(c health.Counts, period string) string {
		return fmt.Sprintf("%d of %d failed in the last %s", c.Failed, c.Requests, period)
	}
	return one(s.Hour, "hour") + ", " + one(s.Day, "day") + ", " + one(s.Week, "week")
}

func printCauses(w io.Writer, s *health.Spans) {
	for _, c := range s.Week.Causes {
		fmt.Fprintf(w, "  %d times in the week\t%s (%s)\n\t%s\n", c.Count, c.Title, c.Code, c.Todo)
	}
}
