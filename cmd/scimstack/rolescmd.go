package main

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/scimstack/scimstack/internal/eventclient"
	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/feed/roles"
)

// rolesCommand is about groups and the roles of an application.
func rolesCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "roles", Short: "Make roles of groups, by a mapping file"}
	cmd.AddCommand(rolesWhatIf())
	return cmd
}

// roleRow is what a mapping says of a role.
type roleRow struct {
	Role    string   `json:"role"`
	Groups  []string `json:"groups"`
	Now     int      `json:"now"`
	Granted int      `json:"granted"`
	Revoked int      `json:"revoked"`
}

// roleChange is a change of the roles of a user.
type roleChange struct {
	Time time.Time `json:"time"`
	User string    `json:"user"`
	Lost []string  `json:"lost"`
	Got  []string  `json:"gained" col:"gained"`
	By   string    `json:"fact" col:"by fact"`
}

func rolesWhatIf() *cobra.Command {
	var t target
	var changes bool
	within := 30 * 24 * time.Hour
	cmd := &cobra.Command{
		Use: "what-if FILE", Short: "Show what a mapping of groups to roles would have done", Args: cobra.ExactArgs(1),
		Long: `Reads the feed of a tenant and shows, for each role of a mapping file, how many users have it now, and how often it
would have been granted and revoked in the last 30 days. Nothing is changed. A file has a line for each role:

  admins: group "Acme Admins"
  editors: [group "Writers", group "Acme Admins"]`,
		Example: `  scimstack roles what-if roles.yaml --base https://scim.example.com/scim/v2/acme --token TOKEN`,
		RunE: func(cmd *cobra.Command, args []string) error {
			data, err := namedFile(args[0], "name a file with a line for each role")
			if err != nil {
				return err
			}
			m, err := roles.Parse(data)
			if err != nil {
				return usagef("%s: %w", args[0], err)
			}
			c, err := t.events(cmd.Context())
			if err != nil {
				return err
			}
			past, err := readPast(cmd.Context(), c, m, time.Now().Add(-within))
			if err != nil {
				return err
			}
			return past.print(cmd, m, changes)
		},
	}
	t.flags(cmd)
	addOutput(cmd)
	cmd.Flags().BoolVar(&changes, "changes", false, "list the changes instead, one for each user and fact")
	cmd.Flags().Var(duration(&within), "within", "how far back; the feed has 30 days")
	return cmd
}

// past is what a tenant has now, and what has happened.
type past struct {
	now   *roles.State
	facts []feed.Fact // oldest first
}

// readPast reads a snapshot and the facts since a time, as far as they are kept.
func readPast(ctx context.Context, c *eventclient.Client, m *roles.Mapping, since time.Time) (*past, error) {
	p := &past{now: roles.NewState(m)}
	last := int64(0)
	for raw, err := range c.Snapshot(ctx) {
		var f feed.Fact
		if err == nil {
			err = json.Unmarshal(raw, &f)
		}
		if err != nil {
			return nil, err
		}
		p.now.Apply(&f)
		last = f.Seq
	}
	first, err := c.First(ctx)
	if err != nil {
		return nil, err
	}
	for raw, err := range c.Facts(ctx, eventclient.Query{After: strconv.FormatInt(first-1, 10)}, false) {
		var f feed.Fact
		if err == nil {
			err = json.Unmarshal(raw, &f)
		}
		if err != nil {
			return nil, err
		}
		if f.Seq > last { // it happened after the snapshot
			p.now.Apply(&f)
		}
		if !f.Time.Before(since) {
			p.facts = append(p.facts, f)
		}
	}
	return p, nil
}

// replay returns the changes of roles, oldest first. It leads the state back and forth again.
func (p *past) replay() (out []roleChange) {
	for i := len(p.facts) - 1; i >= 0; i-- {
		p.now.Undo(&p.facts[i])
	}
	for i := range p.facts {
		f := &p.facts[i]
		for _, c := range p.now.Apply(f) {
			name := nameOr(c.Name, c.User)
			out = append(out, roleChange{f.Time, name, c.Lost, c.Gained, strings.Join([]string{f.ID, f.Type}, " ")})
		}
	}
	return out
}

func (p *past) print(cmd *cobra.Command, m *roles.Mapping, list bool) error {
	missing := p.now.Missing()
	changes := p.replay()
	users := p.now.Users()
	if list {
		return printRows(cmd, changes)
	}
	rows := make([]roleRow, len(m.Roles))
	for i, role := range m.Roles {
		rows[i] = roleRow{Role: role, Groups: m.Groups[role], Now: len(users[role])}
		for _, c := range changes {
			if slices.Contains(c.Got, role) {
				rows[i].Granted++
			}
			if slices.Contains(c.Lost, role) {
				rows[i].Revoked++
			}
		}
	}
	if err := printRows(cmd, rows); err != nil {
		return err
	}
	for _, name := range missing {
		note(cmd, "the tenant has no group %q", name)
	}
	return nil
}
