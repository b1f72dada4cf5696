package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// TestEveryArgumentCompletes: each word of each usage is completed from a store, is a FILE, or is said to be free. A command that is
// new fails here until its words are.
func TestEveryArgumentCompletes(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	walk(root(), func(cmd *cobra.Command) {
		if cmd.HasSubCommands() || cmd.Name() == "help" || cmd.HasParent() && cmd.Parent().Name() == "completion" {
			return
		}
		for i, word := range strings.Fields(cmd.Use)[1:] {
			if strings.HasPrefix(word, "-") || i > 0 && strings.HasPrefix(strings.Fields(cmd.Use)[i], "--") || strings.Contains(word, "FILE") || strings.Contains(word, "=") {
				continue // a flag, its value, or words with a completion of their own
			}
			s, known := sourceOf(cmd, wordOf(cmd, i))
			if !known {
				t.Errorf("%s completes %s to nothing: give the word a source, or say that it is free", cmd.CommandPath(), word)
			}
			if s != nil {
				seen[cmd.CommandPath()] = true
			}
		}
	})
	for _, path := range []string{"scimstack webhook get", "scimstack operator revoke", "scimstack schema remove", "scimstack health", "scimstack token revoke"} {
		if !seen[path] {
			t.Errorf("%s has no source", path)
		}
	}
}

// TestDefaultsAreValues: what a flag has by default could be named as its value.
func TestDefaultsAreValues(t *testing.T) {
	t.Parallel()
	walk(root(), func(cmd *cobra.Command) {
		known := choices(cmd)
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			c, ok := known[f.Name]
			if !ok || c.any || f.DefValue == "" || f.DefValue == "[]" || f.Value.Type() == "bool" {
				return
			}
			words := []string{f.DefValue}
			if c.list {
				words = strings.Split(strings.Trim(f.DefValue, "[]"), ",")
			}
			for _, w := range words {
				if err := c.check(f.Name, w); err != nil && f.DefValue != "0" { // 0 is for none
					t.Errorf("%s --%s is %s by default: %v", cmd.CommandPath(), f.Name, f.DefValue, err)
				}
			}
		})
	})
}

// TestCompletionOfIDs: ids and names of what a store has, those that have ended for remove only, and files after a tenant.
func TestCompletionOfIDs(t *testing.T) {
	t.Parallel()
	place := "sqlite:" + filepath.Join(t.TempDir(), "scim.db")
	run := func(args ...string) string {
		out, err := command(t, append(args, "--store", place)...)
		if err != nil {
			t.Fatal(args, err)
		}
		return out
	}
	run("tenant", "create", "acme")
	run("webhook", "create", "billing", "https://8.8.8.8/hook")
	run("operator", "create", "Ann")
	run("schema", "put", "acme", badgeFile(t))
	complete := func(line ...string) []string { return completions(t, slices.Insert(line, 2, "--store", place)...) }
	for _, name := range []string{"get", "set", "rotate", "pause", "resume", "delete", "dead-letters", "redeliver"} {
		if got := complete("webhook", name, ""); !slices.Equal(got, []string{"billing"}) {
			t.Errorf("webhook %s: %v", name, got)
		}
	}
	if got := complete("schema", "remove", "acme", ""); !slices.Contains(got, "urn:example:params:scim:schemas:extension:acme:2.0:User") || !slices.Contains(got, "User") {
		t.Errorf("schema remove: %v", got)
	}
	id := complete("operator", "revoke", "")
	if len(id) != 1 {
		t.Fatal(id)
	}
	run("operator", "revoke", id[0])
	if live, all := complete("operator", "revoke", ""), complete("operator", "remove", ""); len(live) != 0 || !slices.Equal(all, id) {
		t.Errorf("operator: revoke %v, remove %v", live, all)
	}
	for want, line := range map[string][]string{
		"acme":             {"schema", "put", ""},
		"user.deactivated": {"webhook", "create", "x", "y", "--types", ""},
		"set":              {"webhook", "create", "x", "y", "--form", ""},
	} {
		if got := complete(line...); !slices.Contains(got, want) {
			t.Errorf("%v: %v", line, got)
		}
	}
}
