package dialect_test

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/pkg/dialect"
)

const pageFile = "../../docs/reference/identity-providers.md"

var update = flag.Bool("update", false, "write "+pageFile)

// quirk is one line of testdata/quirks.tsv: id, title, and for a quirk that no scenario shows
// either "test PACKAGE NAME" or "reason …", why there is nothing to test.
type quirk struct{ id, title, shown string }

func quirks(t *testing.T) []quirk {
	t.Helper()
	f, err := os.Open("testdata/quirks.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []quirk
	for sc := bufio.NewScanner(f); sc.Scan(); {
		parts := append(strings.SplitN(sc.Text(), "\t", 3), "")
		out = append(out, quirk{parts[0], parts[1], parts[2]})
	}
	return out
}

// TestPage: the page of identity providers follows from profiles, normalisers, quirks and
// scenarios; run with -update to write it.
func TestPage(t *testing.T) {
	t.Parallel()
	p := page{t: t, quirks: quirks(t), scenarios: map[string][]string{}}
	for _, s := range scenarios(t) {
		for _, q := range s.Quirks {
			p.scenarios[q] = append(p.scenarios[q], s.ID)
		}
	}
	p.check()
	got := p.render()
	if *update {
		if err := os.WriteFile(pageFile, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(pageFile)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s differs; run go test ./pkg/dialect -run TestPage -update\n%s", pageFile, d)
	}
}

type page struct {
	t         *testing.T
	b         strings.Builder
	quirks    []quirk
	scenarios map[string][]string
}

func (p *page) line(format string, args ...any) { fmt.Fprintf(&p.b, format+"\n", args...) }

// check: every quirk has a scenario, a test or a reason, every test that is named exists, and no
// scenario or normaliser names an unknown quirk.
func (p *page) check() {
	known := map[string]bool{}
	for _, q := range p.quirks {
		known[q.id] = true
		scenarios := len(p.scenarios[q.id]) > 0
		kind, rest, _ := strings.Cut(q.shown, " ")
		switch {
		case !scenarios && q.shown == "":
			p.t.Errorf("%s has no scenario and no other test", q.id)
		case scenarios && kind == "reason":
			p.t.Errorf("%s has a scenario and needs no reason", q.id)
		case kind == "test":
			dir, name, _ := strings.Cut(rest, " ")
			if !testExists(p.t, dir, name) {
				p.t.Errorf("%s: there is no %s in %s", q.id, name, dir)
			}
		case q.shown != "" && kind != "reason":
			p.t.Errorf("%s: %q is neither a test nor a reason", q.id, q.shown)
		}
	}
	for q := range p.scenarios {
		if !known[q] {
			p.t.Errorf("a scenario names the unknown quirk %s", q)
		}
	}
	for _, n := range dialect.Standard().Normalisers() {
		for _, q := range n.Quirks {
			if !known[q] {
				p.t.Errorf("%s names the unknown quirk %s", n.Name, q)
			}
		}
	}
}

func testExists(t *testing.T, dir, name string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("../..", dir, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	return slices.ContainsFunc(files, func(f string) bool {
		text, err := os.ReadFile(f)
		return err == nil && strings.Contains(string(text), "func "+name+"(t *testing.T)")
	})
}

func (p *page) render() string {
	p.line("# Identity providers\n")
	p.line("Generated from the profiles in `pkg/dialect` and the scenarios that its tests replay; do not edit.")
	p.line("Regenerate it with `go test ./pkg/dialect -run TestPage -update`.\n")
	p.line("Every provider below works without any setting: a tenant is tolerant unless it is made strict. One setting")
	p.line("depends on the provider: see [Microsoft Entra ID](#%s). Field names in consoles change; please report outdated ones.", anchor("Microsoft Entra ID"))
	p.line("Nothing here was tried against a live provider: the tests replay traffic that was documented, captured or derived from source code.\n")
	for _, profile := range dialect.Profiles() {
		p.line("- [%s](#%s)", profile.Title, anchor(profile.Title))
	}
	p.line("- [How bodies are read](#how-bodies-are-read)")
	p.line("- [Quirks and their tests](#quirks-and-their-tests)")
	for _, profile := range dialect.Profiles() {
		p.profile(profile)
	}
	p.normalisers()
	p.table()
	return p.b.String()
}

func anchor(title string) string {
	title = strings.ToLower(strings.ReplaceAll(title, " ", "-"))
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("(),", r) {
			return -1
		}
		return r
	}, title)
}

func (p *page) profile(d dialect.Profile) {
	p.line("\n## %s\n", d.Title)
	p.line("| | |\n|---|---|")
	p.line("| Name in tenant settings | `%s` |", d.Name)
	p.line("| Base URL goes into | %s |", d.URLField)
	p.line("| Token goes into | %s |", d.AuthField)
	if d.Signs == "" {
		d.Signs = "no unmistakable sign: name the provider in the tenant settings to see it in the log"
	}
	p.line("| Recognised by | %s |", d.Signs)
	p.line("| Evidence | %s |", d.Evidence)
	p.line("\nSteps in the console:\n")
	for i, step := range d.Console {
		p.line("%d. %s", i+1, step)
	}
	p.line("\n| Provider | SCIM |\n|---|---|")
	for _, m := range d.Attributes {
		p.line("| %s | `%s` |", m.From, m.To)
	}
	p.list("What to avoid", d.Avoid)
	p.list("Limits of the provider", d.Limits)
}

func (p *page) list(title string, items []string) {
	p.line("\n%s:\n", title)
	for _, item := range items {
		p.line("- %s", item)
	}
}

func (p *page) normalisers() {
	p.line("\n## How bodies are read\n")
	p.line("The tests switch these off one by one, and scenarios of their quirks fail. The provisioning log has the note, with")
	p.line("names in place of …. A strict tenant has none of them.\n")
	p.line("| Name | Sent | Read as | Note | Quirks |\n|---|---|---|---|---|")
	for _, n := range dialect.Standard().Normalisers() {
		note := "–"
		if n.Note != "" {
			note = "`" + n.Note + "`"
		}
		p.line("| %s | %s | %s | %s | %s |", n.Name, n.Reads, n.Becomes, note, strings.Join(n.Quirks, ", "))
	}
}

func (p *page) table() {
	p.line("\n## Quirks and their tests\n")
	p.line("Scenarios with an id that begins with `more-` are in `pkg/dialect/testdata/scenarios`, the others in `testdata/idp-corpus`.\n")
	p.line("| Quirk | Description | Shown by |\n|---|---|---|")
	for _, q := range p.quirks {
		shown := slices.Clone(p.scenarios[q.id])
		switch kind, rest, _ := strings.Cut(q.shown, " "); kind {
		case "test":
			dir, name, _ := strings.Cut(rest, " ")
			shown = append(shown, fmt.Sprintf("`%s` in `%s`", name, dir))
		case "reason":
			shown = append(shown, rest)
		}
		p.line("| %s | %s | %s |", q.id, strings.ReplaceAll(q.title, "|", `\|`), strings.Join(shown, ", "))
	}
}
