package main

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// completions asks the program as a shell does.
func completions(t *testing.T, line ...string) []string {
	t.Helper()
	out, err := output(t, append([]string{"__complete"}, line...)...)
	if err != nil {
		t.Fatal(line, err)
	}
	var words []string
	for text := range strings.Lines(out) {
		word, _, _ := strings.Cut(strings.TrimSpace(text), "\t")
		if !strings.HasPrefix(word, ":") {
			words = append(words, word)
		}
	}
	return words
}

// TestCompletion: values are completed, those of the store too, and a store that cannot be reached completes to nothing,
// soon.
func TestCompletion(t *testing.T) {
	t.Parallel()
	place := "sqlite:" + filepath.Join(t.TempDir(), "scim.db")
	for _, name := range []string{"acme", "globex"} {
		if _, err := command(t, "tenant", "create", name, "--store", place); err != nil {
			t.Fatal(err)
		}
	}
	list, _ := command(t, "token", "list", "acme", "--store", place)
	for _, c := range []struct {
		want string // words that must be there
		line []string
	}{
		{"okta entra google", []string{"tenant", "create", "acme", "--idp", ""}},
		{"okta", []string{"log", "tail", "--idp", "o"}},
		{"create patch search", []string{"log", "tail", "--operation", ""}},
		{"table json yaml", []string{"version", "-o", ""}},
		{"all read agent", []string{"token", "create", "acme", "--scopes", ""}},
		{"read,write read,users", []string{"token", "create", "acme", "--scopes", "read,"}},
		{"lost duplicate", []string{"demo", "--fault", ""}},
		{"okta all", []string{"demo", "--idp", ""}},
		{"memory dynamodb", []string{"dev", "--store", ""}},
		{"sqlite: postgres:// dynamodb", []string{"serve", "--store", ""}},
		{"tolerant strict", []string{"replay", "--mode", ""}},
		{"name= idp=", []string{"dev", "--tenant", ""}},
		{"name=acme,idp= name=acme,mode=", []string{"dev", "--tenant", "name=acme,"}},
		{"name=acme,idp=okta", []string{"serve", "--tenant", "name=acme,idp="}},
		{"debug warn", []string{"serve", "--log-level", ""}},
		{"acme globex", []string{"tenant", "show", "--store", place, ""}},
		{"acme globex", []string{"token", "list", "--store", place, ""}},
		{"acme", []string{"tenant", "delete", "--store", place, "a"}},
		{"tenant token table doctor version", []string{""}},
		{"create recount", []string{"table", ""}},
	} {
		got := completions(t, c.line...)
		for _, want := range strings.Fields(c.want) {
			if !slices.Contains(got, want) {
				t.Errorf("%v completes to %v, without %s", c.line, got, want)
			}
		}
	}
	keys := completions(t, "token", "revoke", "--store", place, "acme", "")
	if len(keys) != 1 || !strings.Contains(list, keys[0]) {
		t.Errorf("%v, want a key of %s", keys, list)
	}
	if _, err := command(t, "client", "create", "acme", "--name", "HR", "--store", place); err != nil {
		t.Fatal(err)
	}
	list, _ = command(t, "client", "list", "acme", "--store", place)
	for _, name := range []string{"set", "rotate", "revoke"} {
		if ids := completions(t, "client", name, "--store", place, "acme", ""); len(ids) != 1 || !strings.Contains(list, ids[0]) {
			t.Errorf("client %s: %v, want an id of %s", name, ids, list)
		}
	}
	silent := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer silent.Close()
	for _, line := range [][]string{
		{"tenant", "create", "--store", place, ""}, // a new name
		{"tenant", "show", "--store", "sqlite:/nowhere/x.db", ""}, {"tenant", "show", "--store", "postgres://u@127.0.0.1:1/x", ""},
		{"tenant", "show", "--endpoint", "http://127.0.0.1:1", ""}, {"token", "revoke", "--store", place, "NO/T", ""}, {"token", "revoke", "--store", place, "absent", ""},
		{"table", "recount", "--endpoint", "http://127.0.0.1:1", "--tenant", ""}, {"tenant", "show", "--endpoint", silent.URL, ""},
		{"tenant", "show", "--server", silent.URL, ""},
	} {
		env := []string{"AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=x", "AWS_SECRET_ACCESS_KEY=x", "SCIMSTACK_OPERATOR_TOKEN=x"}
		if status, got := runBinary(t, env, append([]string{"__complete"}, line...)...); status != 0 || !strings.HasPrefix(got, ":") {
			t.Errorf("%v completes to %s (%d)", line, got, status)
		}
	}
}

// TestCompletionScripts: there is a script for each shell.
func TestCompletionScripts(t *testing.T) {
	t.Parallel()
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		if status, out := runBinary(t, nil, "completion", shell); status != 0 || !strings.Contains(out, "scimstack") || !strings.Contains(out, "__complete") {
			t.Errorf("%s: %d %.200s", shell, status, out)
		}
	}
}
