package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/scimstack/scimstack/pkg/admin"
)

// credentialFlags change what tokens and clients have in common.
type credentialFlags struct{ name, scopes, idp, mode, expires string }

func (c *credentialFlags) add(cmd *cobra.Command, of string) {
	cmd.Flags().StringVar(&c.name, "name", "", "name of the "+of+", for people")
	cmd.Flags().StringVar(&c.scopes, "scopes", "", scopesHelp)
	cmd.Flags().StringVar(&c.expires, "expires", "", expiresHelp)
	connectionFlags(cmd, &c.idp, &c.mode)
}

// change is what the flags of the command line change.
func (c *credentialFlags) change(cmd *cobra.Command) (out admin.TokenChange) {
	c.idp = strings.ToLower(c.idp)
	for flag, field := range map[string]struct {
		to   **string
		from *string
	}{"name": {&out.Name, &c.name}, "idp": {&out.IdP, &c.idp}, "mode": {&out.Mode, &c.mode}, "expires": {&out.Expires, &c.expires}} {
		if cmd.Flags().Changed(flag) {
			*field.to = field.from
		}
	}
	if cmd.Flags().Changed("scopes") {
		list := listOf(c.scopes)
		out.Scopes = &list
	}
	return out
}
