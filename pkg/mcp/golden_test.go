package mcp_test

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/google/go-cmp/cmp"
)

// TestGoldenTools compares the tools as a client sees them, schemas included, with
// testdata/tools.json.
func TestGoldenTools(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	session := w.connect(w.company(everything), nil)
	var tools []*sdk.Tool
	for tool, err := range session.Tools(t.Context(), nil) {
		if err != nil {
			t.Fatal(err)
		}
		tools = append(tools, tool)
	}
	got, err := json.MarshalIndent(tools, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	const file = "testdata/tools.json"
	if *update {
		if err := os.WriteFile(file, append(got, '\n'), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(bytes.TrimSpace(want)), string(got)); diff != "" {
		t.Errorf("%s differs; run the test with -update and look at the difference:\n%s", file, diff)
	}
}
