package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/scimstack/scimstack/pkg/admin"
)

// tenantCommand manages the tenants.
func tenantCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "tenant", Short: "Manage the tenants of a store, or of a running service (--server)"}
	cmd.AddCommand(tenantCreateCommand(), tenantListCommand(), tenantShowCommand(), tenantSetCommand(), tenantPauseCommand(),
		tenantResumeCommand(), tenantReindexCommand(), tenantRecountCommand(), tenantRestartFeedCommand(), tenantExportCommand(), tenantImportCommand(), tenantDeleteCommand())
	return cmd
}

// madeRow is a new tenant with its token.
type madeRow struct {
	Tenant  string     `json:"tenant"`
	Key     string     `json:"key"`
	Token   string     `json:"token,omitempty"`
	Expires optionalAt `json:"expires"`
}

func tenantCreateCommand() *cobra.Command {
	var idp string
	var strict bool
	var set []string
	var token tokenFlags
	var patch map[string]json.RawMessage
	var in admin.TokenInput
	cmd := withKey(adminCommand("create NAME", "Create a tenant with one token, which is shown only once", func(a *administration) error {
		made, err := a.CreateTenant(a.ctx(), admin.TenantInput{Name: a.args[0], Settings: patch, Token: &in})
		if err != nil {
			return err
		}
		if err := show(a.cmd, made, madeRow{made.Tenant.Name, made.Token.Token.Key, made.Token.Secret, optionalAt{made.Token.Token.Expires}}); err != nil {
			return err
		}
		remark(a.cmd, made.Token.Note)
		return nil
	}))
	cmd.PreRunE = func(cmd *cobra.Command, _ []string) (err error) { // before the store is made
		if in, err = token.input(cmd); err != nil {
			return err
		}
		if idp != "" {
			set = append(set, "idp="+idp)
		}
		if strict {
			set = append(set, "mode=strict")
		}
		patch, err = patchOf(set)
		return err
	}
	cmd.Flags().StringVar(&idp, "idp", "", "identity provider: okta, entra, google and others")
	cmd.Flags().BoolVar(&strict, "strict", false, "follow the RFCs to the letter, instead of accepting what identity providers send")
	cmd.Flags().StringArrayVar(&set, "set", nil, "a setting, such as limits.rate=100, by the names of the command set; may be repeated")
	token.add(cmd, "token-name")
	return cmd
}

// tenantRow is a line of the list.
type tenantRow struct {
	Name    string     `json:"name"`
	State   stateValue `json:"state"`
	IdP     string     `json:"idp"`
	Mode    string     `json:"mode"`
	Tokens  int        `json:"tokens"`
	Clients int        `json:"clients"`
	Version int64      `json:"version"`
}

func tenantListCommand() *cobra.Command {
	return adminCommand("list", "List the tenants", func(a *administration) error {
		all, err := a.tenants()
		if err != nil {
			return err
		}
		return showList(a.cmd, all, func(t *admin.Tenant) tenantRow {
			return tenantRow{t.Name, stateValue(t.State), t.Settings.IdP, t.Settings.Mode, t.Tokens, t.Clients, t.Version}
		})
	})
}

// tenants lists all tenants.
func (a *administration) tenants() ([]admin.Tenant, error) {
	all := []admin.Tenant{}
	for cursor := ""; ; {
		page, err := a.Tenants(a.ctx(), cursor, 0)
		if err != nil {
			return nil, err
		}
		all = append(all, page.Tenants...)
		if cursor = page.Next; cursor == "" {
			return all, nil
		}
	}
}

// tenantView is a tenant as a table.
type tenantView struct {
	Tenant     string     `json:"tenant"`
	State      stateValue `json:"state"`
	Reason     string     `json:"reason,omitempty"`
	RetryAfter int        `json:"retryAfterSeconds,omitempty" col:"retry after seconds"`
	Version    int64      `json:"version"`
	IdP        string     `json:"idp"`
	Mode       string     `json:"mode"`
	Shared     bool       `json:"sharedGroupNames"`
	UniqueID   bool       `json:"uniqueExternalId" col:"unique externalId"`
	NoPassword bool       `json:"noPassword"`
	Sensitive  bool       `json:"sensitiveFilters" col:"sensitive filters refused"`
	KeepValues bool       `json:"keepValues"`
	SkipReads  bool       `json:"skipReads"`
	NoLog      bool       `json:"noLog"`
	LogDays    string     `json:"logDays"`
	Limits     []string   `json:"limits" col:"limits of its own"`
	Indexes    []string   `json:"indexes" col:"indexes of its own"`
	Types      []string   `json:"types"`
	Tokens     int        `json:"tokens" col:"live tokens"`
	Clients    int        `json:"clients" col:"live clients"`
	Building   []string   `json:"indexesBuilding,omitempty" col:"index not complete"`
}

// showTenant prints a tenant.
func (a *administration) showTenant(t *admin.Tenant) error {
	s := &t.Settings
	days := "default"
	if s.LogDays > 0 {
		days = strconv.Itoa(s.LogDays)
	}
	err := show(a.cmd, t, tenantView{
		t.Name, stateValue(t.State), t.Paused, t.RetryAfter, t.Version, s.IdP, s.Mode, s.SharedGroupNames, s.UniqueExternalID, s.NoPassword,
		s.SensitiveFilters, s.KeepValues, s.SkipReads, s.NoLog, days, ownLimits(s.Limits), s.Indexes, t.Types, t.Tokens, t.Clients, t.Building,
	})
	remark(a.cmd, t.Note)
	return err
}

// ownLimits are the limits that are not the default.
func ownLimits(l admin.Limits) (list []string) {
	data, _ := json.Marshal(l) // numbers always have a form
	var all map[string]int
	_ = json.Unmarshal(data, &all)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if all[name] != 0 {
			list = append(list, fmt.Sprintf("%s=%d", name, all[name]))
		}
	}
	return list
}

func tenantShowCommand() *cobra.Command {
	return adminCommand("show NAME", "Show the settings of a tenant", func(a *administration) error {
		t, err := a.Tenant(a.ctx(), a.args[0])
		if err != nil {
			return err
		}
		return a.showTenant(t)
	})
}

func tenantSetCommand() *cobra.Command {
	var version int64
	cmd := adminCommand("set NAME SETTING=VALUE…", "Change settings of a tenant; they are in use within a minute", func(a *administration) error {
		patch, err := patchOf(a.args[1:])
		if err != nil {
			return err
		}
		t, err := a.ChangeTenant(a.ctx(), a.args[0], version, patch)
		if err != nil {
			return err
		}
		if names := patch["indexes"]; len(names) > 0 && string(names) != "null" {
			defer note(a.cmd, "on DynamoDB each index costs 2 write units more for a create, and 4 for a change of its attribute; a change that was a single put, such as PATCH active, costs 4 instead of 2 and these 4")
		}
		return a.showTenant(t)
	})
	cmd.PreRunE = func(_ *cobra.Command, args []string) error {
		_, err := patchOf(args[1:]) // before the store is opened
		return err
	}
	cmd.Long = `Changes the settings that are named, and no others: ` + strings.Join(settingNames(), ", ") + `, and rules.ATTRIBUTE (off, note or refuse).

An empty value sets the default: limits.rate= . A change is in use everywhere within a minute, while requests go on. A
setting that needs an index is in force for new values at once, and the command says which indexes are being built.`
	cmd.Example = `  scimstack tenant set acme idp=entra
  scimstack tenant set acme mode=strict limits.maxMembers=50000 limits.rate=`
	cmd.Flags().Int64Var(&version, "version", 0, "change this version only, as tenant show prints it")
	return completeSettings(cmd)
}

// completeSettings completes SETTING=VALUE.
func completeSettings(cmd *cobra.Command) *cobra.Command {
	cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) == 0 {
			return completionsOf(cmd, tenantsOf, nil), cobra.ShellCompDirectiveNoFileComp
		}
		var words []string
		for _, name := range settingNames() {
			words = append(words, name+"=")
		}
		for _, name := range admin.IdPs() {
			words = append(words, "idp="+name)
		}
		return append(words, "mode=strict", "mode=tolerant"), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	}
	return cmd
}

func tenantPauseCommand() *cobra.Command {
	var in admin.Pause
	var after time.Duration
	cmd := adminCommand("pause NAME", "Refuse every request of a tenant, with a reason; its data stays", func(a *administration) error {
		if after%time.Second != 0 {
			return usagef("--retry-after %s is no whole number of seconds; use one such as 2m", after)
		}
		in.RetryAfter = int(after / time.Second)
		t, err := a.PauseTenant(a.ctx(), a.args[0], in)
		if err != nil {
			return err
		}
		return a.showTenant(t)
	})
	cmd.Long = `Refuses every request of a tenant; its data stays. Clients get 403 with the reason. An identity provider takes that as final:
Okta, for example, does not repeat a deactivation that was answered so.

For a pause of minutes, such as a move, use --retry-after: clients get 429 with this time and the reason, and send their requests again
until the tenant is resumed. Without the flag a tenant that is paused goes back to 403.`
	cmd.Example = `  scimstack tenant pause acme --reason "contract ended on 31 May"
  scimstack tenant pause acme --reason "moving to another store" --retry-after 2m`
	cmd.Flags().StringVar(&in.Reason, "reason", "", "why, which the clients of the tenant get")
	cmd.Flags().Var(duration(&after), "retry-after", "clients get 429, and send their requests again after this time, up to 1h (default: they get 403)")
	_ = cmd.MarkFlagRequired("reason") // fails for an unknown flag only
	return cmd
}

func tenantResumeCommand() *cobra.Command {
	return adminCommand("resume NAME", "Serve a tenant again that was paused", func(a *administration) error {
		t, err := a.ResumeTenant(a.ctx(), a.args[0])
		if err != nil {
			return err
		}
		return a.showTenant(t)
	})
}
