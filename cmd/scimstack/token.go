package main

import (
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// tokenCommand manages the tokens of tenants.
func tokenCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "token", Short: "Manage the tokens of a tenant"}
	cmd.AddCommand(tokenCreateCommand(), tokenListCommand(), tokenRevokeCommand())
	return cmd
}

// scopeNames are the scopes by their names on the command line, in the order of listings.
func scopeNames() []struct {
	name string
	bit  scim.Scope
} {
	return []struct {
		name string
		bit  scim.Scope
	}{{"read", scim.Read}, {"write", scim.Write}, {"users", scim.Users}, {"groups", scim.Groups}, {"resources", scim.Resources},
		{"activity", scim.Activity}, {"agent", scim.Agent}}
}

func parseScopes(text string) (sum scim.Scope, err error) {
next:
	for word := range strings.SplitSeq(text, ",") {
		if strings.TrimSpace(word) == "all" {
			sum |= scim.All
			continue
		}
		for _, s := range scopeNames() {
			if s.name == strings.TrimSpace(word) {
				sum |= s.bit
				continue next
			}
		}
		return 0, fmt.Errorf("unknown scope %q; use all (read, write, users, groups, resources), read, write, users, groups, resources, activity or agent", word)
	}
	return sum, nil
}

func printScopes(sum scim.Scope) string {
	var names []string
	for _, s := range scopeNames() {
		if sum.Has(s.bit) {
			names = append(names, s.name)
		}
	}
	return strings.Join(names, ",")
}

func tokenCreateCommand() *cobra.Command {
	var scopes string
	var days int
	cmd := onTenant("create TENANT", "Create a token, which is shown only once; other tokens stay valid", 1,
		func(cmd *cobra.Command, tenants directory, id scim.TenantID, _ []string) error {
			sum, err := parseScopes(scopes)
			if err != nil {
				return err
			}
			if days < 0 {
				return fmt.Errorf("--days %d: use a positive number, or 0 for a token that does not expire", days)
			}
			text, token := tenant.NewToken(id, sum)
			if days > 0 {
				token.Expires = time.Now().AddDate(0, 0, days)
			}
			if err := tenants.AddToken(cmd.Context(), id, token); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "key       %s\ntoken     %s\nstore the token now: it cannot be shown again; it is accepted within a minute\n", token.KeyID, text)
			return nil
		})
	cmd.Flags().StringVar(&scopes, "scopes", "all", "comma-separated scopes: all (read, write, users, groups, resources), read, write, users, groups, resources, activity (read the provisioning log), agent (changes through MCP)")
	cmd.Flags().IntVar(&days, "days", 0, "days until the token expires; 0 means never")
	return cmd
}

func tokenListCommand() *cobra.Command {
	return onTenant("list TENANT", "List the tokens of a tenant, without their secrets", 1,
		func(cmd *cobra.Command, tenants directory, id scim.TenantID, _ []string) error {
			record, err := tenants.Resolve(cmd.Context(), id)
			if err != nil {
				return err
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "KEY\tSTATE\tSCOPES\tCREATED\tEXPIRES")
			for _, t := range record.Tokens {
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", t.KeyID, state(t, time.Now()), printScopes(t.Scopes), day(t.Created), day(t.Expires))
			}
			return w.Flush()
		})
}

func state(t tenant.Token, now time.Time) string {
	switch {
	case t.Revoked:
		return "revoked"
	case !t.Live(now):
		return "expired"
	}
	return "live"
}

func day(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.UTC().Format(time.DateOnly)
}

func tokenRevokeCommand() *cobra.Command {
	return onTenant("revoke TENANT KEY", "Revoke a token; it is refused within a minute", 2,
		func(cmd *cobra.Command, tenants directory, id scim.TenantID, args []string) error {
			err := tenant.Revoke(cmd.Context(), tenants, id, args[0])
			if errors.Is(err, tenant.ErrNotFound) {
				return fmt.Errorf("tenant %[1]s has no token with the key %[2]q; scimstack token list %[1]s shows the keys", id, args[0])
			}
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "token %s is revoked; it is refused within a minute\n", args[0])
			return nil
		})
}
