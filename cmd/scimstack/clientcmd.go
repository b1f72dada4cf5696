package main

import (
	"encoding/json"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/scimstack/scimstack/pkg/admin"
)

// clientCommand manages the OAuth clients of tenants.
func clientCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "client", Short: "Manage the OAuth clients of a tenant"}
	cmd.AddCommand(clientCreateCommand(), clientListCommand(), clientRotateCommand(), clientRevokeCommand(), clientRemoveCommand())
	return cmd
}

// clientMade is a new client, or one with a new secret, as a table.
type clientMade struct {
	ID      string     `json:"id" col:"client id"`
	Secret  string     `json:"secret,omitempty" col:"client secret"`
	Method  string     `json:"method"`
	Expires optionalAt `json:"expires"`
}

func (a *administration) showClient(made *admin.ClientCreated) error {
	c := &made.Client
	err := show(a.cmd, made, clientMade{c.ID, made.Secret, c.Method, optionalAt{c.Expires}})
	remark(a.cmd, made.Note)
	return err
}

func clientCreateCommand() *cobra.Command {
	var in admin.ClientInput
	var scopes, keys, audience string
	cmd := withKey(adminCommand("create TENANT", "Create an OAuth client; a secret is shown only once", func(a *administration) error {
		in.Scopes, in.Audience, in.IdP = listOf(scopes), listOf(audience), strings.ToLower(in.IdP)
		if keys != "" {
			data, err := os.ReadFile(keys)
			if err != nil {
				return usagef("--keys: %w", err)
			}
			if !json.Valid(data) {
				return usagef("--keys: %s is not JSON; write a JWK Set into it", keys)
			}
			in.Keys = data
		}
		made, err := a.CreateClient(a.ctx(), a.args[0], in)
		if err != nil {
			return err
		}
		return a.showClient(made)
	}))
	f := cmd.Flags()
	f.StringVar(&in.Method, "method", "client_secret", "how the client proves who it is: client_secret, private_key_jwt or issuer (an identity provider issues the tokens itself)")
	f.StringVar(&in.Name, "name", "", "name of the client, for people")
	f.StringVar(&scopes, "scopes", "all", scopesHelp)
	f.StringVar(&in.Expires, "expires", "", expiresHelp)
	f.StringVar(&keys, "keys", "", "of private_key_jwt: file with a JWK Set of public keys")
	f.StringVar(&in.KeysURI, "keys-uri", "", "https URL of a JWK Set")
	f.StringVar(&in.Issuer, "issuer", "", "of issuer: the claim iss, an https URL")
	f.StringVar(&audience, "audience", "", "of issuer: comma-separated; the claim aud has one of them")
	f.StringVar(&in.Subject, "subject", "", "of issuer: the claim sub, appid or azp")
	connectionFlags(cmd, &in.IdP, &in.Mode)
	return cmd
}

// clientRow is a line of the list.
type clientRow struct {
	ID       string     `json:"id"`
	Name     string     `json:"name"`
	State    stateValue `json:"state"`
	Method   string     `json:"method"`
	Scopes   []string   `json:"scopes"`
	IdP      string     `json:"idp"`
	Expires  optionalAt `json:"expires"`
	LastUsed optionalAt `json:"lastUsed"`
}

func clientListCommand() *cobra.Command {
	return adminCommand("list TENANT", "List the OAuth clients of a tenant, without their secrets", func(a *administration) error {
		list, err := a.Clients(a.ctx(), a.args[0])
		if err != nil {
			return err
		}
		return showList(a.cmd, list.Clients, func(c *admin.Client) clientRow {
			return clientRow{c.ID, c.Name, stateValue(c.State), c.Method, c.Scopes, c.IdP, optionalAt{c.Expires}, optionalAt{c.Used}}
		})
	})
}

func clientRotateCommand() *cobra.Command {
	var in admin.Rotation
	cmd := withKey(adminCommand("rotate TENANT ID", "Create a secret beside the old one, which ends after a grace", func(a *administration) error {
		made, err := a.RotateClient(a.ctx(), a.args[0], a.args[1], in)
		if err != nil {
			return err
		}
		return a.showClient(made)
	}))
	cmd.Flags().StringVar(&in.Grace, "grace", "7d", "how long the old secret still works: 24h, 7d, or 0 for not at all")
	cmd.Flags().StringVar(&in.Expires, "expires", "", expiresHelp)
	return cmd
}

func clientRevokeCommand() *cobra.Command {
	return adminCommand("revoke TENANT ID", "Revoke an OAuth client; it is refused within a minute", func(a *administration) error {
		c, err := a.RevokeClient(a.ctx(), a.args[0], a.args[1])
		if err != nil {
			return err
		}
		if formatOf(a.cmd) != asTable {
			return printRow(a.cmd, c)
		}
		note(a.cmd, "client %s is revoked; it is refused within a minute", c.ID)
		return nil
	})
}

func clientRemoveCommand() *cobra.Command {
	return adminCommand("remove TENANT ID", "Remove an OAuth client from the list", func(a *administration) error {
		if err := a.RemoveClient(a.ctx(), a.args[0], a.args[1]); err != nil {
			return err
		}
		note(a.cmd, "client %s is removed; it is refused within a minute", a.args[1])
		return nil
	})
}
