package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// TestWrongAddress: a value that can be no address to listen on, or no URL before the tenant, is wrong usage by flag and file,
// and nothing is made. Right forms pass.
func TestWrongAddress(t *testing.T) {
	t.Parallel()
	wrong := map[string][]string{
		"addr":        {"8080", "127.0.0.1", "127.0.0.1:65536", "127.0.0.1:-1", "unix:/tmp/s.sock", "::1:8080", "http://127.0.0.1:8080"},
		"public-base": {"scim.example.com/scim/v2", "https://u:hush@x/scim/v2", "https://x/scim/v2?", "https://x/scim/v2#a", "https://x:/scim/v2", "https://x:99999/scim/v2", "https://x/scim"},
	}
	wrong["admin-listen"] = wrong["addr"]
	right := map[string][]string{
		"addr":        {"", ":0", "[::1]:0", "localhost:https", "scim.example.com:443"},
		"public-base": {"", "https://x/scim/v2", "http://x:8080/prod/scim/v2/"},
	}
	right["admin-listen"] = right["addr"]
	flags := 0
	walk(root(), func(cmd *cobra.Command) {
		for name, values := range wrong {
			check := choices(cmd)[name].valid
			switch {
			case cmd.Flags().Lookup(name) == nil:
				continue
			case name == "public-base":
				check = func(s string) error { _, err := publicBase(s); return err }
			}
			flags++
			for _, v := range values {
				if err := check(v); statusOf(err) != statusUsage || strings.Contains(err.Error(), "hush") {
					t.Errorf("%s --%s %s: %v", cmd.CommandPath(), name, v, err)
				}
			}
			for _, v := range right[name] {
				if err := check(v); err != nil {
					t.Errorf("%s --%s %s: %v", cmd.CommandPath(), name, v, err)
				}
			}
		}
	})
	if flags < 5 {
		t.Errorf("only %d flags were checked", flags)
	}

	dir := t.TempDir()
	config, data := filepath.Join(dir, "config.json"), filepath.Join(dir, "scim.db")
	for name, values := range wrong {
		for _, v := range values {
			if err := os.WriteFile(config, []byte(`{"`+name+`": "`+v+`"}`), 0o600); err != nil {
				t.Fatal(err)
			}
			for _, args := range [][]string{{"--" + name, v}, {"--config", config}} {
				cmd := root()
				cmd.SetArgs(append([]string{"serve", "--store", "sqlite:" + data}, args...))
				cmd.SetErr(&bytes.Buffer{})
				if err := cmd.ExecuteContext(t.Context()); statusOf(err) != statusUsage || !strings.Contains(err.Error(), "--"+name) {
					t.Errorf("%v: %v", args, err)
				}
			}
		}
	}
	if _, err := os.Stat(data); err == nil {
		t.Error("a file was made")
	}
}
