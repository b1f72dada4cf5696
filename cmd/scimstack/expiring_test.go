package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestExpiringInLog: a service says in the provisioning log of a tenant that a token ends soon, once, with the command that
// makes a new one, also after it has started again.
func TestExpiringInLog(t *testing.T) {
	t.Parallel()
	store := "sqlite:" + filepath.Join(t.TempDir(), "scim.db")
	on := []string{"--store", store}
	run := func(args ...string) string {
		t.Helper()
		out, err := command(t, append(args, on...)...)
		if err != nil {
			t.Fatal(args, err)
		}
		return out
	}
	run("tenant", "create", "acme", "--expires", "12d")
	key := strings.Trim(value(strings.Split(run("token", "list", "acme", "-o", "yaml"), "\n"), "- key:"), `"`) // quoted if it begins with a digit
	if key == "" {
		t.Fatal(run("token", "list", "acme", "-o", "yaml"))
	}
	for range 2 {
		s := startServe(t, nil, "--store", store)
		out := eventually(t, "Token ends within 14 days", append([]string{"log", "--tenant", "acme", "-o", "json"}, on...)...)
		if strings.Count(out, "Token ends within 14 days") != 1 || !strings.Contains(out, "`scimstack token rotate acme "+key+"`") {
			t.Errorf("key %q: %s", key, out)
		}
		s.kill(t)
	}
}
