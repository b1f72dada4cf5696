package internal

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/internal/apilist"
)

var update = flag.Bool("update", false, "rewrite testdata/api.txt")

const apiFile = "../testdata/api.txt"

// TestAPI compares the exported API with testdata/api.txt, so that a change of it is seen and
// intended.
func TestAPI(t *testing.T) {
	t.Parallel()
	got, err := apilist.List(t.Context(), "..")
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(apiFile, []byte(strings.Join(got, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	data, err := os.ReadFile(apiFile)
	if err != nil {
		t.Fatalf("%v\nwrite it: go test ./internal -run TestAPI -update", err)
	}
	want := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	removed, added := missing(want, got), missing(got, want)
	for _, l := range removed {
		t.Errorf("removed or changed: %s", l)
	}
	for _, l := range added {
		t.Errorf("added: %s", l)
	}
	if len(removed) > 0 {
		t.Error("a removed or changed line of testdata/api.txt is a breaking change: is it intended, and is it in CHANGELOG.md?")
	}
	if len(removed)+len(added) > 0 {
		t.Error("to accept the change: go test ./internal -run TestAPI -update")
	}
}

// missing returns the lines of the first list that the second, sorted list lacks.
func missing(from, in []string) []string {
	var out []string
	for _, l := range from {
		if _, ok := slices.BinarySearch(in, l); !ok {
			out = append(out, l)
		}
	}
	return out
}
