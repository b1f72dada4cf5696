package mcp_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the transcripts and golden files")

// TestTranscripts plays testdata/*.txt: prose, calls after "-->", answers after "<--". Each file has
// a world of its own; each call comes a second after the previous one.
func TestTranscripts(t *testing.T) {
	t.Parallel()
	files, _ := filepath.Glob("testdata/*.txt")
	if len(files) < 16 {
		t.Fatalf("only %d transcripts", len(files))
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			who := w.company(everything)
			play(t, file, w, w.connect(who, nil))
		})
	}
}

// TestEveryToolHasTranscript: every tool has a file of its name.
func TestEveryToolHasTranscript(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	session := w.connect(w.company(everything), nil)
	for tool, err := range session.Tools(t.Context(), nil) {
		if err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat("testdata/" + tool.Name + ".txt"); err != nil {
			t.Error(err)
		}
	}
}

func play(t *testing.T, file string, w *world, session *sdk.ClientSession) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	names := recordNames{}
	answer := false
	for line := range strings.Lines(string(text)) {
		if answer && !strings.HasPrefix(line, "<--") && line != "\n" {
			continue // of the old answer
		}
		answer = answer && line != "\n"
		if strings.HasPrefix(line, "<--") {
			continue
		}
		out.WriteString(line)
		if rest, isCall := strings.CutPrefix(line, "--> "); isCall {
			w.pass(time.Second)
			out.WriteString("<-- " + call(t, session, &names, strings.TrimSpace(rest)) + "\n")
			answer = true
		}
	}
	compare(t, file, string(text), out.String())
}

func compare(t *testing.T, file, want, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s differs; run the test with -update and look at the difference:\n%s", file, diff)
	}
}

// call makes one call and returns the answer, indented.
func call(t *testing.T, session *sdk.ClientSession, names *recordNames, line string) string {
	t.Helper()
	name, args, _ := strings.Cut(line, " ")
	res, err := session.CallTool(t.Context(), &sdk.CallToolParams{Name: name, Arguments: json.RawMessage(names.real(args))})
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	content, err := json.Marshal(res.StructuredContent)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := json.Indent(&out, content, "", "  "); err != nil {
		t.Fatal(err)
	}
	if isError := strings.Contains(out.String(), "\n  \"error\":"); isError != res.IsError {
		t.Errorf("%s: isError is %v, the content says %v", line, res.IsError, isError)
	}
	return names.stable(out.String())
}

// recordNames replaces ids of records and cursors, which are random, with numbers in the order of
// their appearance, and back.
type recordNames struct{ ids []string }

var random = regexp.MustCompile(`\b[0-9a-f]{24}\b|"nextCursor": "[A-Za-z0-9_-]{40,}"`)

func (n *recordNames) stable(text string) string {
	return random.ReplaceAllStringFunc(text, func(id string) string {
		prefix, suffix := "", ""
		if rest, ok := strings.CutPrefix(id, `"nextCursor": "`); ok {
			prefix, id, suffix = `"nextCursor": "`, strings.TrimSuffix(rest, `"`), `"`
		}
		for i, known := range n.ids {
			if known == id {
				return fmt.Sprintf("%s(random %d)%s", prefix, i+1, suffix)
			}
		}
		n.ids = append(n.ids, id)
		return fmt.Sprintf("%s(random %d)%s", prefix, len(n.ids), suffix)
	})
}

func (n *recordNames) real(text string) string {
	for i, id := range n.ids {
		text = strings.ReplaceAll(text, fmt.Sprintf("(random %d)", i+1), id)
	}
	return text
}
