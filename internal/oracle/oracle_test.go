package oracle

import (
	"flag"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/internal/racing"
	"github.com/scimstack/scimstack/internal/seeds"
)

var oneSeed = flag.Uint64("oracle.seed", 0, "the only history to play; 0 plays those of the test")

// TestOracle: the service answers random requests as the model does.
func TestOracle(t *testing.T) {
	t.Parallel()
	newWorld(t, inMemory).check(t, racing.Size(100, dynamotest.Size(1500, 10000)))
}

// check plays n histories.
func (w *world) check(t *testing.T, n int) {
	t.Helper()
	found := 0
	for _, seed := range seeds.Of(t, *oneSeed, "ORACLE", n) {
		h := generate(seed, w)
		at, difference := w.play(t, h)
		if at < 0 {
			continue
		}
		short, difference := w.shrink(t, h, at, difference)
		t.Errorf("seed %d, strict %t:\n%s%s\nTo repeat it: go test ./internal/oracle -run %s -oracle.seed=%d", seed, h.strict, short, difference, t.Name(), seed)
		if found++; found == 5 {
			return // the others probably differ for the same reasons
		}
	}
}

// play plays a history, and returns where the answers differ; -1 if they do not. Some are played in two tenants at once, the
// second of which leaves requests out and gets the ids and the cursors of the first instead.
func (w *world) play(t *testing.T, h history) (int, string) {
	t.Helper()
	g := w.join(t, h)
	other := h
	other.strict = h.seed%8 == 0
	for i, q := range h.requests {
		if difference := g.step(t, q); difference != "" {
			return i, difference
		}
		if h.seed%4 != 0 || q.n%3 == 0 {
			continue
		}
		if g.neighbour == nil {
			g.neighbour = w.join(t, other)
			g.neighbour.neighbour = g
		}
		difference := g.neighbour.locked(t, q)
		if difference == "" {
			difference = g.neighbour.step(t, q)
		}
		if difference != "" {
			return i, "in the second tenant: " + difference
		}
	}
	return -1, ""
}

// shrink leaves out requests as long as there is a difference.
func (w *world) shrink(t *testing.T, h history, at int, difference string) (history, string) {
	t.Helper()
	h.requests = h.requests[:at+1]
	for i := len(h.requests) - 1; i >= 0; i-- {
		shorter := h
		shorter.requests = slices.Delete(slices.Clone(h.requests), i, i+1)
		if at, d := w.play(t, shorter); at >= 0 {
			h.requests, difference = shorter.requests[:at+1], d
			i = min(i, len(h.requests))
		}
	}
	return h, difference
}

// TestIndependent: the model has nothing of the protocol from the service.
func TestIndependent(t *testing.T) {
	t.Parallel()
	playing := []string{"play_test.go", "tables_test.go", "application_test.go"} // these have the service
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, imp := range f.Imports {
			if strings.Contains(imp.Path.Value, "/pkg/scim/") && file != "tables_test.go" || strings.Contains(imp.Path.Value, "scimstack/pkg/") && !slices.Contains(playing, file) {
				t.Errorf("%s imports %s: the model must be independent of it", file, imp.Path.Value)
			}
		}
	}
}
