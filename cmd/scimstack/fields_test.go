package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"
)

// fieldsOf lists the members of a JSON document, with their types; those of the elements of a list are said once.
func fieldsOf(into map[string]bool, path string, v any) {
	switch v := v.(type) {
	case map[string]any:
		if len(v) == 0 {
			into[path+" empty"] = true
		}
		for name, m := range v {
			fieldsOf(into, path+"."+name, m)
		}
	case []any:
		into[path+" list"] = true
		for _, e := range v {
			fieldsOf(into, path+"[]", e)
		}
	case string:
		if _, err := time.Parse(time.RFC3339, v); err == nil {
			into[path+" time"] = true
			return
		}
		into[path+" string"] = true
	case float64:
		into[path+" number"] = true
	default:
		into[fmt.Sprintf("%s %T", path, v)] = true
	}
}

// TestFields: the fields of -o json are an interface, and a golden file has them; -o yaml has the same document.
func TestFields(t *testing.T) {
	t.Parallel()
	d := newDeadTable(t)
	d.create(1)
	d.fail(d.create(2), "scim")
	d.queue.send("{}")
	wrong := filepath.Join(t.TempDir(), "wrong.json")
	if err := os.WriteFile(wrong, []byte(`[{"id":"x","request":{"method":"GET","path":"/Users"},"expect":{"status":[418]}}]`), 0o600); err != nil {
		t.Fatal(err)
	}
	aws := []string{"--endpoint", d.url, "--table", "scim"}
	file := []string{"--store", "sqlite:" + filepath.Join(t.TempDir(), "scim.db")}
	var all []string
	for _, c := range []struct {
		name string
		args []string
	}{
		{"version", []string{"version"}},
		{"table create", append([]string{"table", "create"}, aws...)},
		{"table recount", append([]string{"table", "recount"}, aws...)},
		{"table check", append([]string{"table", "check", "--settle", "1ms"}, aws...)},
		{"table reindex", append([]string{"table", "reindex", "--settle", "1ms"}, aws...)},
		{"table dead-letters", append([]string{"table", "dead-letters", "--queue", d.queue.URL}, aws...)},
		{"table after-restore", append([]string{"table", "after-restore", "--since", "2020-01-31T12:00:00Z"}, aws...)},
		{"tenant create", append([]string{"tenant", "create", "acme"}, file...)},
		{"webhook create", append([]string{"webhook", "create", "billing", "https://example.com/hook"}, file...)},
		{"webhook rotate", append([]string{"webhook", "rotate", "billing"}, file...)},
		{"webhook pause", append([]string{"webhook", "pause", "billing"}, file...)},
		{"webhook resume", append([]string{"webhook", "resume", "billing"}, file...)},
		{"webhook get", append([]string{"webhook", "get", "billing"}, file...)},
		{"webhook list", append([]string{"webhook", "list"}, file...)},
		{"replay", []string{"replay", wrong}},
		{"demo", []string{"demo", "--idp", "google", "--fault", "lost"}},
		{"doctor", []string{"doctor", "http://127.0.0.1:1/scim/v2/acme"}},
	} {
		text, _ := output(t, append(c.args, "-o", "json")...)
		var document any
		if err := json.Unmarshal([]byte(text), &document); err != nil {
			t.Fatalf("%s: %v: %s", c.name, err, text)
		}
		fields := map[string]bool{}
		fieldsOf(fields, "", document)
		all = append(all, c.name)
		for _, f := range slices.Sorted(maps.Keys(fields)) {
			all = append(all, "  "+strings.TrimSpace(f))
		}
		if slices.Contains([]string{"demo", "table dead-letters", "table recount", "tenant create", "webhook create", "webhook rotate"}, c.name) {
			continue // a second run is another document
		}
		text, _ = output(t, append(c.args, "-o", "yaml")...)
		var other any
		if err := yaml.Unmarshal([]byte(text), &other); err != nil || fmt.Sprint(other) != fmt.Sprint(integers(document)) {
			t.Errorf("%s: %v\n%v\n%v", c.name, err, other, document)
		}
	}
	golden(t, "fields.txt", strings.Join(all, "\n")+"\n")
}

// integers turns the numbers of JSON into those of YAML.
func integers(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name := range v {
			v[name] = integers(v[name])
		}
	case []any:
		for i := range v {
			v[i] = integers(v[i])
		}
	case float64:
		return int(v)
	}
	return v
}

// output runs a command line and returns its standard output.
func output(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out strings.Builder
	cmd := root()
	cmd.SetOut(&out)
	cmd.SetErr(&strings.Builder{})
	cmd.SetArgs(args)
	err := cmd.ExecuteContext(t.Context())
	return out.String(), err
}

// TestEveryCommandHasOutput: a command has -o, unless it serves, answers a shell, or prints a line for each fact as it comes.
func TestEveryCommandHasOutput(t *testing.T) {
	t.Parallel()
	without := map[string]bool{}
	for _, path := range []string{"dev", "serve", "lambda", "mcp", "openapi", "help", "completion bash", "completion fish", "completion powershell", "completion zsh", "events get", "events replay", "events tail", "listen"} {
		without["scimstack "+path] = true
	}
	walk(root(), func(cmd *cobra.Command) {
		f := cmd.Flags().Lookup(outputFlag)
		if has := f != nil && f.Shorthand == "o"; !cmd.HasSubCommands() && has == without[cmd.CommandPath()] {
			t.Errorf("%s has -o: %v", cmd.CommandPath(), has)
		}
	})
}
