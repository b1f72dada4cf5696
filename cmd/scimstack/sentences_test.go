package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// sentence ends at a full stop before a capital or the end of a line; a command between backquotes has none.
var (
	ofOperators = regexp.MustCompile(`(?i)\b(?:service )?operator\b`)
	quoted      = regexp.MustCompile("`scimstack ([^`]+)`")
)

// advice returns what errors.md says to operators: each part of a line that begins with "operator" and goes on until the
// next party.
func advice(t *testing.T) (parts []string) {
	t.Helper()
	page, err := os.ReadFile("../../docs/reference/errors.md")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.SplitSeq(string(page), "\n") {
		if !strings.HasPrefix(line, "**To do:**") && !strings.HasPrefix(line, "- ") {
			continue // what the service did: "the operator" is that of a filter
		}
		for _, at := range ofOperators.FindAllStringIndex(line, -1) {
			part := line[at[0]:]
			for _, other := range []string{"Identity provider administrator:", "Client developer:"} {
				part, _, _ = strings.Cut(part, other)
			}
			parts = append(parts, part)
		}
	}
	return parts
}

// TestOperatorSentences: every sentence of the catalogue that asks an operator to do something names a command, and the
// command works with these flags on a service with a tenant.
func TestOperatorSentences(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "schema.json")
	if err := os.WriteFile(file, []byte(exampleSchema), 0o600); err != nil {
		t.Fatal(err)
	}
	store := "sqlite:" + filepath.Join(dir, "scim.db")
	made, err := command(t, "tenant", "create", "acme", "--scopes", "all,activity", "--store", store)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := command(t, "webhook", "create", "hook", "https://example.com", "--types", "none.created", "--store", store); err != nil { // no fact has the type
		t.Fatal(err)
	}
	lines := strings.Split(made, "\n")
	served := startServe(t, nil, "--store", store)
	if status := postAs(t, served.base+"/Users", value(lines, "token"), `{"userName":"ann"}`); status != 201 {
		t.Fatal(status)
	}
	read := []string{"--base", served.base, "--token", value(lines, "token")}
	records := eventually(t, "User created", append([]string{"log", "tail"}, read...)...)
	fill := strings.NewReplacer("TENANT", "acme", "KEY", value(lines, "key"), "FILE", file, "WEBHOOK", "hook", "REQUEST", lastWord(records))
	parts := advice(t)
	var done []string
	for _, part := range parts {
		commands := quoted.FindAllStringSubmatch(part, -1)
		if len(commands) == 0 {
			t.Errorf("no command in: %s", part)
		}
		for _, c := range commands {
			args := strings.Fields(fill.Replace(c[1]))
			checkDocumented(t, "errors.md", args)
			if slices.Contains(done, c[1]) || args[0] == "serve" {
				continue
			}
			done = append(done, c[1])
			if args[0] == "log" {
				args = append(args, read...)
			} else {
				args = append(args, "--store", store)
			}
			if out, err := command(t, args...); err != nil {
				t.Errorf("%v: %v %s", args, err, out)
			}
		}
	}
	if len(parts) < 25 || len(done) < 10 {
		t.Errorf("%d sentences, %d commands: %v", len(parts), len(done), done)
	}
}

// lastWord is the last word of the first line.
func lastWord(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	words := strings.Fields(line)
	return words[len(words)-1]
}
