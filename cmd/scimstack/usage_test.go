package main

import (
	"context"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/scimstack/scimstack/internal/async"
)

// mistakes returns command lines that are wrong, for every command of the tree.
func mistakes() (lines [][]string) {
	walk(root(), func(cmd *cobra.Command) {
		path := strings.Fields(cmd.CommandPath())[1:]
		line := func(more ...string) { lines = append(lines, append(slices.Clone(path), more...)) }
		line("--no-such-flag")
		if cmd.HasSubCommands() {
			line("no-such-command")
			return
		}
		takes := 0
		for _, w := range strings.Fields(cmd.Use)[1:] {
			if !strings.HasPrefix(w, "[") && !strings.HasPrefix(w, "-") && w == strings.ToUpper(w) && w != "URL" {
				takes++
			}
		}
		if takes > 0 {
			line() // too few
		}
		if !strings.Contains(cmd.Use, "FILE…") && !strings.Contains(cmd.Use, "[") {
			line("a", "b", "c", "d") // too many
		}
		known := choices(cmd)
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			c, choice := known[f.Name]
			if t := f.Value.Type(); f.Name != "help" && (t == "bool" || t == "int" || t == "duration" || t == "format" || choice && c.what != "" && !c.any) {
				line("--" + f.Name + "=no-such-value")
			}
		})
	})
	return lines
}

// TestWrongUsage: every mistake on the command line, of every command, ends the built program with the status 2, and names
// the help. A mistake of a user is never answered with a library's text about Go.
func TestWrongUsage(t *testing.T) {
	t.Parallel()
	lines := mistakes()
	lines = append(lines, [][]string{
		{"tenant", "list", "--idp"}, {"help", "nosuch"}, {"completion", "tcsh"}, {"table", "dead-letters"}, {"mcp"}, {"mcp", "--url", "a", "--tenant", "b"}, {"tenant", "pause", "acme"}, {"token", "create", "acme", "--days", "1", "--expires", "1d"},
		{"tenant", "create", "acme", "--set", "idp"}, {"tenant", "create", "acme", "--set", "idp=okta", "--set", "idp=entra"}, {"ready", "--tls-cert", "none"}, {"doctor", "--ca", "none"}, {"serve", "--config", "none"},
		{"tenant", "set", "acme", "idp=okta", "idp=entra"}, {"tenant", "set", "acme", "limits.rate=1", "limits.rate=2"}, {"tenant", "set", "acme", "limits.rate=1", "limits="},
		{"events", "get"}, {"events", "get", "--base", "localhost/scim/v2/acme", "--token", "x"}, {"listen", "--forward", "http://127.0.0.1:1/x"}, {"listen", "--forward", "http://127.0.0.1:1/x", "--secret", "short", "--base", "http://127.0.0.1:1/scim/v2/acme", "--token", "x"}, {"events", "replay", "--forward", "http://127.0.0.1:1/x", "--secret", "short", "--base", "http://127.0.0.1:1/scim/v2/acme", "--token", "x"}, {"log", "tail"}, {"mcp", "--url", "http://127.0.0.1:1/mcp"},
		{"dev", "--tenant", "name=acme,token=a\nb"}, {"events", "get", "--base", "http://127.0.0.1:1/scim/v2/acme", "--token", "a\nb"},
		{"dev", "--store", "memroy"}, {"dev", "--fault"}, {"demo", "--fault", "lost,dupplicate"}, {"demo", "--idp", "okta,entar"},
		{"log", "tail", "--idp", "oktaa"}, {"log", "tail", "--operation", "creat"}, {"log", "tail", "--since", "1x"}, {"tenant", "list", "--store", "mongo:x"},
		{"serve", "--log-level", "loud"}, {"serve", "--activity", "some"}, {"serve", "--public-base", "nowhere"}, {"events", "get", "--types", "user.deactived"}, {"webhook", "create", "a", "https://x.example.com", "--types", "user.*,none"}, {"table", "recount", "--tenant", "NO/T", "--endpoint", "http://127.0.0.1:1"},
		{"replay", "--mode", "strickt", "x.json"}, {"version", "-o", "jsn"}, {"token", "create", "acme", "--scopes", "raed"},
	}...)
	if len(lines) < 100 {
		t.Errorf("only %d command lines", len(lines))
	}
	bin, err := binaries()
	if err != nil {
		t.Fatal(err)
	}
	err = async.Each(t.Context(), 2, lines, func(ctx context.Context, line []string) error {
		ctx, cancel := context.WithTimeout(ctx, time.Minute) // a mistake that is not found may serve for ever
		defer cancel()
		cmd := exec.CommandContext(ctx, bin, line...)
		cmd.Env = []string{"AWS_REGION=us-east-1"}
		out, _ := cmd.CombinedOutput()
		if status := cmd.ProcessState.ExitCode(); status != 2 || !strings.Contains(string(out), "--help shows the usage") || strings.Contains(string(out), "strconv") || strings.Contains(string(out), "goroutine") {
			t.Errorf("%v: status %d: %s", line, status, out)
		}
		flag, _, _ := strings.Cut(line[len(line)-1], "=")
		if message, _, _ := strings.Cut(string(out), "\n"); strings.HasPrefix(flag, "--") && len(regexp.MustCompile(flag+`[^a-z-]`).FindAllString(message+" ", -1)) > 1 {
			t.Errorf("%v: the message names the flag twice: %s", line, message)
		}
		if strings.Contains(string(out), "flags in the group") || strings.Contains(string(out), "flag(s)") {
			t.Errorf("%v: a message of the library: %s", line, out)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestIdleFlags: a flag that would have no effect is refused, and not ignored: a command that names a table is for the table, whatever
// SCIMSTACK_STORE says.
func TestIdleFlags(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "scim.db")
	if _, err := command(t, "tenant", "create", "acme", "--store", "sqlite:"+file); err != nil {
		t.Fatal(err)
	}
	lines := map[string]string{
		"demo --token x": "--base", "replay x.json --token x": "--base", "replay x.json --base http://127.0.0.1:1/scim/v2/acme --token x --mode strict": "--mode is for",
		"dev --table x": "use --store dynamodb", "dev --create-table": "use --store dynamodb", "dev --data x.db --region x": "use --store dynamodb",
		"tenant export acme --lag 1s --store sqlite:" + file: "--lag is for", "tenant import x --lag 1s --store sqlite:" + file: "--lag is for",
		"tenant import x --as other --webhooks --store sqlite:" + file: "exclude each other",
		"serve --addr=": "--addr is empty", "serve --tls-cert= --tls-key=": "is empty",
		"serve --addr 127.0.0.1:0 --admin-listen 192.0.2.1:1 --store sqlite:" + file: "--admin-listen 192.0.2.1:1: listen",
	}
	all := 0
	walk(root(), func(cmd *cobra.Command) {
		f := cmd.Flags()
		if f.Lookup("store") == nil || f.Lookup("table") == nil || cmd.Name() == "dev" {
			return
		}
		all++
		line := strings.TrimPrefix(cmd.CommandPath(), "scimstack ")
		for _, w := range strings.Fields(cmd.Use)[1:] {
			if strings.HasPrefix(w, "[") || strings.HasPrefix(w, "-") {
				continue
			}
			switch w {
			case "URL":
				line += " http://127.0.0.1:1/scim/v2/acme"
			case "SETTING=VALUE…":
				line += " idp=okta"
			default:
				line += " acme"
			}
		}
		if f.Lookup("tenant") != nil {
			line += " --tenant " + map[bool]string{true: "name=acme", false: "acme"}[cmd.Name() == "serve"]
		}
		for _, needed := range []string{"token", "reason"} {
			if f.Lookup(needed) != nil {
				line += " --" + needed + " x"
			}
		}
		for _, name := range []string{"table", "endpoint", "region"} {
			lines[line+" --store sqlite:"+file+" --"+name+" x"] = "--" + name + " is for DynamoDB, and the data is in sqlite:"
		}
		if f.Lookup("server") != nil {
			lines[line+" --store sqlite:"+file+" --operator-token-file x"] = "--operator-token-file is for --server"
		}
	})
	if all < 20 {
		t.Errorf("only %d commands", all)
	}
	for line, want := range lines {
		_, err := command(t, strings.Fields(line)...)
		if err == nil || !strings.Contains(err.Error(), want) || statusOf(err) != statusUsage && !strings.Contains(line, "192.0.2.1") {
			t.Errorf("%s: %v, want %q", line, err, want)
		}
	}
}

// TestSuggestions: a typing error in a command, a flag or a value is answered with the nearest right word.
func TestSuggestions(t *testing.T) {
	t.Parallel()
	for want, line := range map[string]string{
		"mean tenant?":       "tennant list",
		"mean create?":       "tenant craete acme",
		"mean --endpoint?":   "tenant list --endpont x",
		"mean --failed?":     "log tail --faild",
		"mean okta?":         "log tail --idp oktaa",
		"mean entra?":        "demo --idp okta,entar",
		"mean write?":        "token create acme --scopes read,wirte",
		"mean patch?":        "log tail --operation ptach",
		"mean strict?":       "replay x.json --mode stict",
		"mean json?":         "version -o jsn",
		"mean duplicate?":    "demo --fault lost,duplicte",
		"mean google?":       "dev --tenant name=acme,idp=gogle",
		"mean schemas?":      "dev --tenant name=acme,shemas=x",
		"mean dead-letters?": "table deadletters",
		"mean bash?":         "completion bsh",
		"mean table?":        "help tabel",
	} {
		_, err := command(t, strings.Fields(line)...)
		if err == nil || !strings.Contains(err.Error(), want) || statusOf(err) != statusUsage {
			t.Errorf("%s: %v, want %q", line, err, want)
		}
	}
}
