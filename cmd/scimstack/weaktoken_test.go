package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestWeakToken: a token of the command line that can be guessed has a warning, which does not show it, when serve makes its
// tenant, and when dev can be reached by other machines.
func TestWeakToken(t *testing.T) {
	t.Parallel()
	const weak, warning = "token=hunter2", "the token of acme has fewer than 32 characters"
	strong := "token=" + strings.Repeat("k", weakBelow)
	store := "sqlite:" + filepath.Join(t.TempDir(), "scim.db")
	for _, c := range []struct {
		command string
		args    []string
		warned  bool
	}{
		{"serve", []string{"--addr", "127.0.0.1:0", "--store", store, "--tenant", "name=acme," + weak}, true},
		{"serve", []string{"--addr", "127.0.0.1:0", "--store", store, "--tenant", "name=acme," + weak}, false}, // it exists
		{"serve", []string{"--addr", "127.0.0.1:0", "--store", store, "--tenant", "name=globex," + strong}, false},
		{"serve", []string{"--addr", "127.0.0.1:0", "--store", store, "--tenant", "name=initech"}, false}, // the token is ours
		{"dev", []string{"--addr", "127.0.0.1:0", "--tenant", "name=acme," + weak}, false},
		{"dev", []string{"--addr", "0.0.0.0:0", "--tenant", "name=acme," + weak}, true},
	} {
		out, end := started(t, append([]string{c.command}, c.args...)...)
		out.has(t, "Ctrl-C stops the server")
		text := out.String()
		if strings.Contains(text, warning) != c.warned {
			t.Errorf("%s %v: the warning must be there: %v\n%s", c.command, c.args, c.warned, text)
		}
		if err := end(); err != nil {
			t.Error(err)
		}
	}
}
