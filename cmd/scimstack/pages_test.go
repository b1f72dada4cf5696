package main

import (
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/internal/guide"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// tested are the pages whose blocks a test of their own runs, because it must prepare more than an empty folder, or
// compares more: file of the test and its name.
func tested() map[string]string {
	return map[string]string{
		"docs/how-to/check-a-deployment.md":   "cmd/scimstack/doctorguide_test.go TestDoctorGuide",
		"docs/how-to/connect-ai-agents.md":    "internal/agents/docs_test.go TestGuide",
		"docs/how-to/debug-a-failing-sync.md": "cmd/scimstack/serveguide_test.go TestDebugGuide",
		"docs/how-to/embed.md":                "examples/guides_test.go TestGuides",
		"docs/how-to/extend-the-schema.md":    "cmd/scimstack/adminguide_test.go TestAdministrationGuides",
		"docs/how-to/groups-to-roles.md":      "cmd/scimstack/feedguide_test.go TestFeedGuides",
		"docs/how-to/hooks.md":                "examples/guides_test.go TestGuides",
		"docs/how-to/manage-tenants.md":       "cmd/scimstack/adminguide_test.go TestAdministrationGuides",
		"docs/how-to/move-to-another-idp.md":  "cmd/scimstack/adminguide_test.go TestAdministrationGuides",
		"docs/how-to/oauth.md":                "pkg/oauth/authserver/page_test.go TestPage",
		"docs/how-to/own-provider.md":         "examples/guides_test.go TestGuides",
		"docs/how-to/receive-changes.md":      "examples/guides_test.go TestGuides",
		"docs/how-to/rotate-a-token.md":       "cmd/scimstack/adminguide_test.go TestAdministrationGuides",
		"docs/how-to/security-events.md":      "cmd/scimstack/feedguide_test.go TestFeedGuides",
		"docs/how-to/serve.md":                "cmd/scimstack/serveguide_test.go TestServeGuide",
		"docs/how-to/typed-resources.md":      "pkg/scim/model/page_test.go TestPage",
		"docs/how-to/use-sql.md":              "pkg/sqlstore/page_test.go TestPage",
		"docs/how-to/webhooks.md":             "cmd/scimstack/feedguide_test.go TestFeedGuides",
		"docs/reference/events.md":            "pkg/feed/page_test.go TestPage",
		"docs/reference/cli.md":               "cmd/scimstack/documented_test.go TestDocumentedCommands", // by the parser of the command line
	}
}

// pages are the Markdown files of the documentation, from the root of the repository.
func pages(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir("../../docs", func(path string, d os.DirEntry, err error) error {
		if err == nil && filepath.Ext(path) == ".md" {
			err = readPage(out, path)
		}
		return err
	})
	if err == nil {
		err = readPage(out, "../../README.md")
	}
	if err != nil || len(out) < 40 {
		t.Fatal(len(out), err)
	}
	return out
}

func readPage(out map[string]string, path string) error {
	text, err := os.ReadFile(path)
	out[filepath.ToSlash(strings.TrimPrefix(path, "../../"))] = string(text)
	return err
}

// TestPages runs every block of every page, and counts those that are not run: less than 5 %, each with a reason.
func TestPages(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"bash", "curl", "jq"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(program + " is not installed: the pages are not run")
		}
	}
	all := pages(t)
	bin := programs(t, all)
	skipped, total := 0, 0
	for name, text := range all {
		blocks, err := guide.Blocks(text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		runs := 0
		for _, b := range blocks {
			if b.Lang == "" {
				continue
			}
			if total++; b.Runs() {
				runs++
			} else {
				skipped++
				t.Logf("not run: %s:%d: %s", name, b.Line, b.Mark.NotRun)
			}
		}
		if runs == 0 || tested()[name] != "" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
			defer cancel()
			r := guide.Runner{Root: "../..", Service: pageService, Shell: guide.Shell{
				Bin: bin, Dir: clone(t), Port: func() (string, error) { return freePort(t), nil },
			}}
			if strings.Contains(text, "--table scimstack-acme") {
				r.Shell.Env = tablesOf(t)
			}
			if err := r.Run(ctx, blocks); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
	t.Logf("%d of %d blocks are not run", skipped, total)
	if total < 100 || skipped*20 >= total {
		t.Errorf("%d of %d blocks are not run: 5 %% or more", skipped, total)
	}
	for name, where := range tested() {
		file, test, _ := strings.Cut(where, " ")
		source, err := os.ReadFile("../../" + file)
		base := strings.TrimSuffix(filepath.Base(name), ".md")
		if err != nil || all[name] == "" || !strings.Contains(string(source), "func "+test+"(t *testing.T)") || !strings.Contains(string(source), base) && test != "TestDocumentedCommands" {
			t.Errorf("%s: no %s names it in %s (%v)", name, test, file, err)
		}
	}
}

// programs builds the programs that pages run with go run, beside the command, and returns the folder.
func programs(t *testing.T, all map[string]string) string {
	t.Helper()
	bin, err := binaries()
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, text := range all {
		for _, m := range regexp.MustCompile(`go run (\./examples/[a-z-]+)`).FindAllStringSubmatch(text, -1) {
			names[m[1]] = true
		}
	}
	args := []string{"build", "-o", filepath.Dir(bin)}
	for name := range names {
		args = append(args, name)
	}
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = "../.."
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return filepath.Dir(bin)
}

// clone is an empty folder with the recorded traffic of the repository.
func clone(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	data, err := filepath.Abs("../../testdata")
	if err == nil {
		err = os.Symlink(data, filepath.Join(dir, "testdata"))
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// tablesOf starts an engine with the tables of the guides, and returns the environment of commands that use it.
func tablesOf(t *testing.T) []string {
	t.Helper()
	server := endpoint(t)
	for _, name := range []string{"scimstack-acme", "scimstack-acme-2"} {
		if err := dynamo.Create(t.Context(), server.Client(), name); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := command(t, "tenant", "create", "globex", "--endpoint", server.URL, "--table", "scimstack-acme-2"); err != nil {
		t.Fatal(out, err)
	}
	return []string{"AWS_ENDPOINT_URL_DYNAMODB=" + server.URL, "AWS_REGION=eu-central-1", "AWS_ACCESS_KEY_ID=x", "AWS_SECRET_ACCESS_KEY=x"}
}

// pageService is a service in memory with the tenant acme.
func pageService() (http.Handler, string, error) {
	acme, err := scim.ParseTenantID("acme")
	if err != nil {
		return nil, "", err
	}
	token, kept := tenant.NewToken(acme, scim.All)
	tenants := tenant.NewMemory()
	tenants.Set(tenant.Record{Settings: tenant.Settings{ID: acme}, Tokens: []tenant.Token{kept}})
	s, err := scimstack.New(scimstack.Config{Store: memory.New(), Tenants: tenants, PublicBase: "https://scim.example.com/scim/v2"})
	return s, token, err
}

// TestPageShape: no page is long, links and anchors lead somewhere, and every page is in the list of pages.
func TestPageShape(t *testing.T) {
	t.Parallel()
	list, err := os.ReadFile("../../docs/README.md")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range pages(t) {
		limit := 250
		if name == "README.md" {
			limit = 150
		}
		if n := strings.Count(text, "\n"); n > limit && longer()[name] == "" {
			t.Errorf("%s has %d lines", name, n)
		}
		bad, err := guide.Links("../../" + name)
		if err != nil || len(bad) > 0 {
			t.Errorf("%s: links to %q: %v", name, bad, err)
		}
		folder, file, ok := strings.Cut(strings.TrimPrefix(name, "docs/"), "/")
		if ok && folder != "decisions" && !strings.Contains(string(list), "("+folder+"/"+file+")") {
			t.Errorf("docs/README.md does not list %s", name)
		}
		if !strings.HasPrefix(text, "# ") {
			t.Errorf("%s does not begin with its title", name)
		}
		if reader(folder) && !strings.HasPrefix(promise(text), "At the end") {
			t.Errorf("%s does not say first what the reader will have at its end:\n%s", name, promise(text))
		}
	}
	for name, reason := range longer() {
		if _, err := os.Stat("../../" + name); err != nil || reason == "" {
			t.Error(name, err)
		}
	}
}

// reader reports whether the pages of a folder are read from beginning to end.
func reader(folder string) bool {
	return folder == "getting-started" || folder == "concepts" || folder == "tutorials" || folder == "how-to"
}

// promise is the first paragraph after the title.
func promise(text string) string {
	for _, p := range strings.Split(text, "\n\n")[1:] {
		if !strings.HasPrefix(p, "<") && !strings.HasPrefix(p, "!") {
			return p
		}
	}
	return ""
}

// longer are pages that are made from data and looked up, not read.
func longer() map[string]string {
	const generated = "generated, and searched rather than read"
	return map[string]string{
		"docs/reference/cli.md":                generated,
		"docs/reference/compliance.md":         generated,
		"docs/reference/errors.md":             generated,
		"docs/reference/identity-providers.md": generated,
	}
}

// TestPagesFail: the runner reports a page that shows what is not so.
func TestPagesFail(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("bash is not installed")
	}
	for page, want := range map[string]string{
		"```sh\necho one\n```\n\n```text\ntwo\n```\n":                                                       "the page shows",
		"```sh\nfalse\n```\n":                                                                               "exit status 1",
		"```json\n{\"a\":}\n```\n":                                                                          "invalid character",
		"```yaml\na: b\n```\n":                                                                              "nothing runs",
		"```text\nalone\n```\n":                                                                             "has an output",
		"<!-- part of go.mod -->\n```go\nmodule other\n```\n":                                               "does not have",
		"```sh\ntrue > a.out &\n```\n\n```sh\nwait\ntrue >a.out &\n```\n":                                   "the file a.out of an earlier one",
		"```sh\ntrue 2> a &\nkill %1\nwait %1\ntrue > b 2>> a &\n```\n":                                     "the file a of an earlier one",
		"```sh\ntrue > a &\nwait\ntrue > a \\\n  2> b &\n```\n":                                             "the file a of an earlier one",
		"```sh\ntrue > a &\nkill -9 %1\ntrue > b &\n```\n":                                                  "wait",
		"```http\nGET /scim/v2/acme/Users\n```\n\n```http\nHTTP/1.1 404 Not Found\n```\n":                   "200 OK",
		"```http\nGET /scim/v2/acme/Users\n```\n\n```http\nHTTP/1.1 200 OK\n\n{\"totalResults\":1…}\n```\n": "the page shows",
	} {
		blocks, err := guide.Blocks(page)
		if err != nil {
			t.Fatal(err)
		}
		r := guide.Runner{Root: "../..", Service: pageService, Shell: guide.Shell{
			Dir: t.TempDir(), Port: func() (string, error) { return "0", nil },
		}}
		if err := r.Run(t.Context(), blocks); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", page, err, want)
		}
	}
	for _, page := range []string{"<!-- not run -->\n```sh\n```\n", "<!-- not run: needs an AWS account -->\ntext\n", "```sh\n"} {
		if _, err := guide.Blocks(page); err == nil {
			t.Errorf("%q is accepted", page)
		}
	}
}
