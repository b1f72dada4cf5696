package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestAdministrationGuides: the blocks of the guides run, one after the other, in an empty folder.
func TestAdministrationGuides(t *testing.T) {
	t.Parallel()
	bin, err := binaries()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"manage-tenants", "rotate-a-token", "extend-the-schema", "move-to-another-idp", "connections"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			page, err := os.ReadFile("../../docs/how-to/" + name + ".md")
			if err != nil {
				t.Fatal(err)
			}
			script := "set -eu\n"
			for i, part := range strings.Split(string(page), "```") {
				if block, ok := strings.CutPrefix(part, "sh\n"); ok && i%2 == 1 {
					script += block
				}
			}
			if strings.Count(script, "\nscimstack ") < 3 {
				t.Fatalf("few commands in %s", script)
			}
			cmd := exec.CommandContext(t.Context(), "sh", "-c", script)
			cmd.Dir = t.TempDir()
			cmd.Env = append(os.Environ(), "PATH="+filepath.Dir(bin)+":"+os.Getenv("PATH"))
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
}
