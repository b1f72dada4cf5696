package dialect_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/pkg/dialect"
)

const idpFolder = "../../docs/how-to/idp/"

// TestProviderPages: each profile has a page with the steps to connect its provider; run with -update to write them.
func TestProviderPages(t *testing.T) {
	t.Parallel()
	want := map[string]bool{}
	for _, d := range dialect.Profiles() {
		file := filepath.Join(idpFolder, d.Name+".md")
		want[file] = true
		got := providerPage(d)
		if *update {
			if err := os.MkdirAll(idpFolder, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		have, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(have), got); diff != "" {
			t.Errorf("%s differs; run go test ./pkg/dialect -run TestProviderPages -update\n%s", file, diff)
		}
	}
	files, err := filepath.Glob(idpFolder + "*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !want[filepath.ToSlash(file)] {
			t.Errorf("%s is the page of no profile", file)
		}
	}
}

// providerPage is the page of a provider, in the order in which an administrator works.
func providerPage(d dialect.Profile) string {
	p := &page{}
	p.line("# Connect %s\n", d.Title)
	p.line("At the end you have a connection of %s to a tenant, with a mapping that works, and you know the limits of the provider.", d.Title)
	p.line("This page is generated from the provider's profile: `go test ./pkg/dialect -run TestProviderPages -update`.\n")
	p.line("Evidence: %s. It was not tried against a live provider; please report outdated names of fields.\n", d.Evidence)
	p.line("## 1. Make a tenant and a token\n")
	p.line("```sh\nexport SCIMSTACK_STORE=sqlite:scim.db\nscimstack tenant create acme --idp %s --token-name %q > tenant.out\ngrep -c '^token' tenant.out\n```\n", d.Name, d.Title)
	p.line("```text\n1\n```\n")
	p.line("With a table or a running service instead of a file, see [Manage tenants](../manage-tenants.md).\n")
	p.line("## 2. Enter them\n")
	for i, step := range d.Console {
		p.line("%d. %s", i+1, step)
	}
	p.line("\n| | |\n|---|---|")
	p.line("| Base URL goes into | %s |", d.URLField)
	p.line("| Token goes into | %s |", d.AuthField)
	if d.Signs != "" {
		p.line("| The service recognises it by | %s |", d.Signs)
	}
	p.line("\n## 3. Map the attributes\n")
	p.line("| %s | SCIM |\n|---|---|", d.Title)
	for _, m := range d.Attributes {
		p.line("| %s | `%s` |", m.From, m.To)
	}
	p.list("What to avoid", d.Avoid)
	p.line("\n## 4. Check it\n")
	if file := filepath.Join("../../testdata/idp-corpus", d.Name+".json"); exists(file) {
		p.line("The service answers the known traffic of the provider; the first command needs no connection:\n")
		p.line("```sh\nscimstack replay testdata/idp-corpus/%s.json | tail -1\n```\n", d.Name)
		n := strings.Count(read(file), `"id": "`+d.Name+`-`)
		p.line("```text\n%d of %d scenarios passed\n```\n", n, n)
	}
	p.line("`scimstack doctor` checks from outside what the provider sees. Provision one person, and then look: `scimstack log tail` shows each")
	p.line("request, and [Debug a failing sync](../debug-a-failing-sync.md) what to do if one failed.")
	p.list("Limits of the provider", d.Limits)
	p.line("\n[Identity providers](../../reference/identity-providers.md#%s) has all of them, and each quirk with its test.", anchor(d.Title))
	return p.b.String()
}

func exists(file string) bool { return read(file) != "" }

func read(file string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	return string(text)
}
