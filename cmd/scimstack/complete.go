package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// completeWithin bounds what a completion may take: a shell waits for it.
var completeWithin = time.Second //nolint:gochecknoglobals // tests give a store more time: their machine may be busy

// completeMost is how many tenants of a service are offered.
const completeMost = 200

// complete completes the values of a command's flags, and its arguments by the words of its usage (completeArgument).
func complete(cmd *cobra.Command) {
	known := choices(cmd)
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		c, ok := known[f.Name]
		switch {
		case ok && f.Value.Type() != "bool" && f.Name != "tenant":
			_ = cmd.RegisterFlagCompletionFunc(f.Name, c.complete) // fails if the command has a function of its own
		case f.Name == "tenant" && f.Value.Type() == "string":
			_ = cmd.RegisterFlagCompletionFunc(f.Name, func(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
				return completionsOf(cmd, tenantsOf, nil), cobra.ShellCompDirectiveNoFileComp
			})
		case f.Name == "tenant":
			_ = cmd.RegisterFlagCompletionFunc(f.Name, completeSpec)
		}
	})
	if cmd.ValidArgsFunction == nil && !cmd.HasSubCommands() {
		cmd.ValidArgsFunction = completeArgument
	}
}

// namesTenant reports whether the word of a usage is the name of a tenant.
func namesTenant(cmd *cobra.Command, word string) bool {
	return word == "TENANT" || word == "NAME" && cmd.HasParent() && cmd.Parent().Name() == "tenant"
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
