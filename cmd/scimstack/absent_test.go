package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// badgeFile is a file with an extension of User.
func badgeFile(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "badge.json")
	if err := os.WriteFile(file, []byte(exampleSchema), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// lineOf is a command line whose words are right, but for the tenant and files, which are those of words.
func lineOf(cmd *cobra.Command, words map[string]string) (line []string, named map[string]bool) {
	line, named = strings.Fields(cmd.CommandPath())[1:], map[string]bool{}
	for i := range strings.Fields(cmd.Use)[1:] {
		word := wordOf(cmd, i)
		if namesTenant(cmd, word) {
			word = "TENANT"
		}
		value, ok := words[word]
		if !ok {
			value = "x"
		}
		line, named[word] = append(line, value), true
	}
	return line, named
}

// TestUnknownTenant: every command on a store answers the misspelt name of a tenant with the nearest one, as an argument and as a flag.
func TestUnknownTenant(t *testing.T) {
	t.Parallel()
	place := "sqlite:" + filepath.Join(t.TempDir(), "scim.db")
	if _, err := command(t, "tenant", "create", "acme", "--store", place); err != nil {
		t.Fatal(err)
	}
	words := map[string]string{"TENANT": "acm", "SETTING=VALUE": "idp=okta", "FILE": badgeFile(t), "FILTER": "active eq true", "URL": "https://8.8.8.8/hook"}
	more := map[string][]string{
		"token set": {"--name", "x"}, "client set": {"--name", "x"}, "tenant pause": {"--reason", "x"}, "tenant delete": {"--yes"},
		"webhook redeliver": {"--dead"},
	}
	tried := 0
	walk(root(), func(cmd *cobra.Command) {
		store, flag := cmd.Flags().Lookup("store"), cmd.Flags().Lookup("tenant")
		line, named := lineOf(cmd, words)
		asFlag := flag != nil && flag.Value.Type() == "string"
		path := strings.TrimPrefix(cmd.CommandPath(), "scimstack ")
		if store == nil || !named["TENANT"] && !asFlag || path == "tenant create" {
			return
		}
		if path == "openapi" {
			line = line[:1] // files are instead of a tenant
		}
		if asFlag {
			line = append(line, "--tenant", "acm")
		}
		if path == "webhook redeliver" { // the webhook is looked for first
			if _, err := command(t, "webhook", "create", "x", "https://8.8.8.8/hook", "--store", place); err != nil {
				t.Fatal(err)
			}
		}
		tried++
		if _, err := output(t, append(append(line, more[path]...), "--store", place)...); err == nil || !strings.Contains(err.Error(), "there is no tenant acm in ") || !strings.Contains(err.Error(), "did you mean acme?") {
			t.Errorf("%v: %v", line, err)
		}
	})
	if tried < 20 {
		t.Errorf("%d commands were tried", tried)
	}
}

// TestMissingFile: a file that an argument names and that cannot be read is wrong usage in every command, found before anything is done.
func TestMissingFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	place, missing := "sqlite:"+filepath.Join(dir, "scim.db"), filepath.Join(dir, "none.json")
	if _, err := command(t, "tenant", "create", "acme", "--store", place); err != nil {
		t.Fatal(err)
	}
	tried := 0
	walk(root(), func(cmd *cobra.Command) {
		line, named := lineOf(cmd, map[string]string{"FILE": missing, "TENANT": "acme"})
		if !named["FILE"] {
			return
		}
		tried++
		if cmd.Flags().Lookup("store") != nil && cmd.Name() != "openapi" {
			line = append(line, "--store", place)
		}
		_, err := output(t, line...)
		var wrong usageError
		if !errors.As(err, &wrong) || !strings.Contains(err.Error(), missing+" cannot be read: no such file or directory; ") {
			t.Errorf("%v: %v", line, err)
		}
	})
	if tried < 6 {
		t.Errorf("%d commands were tried", tried)
	}
	if _, err := output(t, "replay", "../../testdata/idp-corpus/okta.json", missing); err == nil || !strings.Contains(err.Error(), "none.json") {
		t.Error(err)
	}
}

// TestRemarkAfterChange: what a new index costs is said of one that was made, and not before an error. A mistake of --indexes names the flag.
func TestRemarkAfterChange(t *testing.T) {
	t.Parallel()
	place := "sqlite:" + filepath.Join(t.TempDir(), "scim.db")
	if _, err := command(t, "tenant", "create", "acme", "--store", place); err != nil {
		t.Fatal(err)
	}
	if out, err := command(t, "tenant", "set", "acme", "indexes=titel", "--store", place); err == nil || out != "" {
		t.Errorf("%q %v", out, err)
	}
	if out, err := command(t, "tenant", "set", "acme", "indexes=title", "--store", place); err != nil || !strings.Contains(out, "each index costs") {
		t.Errorf("%q %v", out, err)
	}
	for _, line := range [][]string{{"explain", "active eq true", "--indexes", "titel"}, {"explain", "active eq true", "--indexes", "titel", "--tenant", "acme", "--store", place}} {
		_, err := output(t, line...)
		var wrong usageError
		if !errors.As(err, &wrong) || !strings.HasPrefix(err.Error(), "--indexes: no resource type") {
			t.Errorf("%v: %v", line, err)
		}
	}
}
