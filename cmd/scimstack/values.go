package main

import (
	"math"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/scimstack/scimstack/internal/demo"
	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/admin"
	"github.com/scimstack/scimstack/pkg/dialect"
	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/scim"
)

// choice is what a flag of a name may be, in every command. One table serves completion, the check before a command runs
// and the suggestion after a typing error, so that a new command has them for the name of its flag alone.
type choice struct {
	what   string          // of the value, for messages
	values func() []string // in the order of completion; called when needed, since every start makes the table
	list   bool            // comma-separated
	any    bool            // other values are right, too
	valid  func(string) error
}

func fixed(values ...string) func() []string { return func() []string { return values } }

// choices returns the choices of a command's flags by name.
func choices(cmd *cobra.Command) map[string]choice {
	all := map[string]choice{
		"idp":        {what: "identity provider", values: providerNames},
		"scopes":     {what: "scope", values: allScopes, list: true},
		"operation":  {what: "operation", values: operations},
		"method":     {what: "method", values: admin.Methods},
		"admin":      {what: "value", values: fixed("auto", "on", "off")},
		"mode":       {what: "mode", values: fixed("tolerant", "strict")},
		"activity":   {what: "value", values: fixed("all", "changes", "off")},
		"log-level":  {what: "log level", values: fixed("debug", "info", "warn", "error")},
		"log":        {what: "form of the log", values: fixed("auto", "text", "json", "off")},
		"log-format": {what: "log format", values: fixed("auto", "text", "json")},
		"fault":      {what: "fault", values: demo.FaultKinds, list: true},
		"store":      {what: "store", values: fixed("sqlite:", "postgres://", storeDynamo), any: true},
		outputFlag:   {what: "output format", values: outputFormats},
		"status":     {values: fixed("200", "201", "204", "400", "401", "403", "404", "409", "412", "429", "500", "503"), valid: between(100, 599)},
		"count":      {values: fixed("20", "100", "500"), valid: between(1, activity.MaxLimit)},

		"form":         {what: "form", values: fixed("webhook", formSET)},
		"types":        {values: factTypes, list: true, valid: factType},
		"addr":         {values: fixed(), valid: hostAndPort},
		"admin-listen": {values: fixed(), valid: hostAndPort},
	}
	switch cmd.Name() {
	case "demo":
		all["idp"] = choice{what: "identity provider", values: func() []string { return append(demo.Names(), "all") }, list: true}
	case "health":
		all["count"] = choice{values: fixed("20", "100", "5000"), valid: between(1, math.MaxInt32)} // it reads page after page
	case "dev":
		all["store"] = choice{what: "store", values: fixed(storeMemory, storeDynamo)}
	}
	if cmd.HasParent() && cmd.Parent().Name() == "operator" {
		all["scopes"] = choice{what: "scope", values: fixed(admin.ScopeRead, admin.ScopeWrite), list: true}
	}
	if f := cmd.Flags().Lookup("tenant"); f != nil && f.Value.Type() == "string" {
		all["tenant"] = choice{values: fixed(), valid: func(s string) error { _, err := tenantName(s); return err }}
	}
	return all
}

// between checks a whole number.
func between(low, high int) func(string) error {
	return func(s string) error {
		if n, err := strconv.Atoi(s); err != nil || n < low || n > high {
			return usagef("%s: use a number from %d to %d", s, low, high)
		}
		return nil
	}
}

// factTypes are the types of facts about users and groups. A tenant may have more, with types of its own.
func factTypes() []string {
	return []string{
		"user.*", feed.UserCreated, feed.UserUpdated, feed.UserDeactivated, feed.UserReactivated, feed.UserDeleted,
		"group.*", feed.GroupCreated, feed.GroupRenamed, feed.GroupUpdated, feed.GroupDeleted,
		"membership.*", feed.MembershipAdded, feed.MembershipRemoved,
	}
}

// factType checks a type of facts; "" is all.
func factType(s string) error {
	if s == "" {
		return nil
	}
	return feed.CheckType(s)
}

func providerNames() (names []string) {
	for _, p := range dialect.Profiles() {
		names = append(names, p.Name)
	}
	return names
}

func allScopes() []string {
	return admin.ScopeNames()
}

// operations are those of SCIM. A call of a tool of MCP has the name of the tool, which has a low line.
func operations() []string {
	return []string{"create", "get", "replace", "patch", "delete", "search", "bulk", "discovery"}
}

// checkValues refuses a flag or an argument whose value cannot be right, before the command reaches for anything.
func checkValues(cmd *cobra.Command, args []string) (err error) {
	for i, word := range strings.Fields(cmd.Use)[1:] {
		if i < len(args) && namesTenant(cmd, word) {
			if _, err := tenantName(args[i]); err != nil {
				return err
			}
		}
	}
	known := choices(cmd)
	cmd.Flags().Visit(func(f *pflag.Flag) {
		c, ok := known[f.Name]
		if !ok || c.any || err != nil || f.Value.Type() == "bool" {
			return
		}
		words := []string{f.Value.String()}
		if slice, ok := f.Value.(pflag.SliceValue); ok {
			words = slice.GetSlice()
		} else if c.list {
			words = strings.Split(words[0], ",")
		}
		for _, w := range words {
			if err == nil {
				err = c.check(f.Name, strings.TrimSpace(w))
			}
		}
	})
	return err
}

func (c choice) check(flag, word string) error {
	if c.valid != nil {
		if err := c.valid(word); err != nil {
			return withFlag(flag, err)
		}
		return nil
	}
	if word == "" && !c.list || flag == "operation" && strings.Contains(word, "_") {
		return nil
	}
	values := c.values()
	for _, v := range values {
		if v == word || flag == "idp" && strings.EqualFold(v, word) {
			return nil
		}
	}
	return withFlag(flag, unknownValue(c.what, word, values))
}

// withFlag names the flag with the wrong value.
func withFlag(flag string, err error) error { return usagef("--%s: %w", flag, err) }

// tenantName reads the name of a tenant.
func tenantName(text string) (scim.TenantID, error) {
	id, err := scim.ParseTenantID(text)
	if err != nil {
		return id, usagef("tenant %q: %w", text, err)
	}
	return id, nil
}

// lenient makes all flags with a duration accept the units that people use.
func lenient(flags *pflag.FlagSet) {
	flags.VisitAll(func(f *pflag.Flag) {
		if _, ours := f.Value.(*durationValue); ours || f.Value.Type() != "duration" {
			return
		}
		f.Value = &anyDuration{f.Value}
		if f.DefValue == "0s" {
			f.DefValue = ""
		}
	})
}

// anyDuration is a flag of pflag that is set as durationValue is.
type anyDuration struct{ pflag.Value }

// Set reads the flag.
func (d *anyDuration) Set(text string) error {
	got, err := parseDuration(text)
	if err != nil {
		return err
	}
	return d.Value.Set(got.String())
}
