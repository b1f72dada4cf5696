package patch_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// mutants are faults that this package had. Each is a change of its source.
var mutants = []struct{ name, file, is, was string }{
	{"a remove with a value removes all", "list.go", `return s.removeNamed(ref, given)`, `return s.remove(ref)`},
	{"active loses its value", "single.go", `s.mode.Strict || ref.Container != ""`, `ref.Container == "" || ref.Container != ""`},
	{"an unknown path is not noted", "prepare.go", `p.note("unknown attribute %q in path was ignored", err.Attribute)`, `_ = err.Attribute`},
	{"two elements made equal stay", "list.go", `list = unique(ref.Leaf(), list)`, ``},
	{"immutable values are lost through their parent", "put.go", `if err := frozen(a, old, v); err != nil {`, `if err := frozen(a, nil, v); err != nil {`},
	{"values of a sub-attribute are overwritten", "list.go", `case kind == opAdd:`, `case kind == opAdd && ref.Sub == nil:`},
	{"a filter does not see members added before", "members.go", `m := e.last[id]; m != nil && selects(*m)`, `m := e.last[id]; m != nil && len(present) < 0 && selects(*m)`},
}

// TestMutants puts old faults back, one at a time, and expects the property tests to fail. It
// builds the package for each, so it runs only with SCIMSTACK_LARGE.
func TestMutants(t *testing.T) {
	if os.Getenv("SCIMSTACK_LARGE") == "" {
		t.Skip("needs SCIMSTACK_LARGE")
	}
	for _, m := range mutants {
		t.Run(m.name, func(t *testing.T) {
			src, err := os.ReadFile(m.file)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Count(string(src), m.is) != 1 {
				t.Fatalf("%s has %q %d times", m.file, m.is, strings.Count(string(src), m.is))
			}
			out, err := overlaid(t, m.file, strings.Replace(string(src), m.is, m.was, 1))
			if err == nil || !strings.Contains(out, "--- FAIL") {
				t.Errorf("the property tests do not see it: %v\n%s", err, out)
			}
		})
	}
}

// overlaid runs the property tests with another text of a source file.
func overlaid(t *testing.T, file, text string) (string, error) {
	t.Helper()
	dir := t.TempDir()
	path, err := filepath.Abs(file)
	if err != nil {
		t.Fatal(err)
	}
	changed := filepath.Join(dir, file)
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{path: changed}})
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{changed: []byte(text), filepath.Join(dir, "overlay.json"): overlay} {
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c := exec.Command("go", "test", "-overlay", filepath.Join(dir, "overlay.json"), "-vet=off", "-run", "TestNoSilentOperation|TestOneByOne|TestMemberSteps", ".")
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "SCIMSTACK_LARGE=") {
			c.Env = append(c.Env, v)
		}
	}
	out, err := c.CombinedOutput()
	return string(out), err
}
