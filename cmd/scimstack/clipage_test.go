package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// clipage is the reference of the command line, which this test makes of the commands themselves.
const clipage = "../../docs/reference/cli.md"

const clihead = `# The command line

<!-- Made by: go test ./cmd/scimstack -run TestCLIPage -update -->

One binary, ` + "`scimstack`" + `, runs, administers and checks the service. ` + "`--help`" + ` after any command shows what is below.

## All commands

**Output.** Commands that print data take ` + "`-o table|json|yaml`" + `. A table is for people: it has a header, and colour on a terminal.
JSON and YAML are for programs: the names of the fields stay, a list is an array (` + "`[]`" + ` without elements), and times are RFC 3339.
Standard output has the data only; sentences and progress are on standard error then.

**Status.** 0: done. 1: the command failed. 2: wrong usage (an unknown command, flag or value, a wrong number of arguments, a
file that cannot be read), and nothing was done. A second interrupt ends a command at once, with 130.

**Errors** say what cannot be done and the next step. ` + "`-v`" + ` adds the cause, in the words of the library. A typing error is answered
with the nearest right word. With ` + "`-o json` or `yaml`" + `, the last line of standard error is the error as JSON, which is YAML, too:
` + "`{\"error\":{\"message\":\"…\",\"status\":2,\"help\":\"scimstack tenant list --help\"}}`" + `; ` + "`help`" + ` is there after wrong usage, and ` + "`cause`" + ` with ` + "`-v`" + `.

**Durations** are numbers with units: ` + "`90s`, `12h`, `30d`, `2w`, `1y`, `1d12h`" + `. A year has 365 days.

**Progress** of long work is one line on a terminal, and a line every ten seconds elsewhere; ` + "`--quiet`" + ` shows none.

**Colour** is off with ` + "`--no-color`, `NO_COLOR` or `TERM=dumb`" + `, and where standard output is no terminal.

**Secrets**: wherever a token is a flag, ` + "`@FILE`" + ` reads it from a file and ` + "`env:NAME`" + ` from an environment variable.

**Completion** knows commands, flags, and values: identity providers, scopes, operations, output formats, and, if the store
answers within a second, tenants, keys of tokens, schemas, and ids of OAuth clients, webhooks and operator tokens. bash needs the package bash-completion (version 2), and zsh
` + "`autoload -Uz compinit; compinit`" + ` before the line.

` + "```sh" + `
source <(scimstack completion bash)                                # bash; add it to ~/.bashrc
source <(scimstack completion zsh)                                 # zsh; add it to ~/.zshrc
scimstack completion fish > ~/.config/fish/completions/scimstack.fish
scimstack completion powershell | Out-String | Invoke-Expression   # PowerShell; add it to $PROFILE
` + "```" + `
`

// TestCLIPage: the reference has every command with its flags, as they are.
func TestCLIPage(t *testing.T) {
	for _, name := range []string{envStore, "SCIMSTACK_TABLE", "SCIMSTACK_PUBLIC_BASE", "AWS_ENDPOINT_URL_DYNAMODB"} {
		t.Setenv(name, "") // they are defaults of flags
	}
	var page strings.Builder
	page.WriteString(clihead)
	walk(root(), func(cmd *cobra.Command) {
		if cmd.HasParent() && cmd.Name() != "help" && !cmd.Hidden && (cmd.Parent().Name() != "completion" || cmd.Parent().Parent() != cmd.Root()) {
			clicommand(&page, cmd)
		}
	})
	if *update {
		if err := os.WriteFile(clipage, []byte(page.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(clipage); err != nil || string(got) != page.String() {
		t.Errorf("%s is not that of the commands (%v): go test ./cmd/scimstack -run TestCLIPage -update", clipage, err)
	}
}

// clicommand writes the section of a command.
func clicommand(page *strings.Builder, cmd *cobra.Command) {
	text := cmd.Long
	if text == "" || cmd.Parent() == cmd.Root() && cmd.Name() == "completion" {
		text = cmd.Short + "."
	}
	fmt.Fprintf(page, "\n## %s\n\n%s\n", cmd.CommandPath(), strings.ReplaceAll(text, "<", "&lt;"))
	if cmd.HasSubCommands() {
		return
	}
	fmt.Fprintf(page, "\n```\n%s\n```\n", cmd.UseLine())
	if cmd.Example != "" {
		var lines []string
		for line := range strings.SplitSeq(cmd.Example, "\n") {
			lines = append(lines, strings.TrimSpace(line))
		}
		fmt.Fprintf(page, "\nExamples:\n\n```sh\n%s\n```\n", strings.Join(lines, "\n"))
	}
	var rows []string
	visit := func(f *pflag.Flag) {
		if !f.Hidden && f.Deprecated == "" && f.Name != "help" {
			rows = append(rows, cliflag(f))
		}
	}
	cmd.LocalFlags().VisitAll(visit)
	for parent := cmd.Parent(); parent != nil && parent != cmd.Root(); parent = parent.Parent() {
		parent.PersistentFlags().VisitAll(visit)
	}
	if len(rows) > 0 {
		fmt.Fprintf(page, "\n| flag | value | default | |\n|---|---|---|---|\n%s\n", strings.Join(rows, "\n"))
	}
}

func cliflag(f *pflag.Flag) string {
	name := "`--" + f.Name + "`"
	if f.Shorthand != "" {
		name = "`-" + f.Shorthand + "`, " + name
	}
	kind, preset := f.Value.Type(), f.DefValue
	switch kind {
	case "bool":
		kind = ""
	case "stringArray", "stringSlice":
		kind = "strings"
	}
	if preset == "false" || preset == "[]" || preset == "0" && f.Value.Type() != "uint64" {
		preset = ""
	}
	if preset != "" {
		preset = "`" + preset + "`"
	}
	return fmt.Sprintf("| %s | %s | %s | %s |", name, kind, preset, strings.NewReplacer("|", `\|`, "<", "&lt;").Replace(f.Usage))
}
