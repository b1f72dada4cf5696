package main

import (
	"github.com/spf13/cobra"

	"github.com/scimstack/scimstack/pkg/admin"
)

// operatorCommand manages the tokens of the administration itself.
func operatorCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "operator", Short: "Manage the operator tokens, which --server needs"}
	cmd.AddCommand(operatorCreateCommand(), operatorListCommand(), operatorRevokeCommand(), operatorRemoveCommand())
	return cmd
}

// operatorMade is a new operator token as a table.
type operatorMade struct {
	ID      string     `json:"id"`
	Token   string     `json:"token,omitempty"`
	Scopes  []string   `json:"scopes"`
	Tenant  string     `json:"tenant,omitempty"`
	Expires optionalAt `json:"expires"`
}

func operatorCreateCommand() *cobra.Command {
	var in admin.OperatorInput
	var scopes string
	cmd := withKey(adminCommand("create WHO", "Create an operator token, which is shown only once", func(a *administration) error {
		in.Name, in.Scopes = a.args[0], listOf(scopes)
		made, err := a.CreateOperator(a.ctx(), in)
		if err != nil {
			return err
		}
		o := &made.Operator
		if err := show(a.cmd, made, operatorMade{o.ID, made.Secret, o.Scopes, o.Tenant, optionalAt{o.Expires}}); err != nil {
			return err
		}
		remark(a.cmd, made.Note)
		return nil
	}))
	cmd.Long = `Creates an operator token for a person or a program (WHO). It is accepted by /admin/v1 of a service, and by no SCIM
request. scimstack serve serves /admin/v1 when an operator token exists at its start, or with --admin on.`
	cmd.Flags().StringVar(&scopes, "scopes", "admin:read,admin:write", "comma-separated scopes: admin:read, admin:write")
	cmd.Flags().StringVar(&in.Tenant, "tenant", "", "the only tenant that it may administer (default: all, and operators)")
	cmd.Flags().StringVar(&in.Expires, "expires", "", expiresHelp)
	return cmd
}

// operatorRow is a line of the list.
type operatorRow struct {
	ID      string     `json:"id"`
	Name    string     `json:"name"`
	State   stateValue `json:"state"`
	Scopes  []string   `json:"scopes"`
	Tenant  string     `json:"tenant"`
	Created optionalAt `json:"created"`
	Expires optionalAt `json:"expires"`
}

func operatorListCommand() *cobra.Command {
	return adminCommand("list", "List the operator tokens, without their secrets", func(a *administration) error {
		list, err := a.Operators(a.ctx())
		if err != nil {
			return err
		}
		return showList(a.cmd, list.Operators, func(o *admin.Operator) operatorRow {
			return operatorRow{o.ID, o.Name, stateValue(o.State), o.Scopes, o.Tenant, optionalAt{&o.Created}, optionalAt{o.Expires}}
		})
	})
}

func operatorRevokeCommand() *cobra.Command {
	return adminCommand("revoke ID", "Revoke an operator token; it is refused at once", func(a *administration) error {
		o, err := a.RevokeOperator(a.ctx(), a.args[0])
		if err != nil {
			return err
		}
		if formatOf(a.cmd) != asTable {
			return printRow(a.cmd, o)
		}
		note(a.cmd, "operator token %s is revoked", o.ID)
		return nil
	})
}

func operatorRemoveCommand() *cobra.Command {
	return adminCommand("remove ID", "Remove an operator token from the list; it is refused at once", func(a *administration) error {
		if err := a.RemoveOperator(a.ctx(), a.args[0]); err != nil {
			return err
		}
		note(a.cmd, "operator token %s is removed", a.args[0])
		return nil
	})
}
