package main

import (
	"context"
	"log/slog"
	"strings"

	"github.com/spf13/cobra"

	"github.com/scimstack/scimstack/pkg/admin"
)

// source returns what a word of a usage may be, from a store or a service. before are the arguments before it.
type source func(ctx context.Context, api admin.API, before []string) []string

// completeArgument completes an argument by its word in the usage of the command: names and ids are those of the store or
// the service, and a FILE is one of the shell's.
func completeArgument(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	word := wordOf(cmd, len(args))
	if strings.Contains(word, "FILE") {
		return nil, cobra.ShellCompDirectiveDefault
	}
	s, _ := sourceOf(cmd, word)
	return completionsOf(cmd, s, args), cobra.ShellCompDirectiveNoFileComp
}

// wordOf is the word of a usage for the argument of an index, or "".
func wordOf(cmd *cobra.Command, at int) string {
	words := strings.Fields(cmd.Use)[1:]
	if n := len(words); at >= n && n > 0 && strings.HasSuffix(words[n-1], "…") {
		at = n - 1
	}
	if at >= len(words) {
		return ""
	}
	return strings.Trim(words[at], "[]…")
}

// sourceOf returns where the values of a word come from. known is false for a word that has no source, and nil is the
// source of a word that is new, or free.
func sourceOf(cmd *cobra.Command, word string) (s source, known bool) {
	group := ""
	if cmd.HasParent() {
		group = cmd.Parent().Name()
	}
	switch of := group + " " + word; {
	case word == "WHO" || word == "URL" || word == "FILTER" || cmd.Name() == "create" && word != "TENANT":
		return nil, true // of a person, of the world, or new
	case group == "log":
		return nil, true // of a log, which has too many
	case namesTenant(cmd, word):
		return tenantsOf, true
	case of == "token KEY":
		return keysOf(cmd.Name() == "remove"), true
	case of == "client ID":
		return clientsOf(cmd.Name() == "remove"), true
	case of == "operator ID":
		return operatorsOf(cmd.Name() == "remove"), true
	case of == "webhook ID":
		return webhooksOf, true
	case of == "schema SCHEMA":
		return schemasOf, true
	}
	return nil, false
}

// tenantsOf are the names of tenants.
func tenantsOf(ctx context.Context, api admin.API, _ []string) (names []string) {
	list, err := api.Tenants(ctx, "", completeMost)
	if err != nil {
		return nil
	}
	for i := range list.Tenants {
		names = append(names, list.Tenants[i].Name)
	}
	return names
}

// stateLive is the state of a credential that is accepted. Only remove is also for the others.
const stateLive = "live"

// keysOf are the keys of the tokens of the tenant before.
func keysOf(ended bool) source {
	return func(ctx context.Context, api admin.API, before []string) (keys []string) {
		list, err := api.Tokens(ctx, before[0])
		if err != nil {
			return nil
		}
		for i := range list.Tokens {
			if t := &list.Tokens[i]; ended || t.State == stateLive {
				keys = append(keys, described(t.Key, t.Name))
			}
		}
		return keys
	}
}

// clientsOf are the ids of the OAuth clients of the tenant before.
func clientsOf(ended bool) source {
	return func(ctx context.Context, api admin.API, before []string) (ids []string) {
		list, err := api.Clients(ctx, before[0])
		if err != nil {
			return nil
		}
		for i := range list.Clients {
			if c := &list.Clients[i]; ended || c.State == stateLive {
				ids = append(ids, described(c.ID, c.Name))
			}
		}
		return ids
	}
}

// operatorsOf are the ids of operator tokens.
func operatorsOf(ended bool) source {
	return func(ctx context.Context, api admin.API, _ []string) (ids []string) {
		list, err := api.Operators(ctx)
		if err != nil {
			return nil
		}
		for i := range list.Operators {
			if o := &list.Operators[i]; ended || o.State == stateLive {
				ids = append(ids, described(o.ID, o.Name))
			}
		}
		return ids
	}
}

// webhooksOf are the ids of webhooks.
func webhooksOf(ctx context.Context, api admin.API, _ []string) (ids []string) {
	list, err := api.Webhooks(ctx)
	if err != nil {
		return nil
	}
	for i := range list.Webhooks {
		ids = append(ids, described(list.Webhooks[i].ID, list.Webhooks[i].URL))
	}
	return ids
}

// schemasOf are the URNs of schemas and the names of resource types that the tenant before adds.
func schemasOf(ctx context.Context, api admin.API, before []string) (ids []string) {
	s, err := api.Schemas(ctx, before[0])
	if err != nil {
		return nil
	}
	for i := range s.Documents {
		ids = append(ids, described(s.Documents[i].ID, s.Documents[i].Kind))
	}
	return ids
}

// described is a value with what a shell shows beside it.
func described(value, text string) string {
	if text == "" {
		return value
	}
	return value + "\t" + text
}

// completionsOf asks a source about the store or the service that the flags of a command name. It prints nothing, because
// that would be in the line that the user types, and returns nothing if the place cannot be reached soon.
func completionsOf(cmd *cobra.Command, from source, before []string) []string {
	if from == nil {
		return nil
	}
	flag := func(name string) string { return flagOf(cmd, name) }
	f := adminFlags{
		server: flag("server"), tokenFile: flag("operator-token-file"), iam: flag("aws-iam") == "true",
		store: storeFlags{place: flag("store"), table: tableFlags{endpoint: flag("endpoint"), region: flag("region"), name: flag("table")}},
	}
	if f.store.place == "" {
		f.store.place = storeDynamo
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(contextOf(cmd)), completeWithin)
	defer cancel()
	api, closed, err := f.reach(ctx)
	if err != nil {
		return nil
	}
	defer closed()
	return from(ctx, api, before)
}

// reach opens the administration of a store, or of a service.
func (f *adminFlags) reach(ctx context.Context) (api admin.API, closed func(), err error) {
	if f.server != "" {
		api, _, err = f.client()
		return api, func() {}, err
	}
	quiet := slog.New(slog.DiscardHandler)
	b, err := f.store.open(ctx, quiet)
	if err != nil {
		return nil, nil, err
	}
	return b.administration(quiet, nil), b.close, nil
}
