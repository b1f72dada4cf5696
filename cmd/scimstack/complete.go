package main

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/scimstack/scimstack/pkg/admin"
	"github.com/scimstack/scimstack/pkg/admin/adminclient"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// completeWithin bounds what a completion may take: a shell waits for it.
var completeWithin = time.Second //nolint:gochecknoglobals // tests give a store more time: their machine may be busy

// completeMost is how many tenants of a service are offered.
const completeMost = 200

// complete completes the values of a command's flags, and its arguments by the words of its usage: TENANT, NAME of a
// tenant, KEY of a token, and ID of an OAuth client.
func complete(cmd *cobra.Command) {
	known := choices(cmd)
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		c, ok := known[f.Name]
		switch {
		case ok && f.Value.Type() != "bool" && f.Name != "tenant":
			_ = cmd.RegisterFlagCompletionFunc(f.Name, c.complete) // fails if the command has a function of its own
		case f.Name == "tenant" && f.Value.Type() == "string":
			_ = cmd.RegisterFlagCompletionFunc(f.Name, func(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
				return tenantsOf(cmd), cobra.ShellCompDirectiveNoFileComp
			})
		case f.Name == "tenant":
			_ = cmd.RegisterFlagCompletionFunc(f.Name, completeSpec)
		}
	})
	if words := strings.Fields(cmd.Use); cmd.ValidArgsFunction == nil && !cmd.HasSubCommands() && !strings.Contains(cmd.Use, "FILE") {
		cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args)+1 >= len(words) {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return argument(cmd, words[len(args)+1], args), cobra.ShellCompDirectiveNoFileComp
		}
	}
}

// namesTenant reports whether the word of a usage is the name of a tenant.
func namesTenant(cmd *cobra.Command, word string) bool {
	return word == "TENANT" || word == "NAME" && cmd.HasParent() && cmd.Parent().Name() == "tenant"
}

// argument returns the values of the word of a usage.
func argument(cmd *cobra.Command, word string, before []string) []string {
	switch {
	case namesTenant(cmd, word) && cmd.Name() != "create":
		return tenantsOf(cmd)
	case word == "KEY" && len(before) > 0:
		return keysOf(cmd, before[0])
	case word == "ID" && len(before) > 0 && cmd.Parent().Name() == "client":
		return clientsOf(cmd, before[0])
	}
	return nil
}

// complete completes the last word of a list.
func (c choice) complete(_ *cobra.Command, _ []string, typed string) (words []string, d cobra.ShellCompDirective) {
	d = cobra.ShellCompDirectiveNoFileComp
	if c.any {
		d |= cobra.ShellCompDirectiveNoSpace
	}
	if !c.list {
		return c.values(), d
	}
	before := typed[:strings.LastIndexByte(typed, ',')+1]
	for _, v := range c.values() {
		if !slices.Contains(strings.Split(before, ","), v) {
			words = append(words, before+v)
		}
	}
	return words, d | cobra.ShellCompDirectiveNoSpace
}

// completeSpec completes name=acme,idp=… of the commands that serve.
func completeSpec(_ *cobra.Command, _ []string, typed string) (words []string, _ cobra.ShellCompDirective) {
	before := typed[:strings.LastIndexByte(typed, ',')+1]
	values := map[string][]string{"idp": providerNames(), "mode": {"tolerant", "strict"}, "agents": {"read", "write"}}
	key, _, given := strings.Cut(typed[len(before):], "=")
	if given {
		for _, v := range values[key] {
			words = append(words, before+key+"="+v)
		}
	} else {
		for _, k := range tenantKeys() {
			if !strings.Contains(","+before, ","+k+"=") {
				words = append(words, before+k+"=")
			}
		}
	}
	return words, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

// tenantsOf returns the tenants of the store or the service that the flags name; none if it cannot be reached soon.
func tenantsOf(cmd *cobra.Command) (names []string) {
	if onServer(cmd, func(ctx context.Context, api admin.API) {
		list, err := api.Tenants(ctx, "", completeMost)
		if err != nil {
			return
		}
		for i := range list.Tenants {
			names = append(names, list.Tenants[i].Name)
		}
	}) {
		return names
	}
	inStore(cmd, func(ctx context.Context, d directory) {
		ids, _ := tenant.AllNames(ctx, d)
		for _, id := range ids {
			names = append(names, id.String())
		}
	})
	return names
}

// keysOf returns the ids of the keys of a tenant's tokens that are accepted.
func keysOf(cmd *cobra.Command, name string) (keys []string) {
	id, err := scim.ParseTenantID(name)
	if err != nil {
		return nil
	}
	if onServer(cmd, func(ctx context.Context, api admin.API) {
		list, err := api.Tokens(ctx, name)
		if err != nil {
			return
		}
		for i := range list.Tokens {
			if t := &list.Tokens[i]; t.State == "live" {
				keys = append(keys, t.Key+"\t"+t.Name)
			}
		}
	}) {
		return keys
	}
	inStore(cmd, func(ctx context.Context, d directory) {
		record, err := d.Resolve(ctx, id)
		if err != nil {
			return
		}
		for _, t := range record.Tokens {
			if t.Live(time.Now()) {
				keys = append(keys, t.KeyID+"\t"+t.Name)
			}
		}
	})
	return keys
}

// clientsOf returns the ids of a tenant's OAuth clients that are accepted.
func clientsOf(cmd *cobra.Command, name string) (ids []string) {
	id, err := scim.ParseTenantID(name)
	if err != nil {
		return nil
	}
	if onServer(cmd, func(ctx context.Context, api admin.API) {
		list, err := api.Clients(ctx, name)
		if err != nil {
			return
		}
		for i := range list.Clients {
			if c := &list.Clients[i]; c.State == "live" {
				ids = append(ids, c.ID+"\t"+c.Name)
			}
		}
	}) {
		return ids
	}
	inStore(cmd, func(ctx context.Context, d directory) {
		record, err := d.Resolve(ctx, id)
		if err != nil {
			return
		}
		for i := range record.Clients {
			if c := &record.Clients[i]; c.Live(time.Now()) {
				ids = append(ids, c.ID+"\t"+c.Name)
			}
		}
	})
	return ids
}

// inStore calls use with the tenants of the store that the flags of a command name. It prints nothing: what a
// completion prints would be in the line that the user types.
func inStore(cmd *cobra.Command, use func(context.Context, directory)) {
	flag := func(name string) string { return flagOf(cmd, name) }
	ctx, cancel := context.WithTimeout(context.WithoutCancel(contextOf(cmd)), completeWithin)
	defer cancel()
	f := storeFlags{place: flag("store"), table: tableFlags{endpoint: flag("endpoint"), region: flag("region"), name: flag("table")}}
	if f.place == "" {
		f.place = storeDynamo
	}
	b, err := f.open(ctx, slog.New(slog.DiscardHandler))
	if err != nil {
		return
	}
	defer b.close()
	use(ctx, b.directory)
}

// onServer calls use with the administration that --server names, and reports whether the flag names one. It prints
// nothing, as inStore.
func onServer(cmd *cobra.Command, use func(context.Context, admin.API)) bool {
	f := adminFlags{
		server: flagOf(cmd, "server"), tokenFile: flagOf(cmd, "operator-token-file"), iam: flagOf(cmd, "aws-iam") == "true",
		store: storeFlags{table: tableFlags{region: flagOf(cmd, "region")}},
	}
	if f.server == "" {
		return false
	}
	o, err := f.credentials()
	if err != nil {
		return true
	}
	api, err := adminclient.New(f.server, o)
	if err != nil {
		return true
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(contextOf(cmd)), completeWithin)
	defer cancel()
	use(ctx, api)
	return true
}

// flagOf is the value of a flag, or "" if the command does not have it.
func flagOf(cmd *cobra.Command, name string) string {
	if f := cmd.Flags().Lookup(name); f != nil {
		return f.Value.String()
	}
	return ""
}

// contextOf is the context of a command; a completion may have none.
func contextOf(cmd *cobra.Command) context.Context {
	if ctx := cmd.Context(); ctx != nil {
		return ctx
	}
	return context.Background()
}
