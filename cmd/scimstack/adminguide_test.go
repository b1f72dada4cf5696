package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/internal/guide"
)

// TestAdministrationGuides: the blocks of the guides run, one after the other, in an empty folder.
func TestAdministrationGuides(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("bash is not installed")
	}
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
			blocks, err := guide.Blocks(string(page))
			if err != nil {
				t.Fatal(err)
			}
			script := ""
			for _, b := range blocks {
				if b.Lang == "sh" {
					script += "\n" + b.Body
				}
			}
			if strings.Count(script, "\nscimstack ") < 3 {
				t.Fatalf("few commands in %s", script)
			}
			runBlocks(t, filepath.Dir(bin), freePort(t), blocks)
		})
	}
}
