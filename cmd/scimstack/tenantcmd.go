package main

import (
	"errors"
	"fmt"
	"log/slog"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// tenantCommand manages the tenants in a table.
func tenantCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "tenant", Short: "Manage the tenants of a store"}
	cmd.AddCommand(tenantCreateCommand(), tenantListCommand(), tenantShowCommand(), tenantDeleteCommand())
	return cmd
}

// createTenant is the command that may make a store.
const createTenant = "create NAME"

// onTenant returns a command on the tenant that its first argument names.
func onTenant(use, short string, args int, run func(*cobra.Command, directory, scim.TenantID, []string) error) *cobra.Command {
	f := storeFlags{create: use == createTenant}
	cmd := &cobra.Command{
		Use: use, Short: short, Args: cobra.ExactArgs(args),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := scim.ParseTenantID(args[0])
			if err != nil {
				return fmt.Errorf("tenant %q: %w", args[0], err)
			}
			b, err := f.open(cmd.Context(), slog.Default())
			if err != nil {
				return err
			}
			defer b.close()
			err = explain(run(cmd, b.directory, id, args[1:]))
			if errors.Is(err, tenant.ErrUnknown) {
				return fmt.Errorf("there is no tenant %s in %s; scimstack tenant list shows the tenants", id, b.name)
			}
			return err
		},
	}
	f.add(cmd, storeDynamo)
	return cmd
}

func tenantCreateCommand() *cobra.Command {
	var idp string
	var strict bool
	cmd := onTenant(createTenant, "Create a tenant and its first token, which is shown only once", 1,
		func(cmd *cobra.Command, tenants directory, id scim.TenantID, _ []string) error {
			idp, err := identityProvider(idp)
			if err != nil {
				return err
			}
			if err := tenants.Create(cmd.Context(), tenant.Settings{ID: id, IdP: idp, Strict: strict}); err != nil {
				return fmt.Errorf("tenant %s: %w", id, err)
			}
			text, token := tenant.NewToken(id, scim.All)
			if err := tenants.AddToken(cmd.Context(), id, token); err != nil {
				return fmt.Errorf("tenant %[1]s is created, but not its token; create it with scimstack token create %[1]s: %[2]w", id, err)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "tenant    %s\nkey       %s\ntoken     %s\nstore the token now: it cannot be shown again\n", id, token.KeyID, text)
			return nil
		})
	cmd.Flags().StringVar(&idp, "idp", "", "identity provider: okta, entra, google and others")
	cmd.Flags().BoolVar(&strict, "strict", false, "follow the RFCs to the letter, instead of accepting what identity providers send")
	return cmd
}

func tenantListCommand() *cobra.Command {
	var f storeFlags
	cmd := &cobra.Command{
		Use: "list", Short: "List the tenants", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			b, err := f.open(cmd.Context(), slog.Default())
			if err != nil {
				return err
			}
			defer b.close()
			ids, err := tenant.AllNames(cmd.Context(), b.directory)
			for _, id := range ids {
				fmt.Fprintln(cmd.OutOrStdout(), id)
			}
			return explain(err)
		},
	}
	f.add(cmd, storeDynamo)
	return cmd
}

func tenantShowCommand() *cobra.Command {
	return onTenant("show NAME", "Show the settings of a tenant", 1,
		func(cmd *cobra.Command, tenants directory, id scim.TenantID, _ []string) error {
			record, err := tenants.Resolve(cmd.Context(), id)
			if err != nil {
				return err
			}
			s := record.Settings
			mode := "tolerant"
			if s.Strict {
				mode = "strict"
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintf(w, "tenant\t%s\nidp\t%s\nmode\t%s\n", id, orNone(s.IdP), mode)
			fmt.Fprintf(w, "shared group names\t%v\nunique externalId\t%v\npasswords\t%v\nsensitive filters refused\t%v\ntokens\t%d\n",
				s.SharedGroupNames, s.UniqueExternalID, !s.NoPassword, s.SensitiveFilters, len(record.Tokens))
			for _, rt := range s.Types {
				fmt.Fprintf(w, "type\t%s\n", rt.Name)
			}
			for _, name := range unfinishedIndexes(s) {
				fmt.Fprintf(w, "index not complete\t%s\n", name)
			}
			return w.Flush()
		})
}
