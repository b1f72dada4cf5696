package main

import (
	"encoding/json"
	"strings"

	"github.com/spf13/cobra"

	"github.com/scimstack/scimstack/pkg/admin"
)

// clientCommand manages the OAuth clients of tenants.
func clientCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "client", Short: "Manage the OAuth clients of a tenant"}
	cmd.AddCommand(clientCreateCommand(), clientListCommand(), clientSetCommand(), clientRotateCommand(), clientRevokeCommand(), clientRemoveCommand())
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
			data, err := keySet(keys)
			if err != nil {
				return err
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
	Mode     string     `json:"mode"`
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
			return clientRow{c.ID, c.Name, stateValue(c.State), c.Method, c.Scopes, c.IdP, c.Mode, optionalAt{c.Expires}, optionalAt{c.Used}}
		})
	})
}

func clientRotateCommand() *cobra.Command {
	var in admin.ClientRotation
	cmd := withKey(adminCommand("rotate TENANT ID", "Create a secret beside the old one, which ends after a grace", func(a *administration) error {
		made, err := a.RotateClient(a.ctx(), a.args[0], a.args[1], in)
		if err != nil {
			return err
		}
		return a.showClient(made)
	}))
	versionFlag(cmd, &in.Version)
	cmd.Flags().StringVar(&in.Grace, "grace", "7d", "how long the old secret still works: 24h, 7d, or 0 for not at all")
	cmd.Flags().StringVar(&in.Expires, "expires", "", expiresHelp)
	return cmd
}

// keySet reads the file of --keys.
func keySet(file string) (json.RawMessage, error) {
	data, err := flagFile("keys", file)
	if err != nil {
		return nil, err
	}
	if !json.Valid(data) {
		return nil, usagef("--keys: %s is not JSON; write a JWK Set into it", file)
	}
	return data, nil
}

func clientRevokeCommand() *cobra.Command {
	var version int64
	cmd := adminCommand("revoke TENANT ID", "Revoke an OAuth client; it is refused within a minute", func(a *administration) error {
		c, err := a.RevokeClient(a.ctx(), a.args[0], a.args[1], version)
		if err != nil {
			return err
		}
		if formatOf(a.cmd) != asTable {
			return printRow(a.cmd, c)
		}
		note(a.cmd, "client %s is revoked; it is refused within a minute", c.ID)
		return nil
	})
	versionFlag(cmd, &version)
	return cmd
}

func clientRemoveCommand() *cobra.Command {
	var version int64
	cmd := adminCommand("remove TENANT ID", "Remove an OAuth client from the list", func(a *administration) error {
		if err := a.RemoveClient(a.ctx(), a.args[0], a.args[1], version); err != nil {
			return err
		}
		note(a.cmd, "client %s is removed; it is refused within a minute", a.args[1])
		return nil
	})
	versionFlag(cmd, &version)
	return cmd
}

// versionFlag adds the flag for the version that was read.
func versionFlag(cmd *cobra.Command, version *int64) {
	cmd.Flags().Int64Var(version, "version", 0, "fail unless this is the version, as shown by -o json; 0 changes any version")
}

func clientSetCommand() *cobra.Command {
	var in clientChange
	cmd := adminCommand("set TENANT ID", "Change name, scopes, connection, end or keys of an OAuth client", func(a *administration) error {
		change, err := in.change(a.cmd)
		if err != nil {
			return err
		}
		c, err := a.ChangeClient(a.ctx(), a.args[0], a.args[1], in.version, change)
		if err != nil {
			return err
		}
		return show(a.cmd, c, clientRow{c.ID, c.Name, stateValue(c.State), c.Method, c.Scopes, c.IdP, c.Mode, optionalAt{c.Expires}, optionalAt{c.Used}})
	})
	in.add(cmd, "client")
	cmd.Flags().StringVar(&in.keys, "keys", "", "of private_key_jwt: file with a JWK Set of public keys, instead of what it has")
	cmd.Flags().StringVar(&in.keysURI, "keys-uri", "", "https URL of a JWK Set, instead of what it has")
	versionFlag(cmd, &in.version)
	return cmd
}

// clientChange are the flags of `scimstack client set`.
type clientChange struct {
	credentialFlags
	keys, keysURI string
	version       int64
}

// change is what the flags of the command line change.
func (in *clientChange) change(cmd *cobra.Command) (c admin.ClientChange, err error) {
	c.TokenChange = in.credentialFlags.change(cmd)
	if cmd.Flags().Changed("keys-uri") {
		c.KeysURI = &in.keysURI
	}
	if in.keys != "" {
		data, err := keySet(in.keys)
		if err != nil {
			return c, err
		}
		c.Keys = &data
	}
	return c, nil
}
