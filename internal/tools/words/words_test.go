package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// found returns the findings of a file as "line word".
func found(t *testing.T, name, src string) []string {
	t.Helper()
	words, err := parseWords(wordList)
	if err != nil {
		t.Fatal(err)
	}
	blocks, err := texts(name, []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, f := range words.check(name, blocks) {
		out = append(out, fmt.Sprintf("%d %s", f.line, f.found))
	}
	return out
}

// TestGo: comments and string literals are checked, identifiers are not. A phrase is found across
// a line break, and a raw string knows its lines.
func TestGo(t *testing.T) {
	t.Parallel()
	src := "package p\n\n" +
		"// A caller that compares without letter\n" +
		"// case; Nobody else does.\n" +
		"func nobody() string { return \"somebody\" } /* whoever */\n\n" +
		"const text = `one\n" +
		"passed over`\n\n" +
		"// letter\n\n" +
		"// case: two comments\n"
	want := []string{"3 letter case", "4 Nobody", "5 somebody", "5 whoever", "8 passed over"}
	if got := found(t, "p.go", src); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestMarkdown: paragraphs are checked across line breaks, with the line of the first word.
func TestMarkdown(t *testing.T) {
	t.Parallel()
	src := "# The way of\n\na request\n\n> the way of\n> a request\n\n- recovery to a\n  point in time with a customer key\n"
	want := []string{"5 way of a request", "8 recovery to a point in time", "9 customer key"} // the title is a paragraph of its own
	if got := found(t, "x.md", src); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestPhrases: what each row of the list rejects and allows.
func TestPhrases(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"the members behind an id":                       1,
		"the page behind the cursor":                     1,
		"the function behind /Users":                     1,
		"runs behind a proxy":                            0,
		"never behind a reverse proxy":                   0,
		"served behind Amazon API Gateway":               0,
		"the functions behind a local gateway":           0,
		"the counters lag behind":                        0,
		"markers left behind by a crash":                 0,
		"the route behind `$default`":                    0,
		"the markers stay behind":                        0,
		"what lies behind":                               1,
		"filter userName eq nobody@example.com":          0,
		"whomever it concerns":                           1,
		"a write from the dead":                          1,
		"whose door was knocked at":                      1,
		"it stands in the list, stood before, stands at": 3,
		"SCIM stands for":                                0,
		"found as wanted already":                        1,
		"customerKey":                                    0,
		"everybody":                                      0,
	} {
		if got := found(t, "x.md", text); len(got) != want {
			t.Errorf("%q: got %q, want %d", text, got, want)
		}
	}
}

// TestExceptions: an exception covers a file or a folder, all lines or those with a text. One that
// covers nothing is reported.
func TestExceptions(t *testing.T) {
	t.Parallel()
	list := "# comment\n\na/\t*\treason\nb.md\tquoted\treason\nc.md\t*\treason\n"
	exceptions, err := parseExceptions(list)
	if err != nil {
		t.Fatal(err)
	}
	left, unused := exceptions.apply([]finding{
		{file: "a/x/y.go"}, {file: "ab.md"}, {file: "b.md", text: "a quoted word"}, {file: "b.md", text: "another", line: 7},
	})
	if len(left) != 2 || left[0].file != "ab.md" || left[1].line != 7 {
		t.Errorf("left %v", left)
	}
	if len(unused) != 1 || unused[0].path != "c.md" {
		t.Errorf("unused %v", unused)
	}
	for _, wrong := range []string{"a\t*\n", "a\t*\t\n"} {
		if _, err := parseExceptions(wrong); err == nil || !strings.Contains(err.Error(), "line 1") {
			t.Errorf("%q: %v", wrong, err)
		}
	}
}

func TestWordListFaults(t *testing.T) {
	t.Parallel()
	for _, wrong := range []string{"a\tb\n", "(\t-\tx\ty\n", "a\t(\tx\ty\n"} {
		if _, err := parseWords(wrong); err == nil {
			t.Errorf("%q is accepted", wrong)
		}
	}
}

// TestFiles: which files are checked.
func TestFiles(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"pkg/scim/doc.go": true, "docs/x.md": true, "Makefile": true, "a/testdata/x.txtar": true, ".golangci.yml": true,
		"testdata/idp-corpus/okta.json": false, "go.sum": false, "LICENSE": false, "infra/cdk/package-lock.json": false,
	} {
		if checked(name) != want {
			t.Errorf("%s: %t", name, !want)
		}
	}
	if !under("pkg/scim/doc.go", []string{"docs", "pkg/"}) || under("pkgs/x.go", []string{"pkg"}) || !under("x", nil) {
		t.Error("paths are compared wrongly")
	}
}
