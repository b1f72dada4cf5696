package suite_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/scimstack/scimstack/internal/replay"
)

// root is the folder of the repository.
const root = "../.."

// profilePages are the pages of testdata/profiles.tsv: the file and its heading.
var profilePages = map[string]struct{ file, text string }{
	"interop": {"interop-profile.md", "# Interoperability profile\n\n" +
		"What [draft-zollner-scim-interop-profile](https://datatracker.ietf.org/doc/draft-zollner-scim-interop-profile/) (-01) asks of a\n" +
		"service provider, and what shows it for a strict tenant.\n"},
	"ipsie": {"ipsie.md", "# IPSIE account lifecycle (AL)\n\n" +
		"What the SCIM 2.0 profile of IPSIE AL (draft 00) asks of an application, and what shows it for a strict tenant. Its levels are\n" +
		"AL1 (users are deprovisioned), AL2 (users and groups are managed) and AL3 (roles are managed). Each level includes those below it;\n" +
		"what holds for all levels is AL1 here.\n"},
}

// TestProfilePages: docs/reference says of every requirement of testdata/profiles.tsv what shows it. Its
// evidence must exist, and what is listed as an expected failure is reported as open. -update writes
// the pages.
func TestProfilePages(t *testing.T) {
	t.Parallel()
	ev := readEvidence(t)
	rows := map[string]*strings.Builder{}
	open, count := map[string]int{}, map[string]int{}
	for line := range strings.Lines(string(readFile(t, root+"/testdata/profiles.tsv"))) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		c := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(c) != 5 || profilePages[c[0]].file == "" {
			t.Fatalf("bad row %q", line)
		}
		shown, state := ev.row(t, c[1]+" "+c[2], c[3])
		if state == "open" {
			open[c[0]]++
		}
		if rows[c[0]] == nil {
			rows[c[0]] = &strings.Builder{}
		}
		count[c[0]]++
		fmt.Fprintf(rows[c[0]], "| %s%s | %s | %s | %s | %s |\n", level(c[0], c[1]), c[1], c[2], state, shown, c[4])
	}
	for name, page := range profilePages {
		text := page.text + "\nGenerated from `testdata/profiles.tsv` and the lists of expected failures by `internal/suite`; do not edit.\n" +
			"Regenerate it with `go test ./internal/suite -run TestProfilePages -update`.\n" +
			"A row **holds** if all that shows it passes, and is **open** while some of it is expected to fail. A row that is **not met**,\n" +
			"or that does not bind a service, gives the reason.\n\n" +
			fmt.Sprintf("%d of %d rows are open.\n\n", open[name], count[name]) +
			tableHead[name] + "Section | Requirement | State | Shown by | Note |\n" + strings.Repeat("|---", strings.Count(tableHead[name], "|")+4) + "|\n" + rows[name].String()
		golden(t, filepath.Join(root, "docs", "reference", page.file), text)
	}
}

// tableHead is what the head of the table of a page has before the section.
var tableHead = map[string]string{"interop": "| ", "ipsie": "| Level | "}

// level is the cell with the level of IPSIE AL that has a section: sections 5 to 7 are those of one level, and all others hold for
// each.
func level(page, section string) string {
	switch {
	case page != "ipsie":
		return ""
	case section[0] == '6':
		return "AL2 | "
	case section[0] == '7':
		return "AL3 | "
	}
	return "AL1 | "
}

// evidence is what a row may refer to.
type evidence struct {
	cases       map[string]bool
	transcripts map[string]bool
	source      string // of all tests
	failing     replay.Expected
	checks      replay.Expected
}

func readEvidence(t *testing.T) evidence {
	t.Helper()
	e := evidence{cases: map[string]bool{}, transcripts: map[string]bool{}}
	for _, set := range replay.Cases(root + "/testdata/cases") {
		scenarios, err := replay.Load(set.File)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range scenarios {
			e.cases[s.ID] = true
		}
	}
	for _, f := range archives(t) {
		for _, section := range txtar.Parse(readFile(t, f)).Files {
			e.transcripts[section.Name] = true
		}
	}
	var b strings.Builder
	for _, pattern := range []string{"/internal/*/*_test.go", "/pkg/*/*_test.go", "/pkg/*/*/*_test.go"} {
		files, err := filepath.Glob(root + pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			b.Write(readFile(t, f))
		}
	}
	e.source = b.String()
	var err error
	if e.failing, err = replay.LoadExpected("../replay/expected-cases.txt"); err != nil {
		t.Fatal(err)
	}
	if e.checks, err = replay.LoadExpected("expected.txt"); err != nil {
		t.Fatal(err)
	}
	return e
}

// row returns what shows a requirement, and its state.
func (e evidence) row(t *testing.T, name, list string) (shown, state string) {
	t.Helper()
	switch kind, reason, _ := strings.Cut(list, ":"); kind {
	case "none":
		return reason, "not met"
	case "na":
		return reason, "does not apply"
	}
	state = "holds"
	var out []string
	for item := range strings.SplitSeq(list, "; ") {
		kind, id, _ := strings.Cut(item, ":")
		exists, reason := e.find(kind, id)
		switch {
		case !exists:
			t.Errorf("%s: there is no %s", name, item)
		case reason != "":
			state = "open"
			out = append(out, fmt.Sprintf("%s `%s` (expected to fail)", kind, id))
			continue
		}
		out = append(out, fmt.Sprintf("%s `%s`", kind, id))
	}
	return strings.Join(out, "<br>"), state
}

// find reports whether something exists, and why it is expected to fail.
func (e evidence) find(kind, id string) (exists bool, reason string) {
	switch kind {
	case "case":
		for key, why := range e.failing {
			if base, _, _ := strings.Cut(key, "@"); base == id {
				reason = why
			}
		}
		return e.cases[id], reason
	case "transcript":
		return e.transcripts[id], ""
	case "check":
		return strings.Contains(e.source, `check("`+id+`"`), e.checks[id]
	case "test":
		return regexp.MustCompile(`(?m)^func ` + regexp.QuoteMeta(id) + `\(t \*testing\.T\)`).MatchString(e.source), ""
	}
	return false, ""
}

// golden compares a file with a text, or writes it.
func golden(t *testing.T, file, text string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(readFile(t, file)) != text {
		t.Errorf("%s differs; run go test ./internal/suite -run TestProfilePages -update", file)
	}
}

func readFile(t *testing.T, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
