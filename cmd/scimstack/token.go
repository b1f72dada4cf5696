package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/scimstack/scimstack/pkg/admin"
)

// tokenCommand manages the tokens of tenants.
func tokenCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "token", Short: "Manage the tokens of a tenant"}
	cmd.AddCommand(tokenCreateCommand(), tokenListCommand(), tokenSetCommand(), tokenRotateCommand(), tokenRevokeCommand(), tokenRemoveCommand())
	return cmd
}

const (
	scopesHelp  = "comma-separated scopes: all (read, write, users, groups, resources), read, write, users, groups, resources, activity (read the provisioning log), agent (changes through MCP), events (the feed of changes)"
	expiresHelp = "when it ends: a duration such as 90d or 1y, a time such as 2030-01-31T00:00:00Z, or never (default 365d)"
)

// tokenFlags describe a new token.
type tokenFlags struct {
	name, scopes, expires string
	days                  int
}

func (f *tokenFlags) add(cmd *cobra.Command, name string) {
	cmd.Flags().StringVar(&f.name, name, "", "name of the token, for people, such as \"Okta production\"")
	cmd.Flags().StringVar(&f.scopes, "scopes", "all", scopesHelp)
	cmd.Flags().StringVar(&f.expires, "expires", "", expiresHelp)
	cmd.Flags().IntVar(&f.days, "days", 0, "days until the token expires, as --expires; 0 means never")
	cmd.MarkFlagsMutuallyExclusive("expires", "days")
}

// input is what the flags describe.
func (f *tokenFlags) input(cmd *cobra.Command) (in admin.TokenInput, err error) {
	in = admin.TokenInput{Name: f.name, Scopes: listOf(f.scopes), Expires: f.expires}
	if cmd.Flags().Changed("days") {
		switch {
		case f.days < 0:
			return in, usagef("--days %d: use a positive number, or 0 for a token that does not expire", f.days)
		case f.days == 0:
			in.Expires = "never"
		default:
			in.Expires = fmt.Sprintf("%dd", f.days)
		}
	}
	return in, nil
}

// listOf splits a comma-separated list.
func listOf(s string) []string {
	var list []string
	for word := range strings.SplitSeq(s, ",") {
		if word = strings.TrimSpace(word); word != "" {
			list = append(list, word)
		}
	}
	return list
}

// tokenMade is a new token as a table.
type tokenMade struct {
	Key     string     `json:"key"`
	Token   string     `json:"token,omitempty"`
	Expires optionalAt `json:"expires"`
}

// showToken prints a new token with its secret.
func (a *administration) showToken(made *admin.TokenCreated) error {
	err := show(a.cmd, made, tokenMade{made.Token.Key, made.Secret, optionalAt{made.Token.Expires}})
	remark(a.cmd, made.Note)
	return err
}

func tokenCreateCommand() *cobra.Command {
	var f tokenFlags
	var idp, mode, linked string
	cmd := withKey(adminCommand("create TENANT", "Create a token, which is shown only once; other tokens stay valid", func(a *administration) error {
		in, err := f.input(a.cmd)
		if err != nil {
			return err
		}
		in.IdP, in.Mode, in.UserID = strings.ToLower(idp), mode, linked
		made, err := a.CreateToken(a.ctx(), a.args[0], in)
		if err != nil {
			return err
		}
		return a.showToken(made)
	}))
	f.add(cmd, "name")
	connectionFlags(cmd, &idp, &mode)
	cmd.Flags().StringVar(&linked, "user", "", "id of a user that the token is linked to: it ends with the user")
	return cmd
}

// connectionFlags are the settings that a connection may have for itself.
func connectionFlags(cmd *cobra.Command, idp, mode *string) {
	cmd.Flags().StringVar(idp, "idp", "", "identity provider of this connection (default: the tenant's)")
	cmd.Flags().StringVar(mode, "mode", "", "tolerant or strict, for this connection (default: the tenant's)")
}

// tokenRow is a line of the list.
type tokenRow struct {
	Key      string     `json:"key"`
	Name     string     `json:"name"`
	State    stateValue `json:"state"`
	Scopes   []string   `json:"scopes"`
	IdP      string     `json:"idp"`
	Mode     string     `json:"mode"`
	Created  optionalAt `json:"created"`
	Expires  optionalAt `json:"expires"`
	LastUsed optionalAt `json:"lastUsed"`
	Replaced string     `json:"replacedBy"`
}

func rowOf(t *admin.Token) tokenRow {
	return tokenRow{t.Key, t.Name, stateValue(t.State), t.Scopes, t.IdP, t.Mode, optionalAt{&t.Created}, optionalAt{t.Expires}, optionalAt{t.Used}, t.ReplacedBy}
}

func tokenListCommand() *cobra.Command {
	return adminCommand("list TENANT", "List the tokens of a tenant with their last use, without their secrets", func(a *administration) error {
		list, err := a.Tokens(a.ctx(), a.args[0])
		if err != nil {
			return err
		}
		return showList(a.cmd, list.Tokens, rowOf)
	})
}

func tokenSetCommand() *cobra.Command {
	var in credentialFlags
	cmd := adminCommand("set TENANT KEY", "Change name, scopes, connection or end of a token", func(a *administration) error {
		t, err := a.ChangeToken(a.ctx(), a.args[0], a.args[1], in.change(a.cmd))
		if err != nil {
			return err
		}
		return show(a.cmd, t, rowOf(t))
	})
	in.add(cmd, "token")
	return cmd
}

func tokenRotateCommand() *cobra.Command {
	var in admin.Rotation
	cmd := withKey(adminCommand("rotate TENANT KEY", "Create a token beside an old one, which ends after a grace", func(a *administration) error {
		made, err := a.RotateToken(a.ctx(), a.args[0], a.args[1], in)
		if err != nil {
			return err
		}
		return a.showToken(made)
	}))
	cmd.Flags().StringVar(&in.Grace, "grace", "7d", "how long the old token still works: 24h, 7d, or 0 for not at all")
	cmd.Flags().StringVar(&in.Expires, "expires", "", expiresHelp)
	return cmd
}

func tokenRevokeCommand() *cobra.Command {
	return adminCommand("revoke TENANT KEY", "Revoke a token; it is refused within a minute", func(a *administration) error {
		t, err := a.RevokeToken(a.ctx(), a.args[0], a.args[1])
		if err != nil {
			return err
		}
		if formatOf(a.cmd) != asTable {
			return printRow(a.cmd, t)
		}
		note(a.cmd, "token %s is revoked; it is refused within a minute", t.Key)
		return nil
	})
}

func tokenRemoveCommand() *cobra.Command {
	return adminCommand("remove TENANT KEY", "Remove a token from the list; revoke it instead if the log shall say why it is refused", func(a *administration) error {
		if err := a.RemoveToken(a.ctx(), a.args[0], a.args[1]); err != nil {
			return err
		}
		note(a.cmd, "token %s is removed; it is refused within a minute", a.args[1])
		return nil
	})
}
