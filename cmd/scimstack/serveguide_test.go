package main

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/scimstack/scimstack/internal/guide"
)

// TestServeGuide runs the commands of docs/how-to/serve.md one after the other, in an empty folder, and reads its file.
func TestServeGuide(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"bash", "curl"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(program + " is not installed")
		}
	}
	out := runGuide(t, "serve.md")
	for _, want := range []string{"scim_acme_", `"userName":"bjensen@example.com"`, "globex", "scim_globex_", "\nacme ", "create"} {
		if !strings.Contains(out, want) {
			t.Errorf("the output has no %q:\n%s", want, out)
		}
	}
}

// TestDebugGuide runs the commands of docs/how-to/debug-a-failing-sync.md.
func TestDebugGuide(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"bash", "curl"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(program + " is not installed")
		}
	}
	out := runGuide(t, "debug-a-failing-sync.md")
	for _, want := range []string{"TENANT", "acme    degraded", "3 of 8 failed in the last hour", "Required attribute missing", "To do", "refused      acme", "\nleft  ", "deactivated  "} {
		if !strings.Contains(out, want) {
			t.Errorf("the output has no %q:\n%s", want, out)
		}
	}
}

// runGuide runs the shell blocks of a guide one after the other, in an empty folder, reads its JSON blocks as the
// file of scimstack serve, and returns the output.
func runGuide(t *testing.T, name string) string {
	t.Helper()
	page, err := os.ReadFile("../../docs/how-to/" + name)
	if err != nil {
		t.Fatal(err)
	}
	bin, err := binaries()
	if err != nil {
		t.Fatal(err)
	}
	blocks, err := guide.Blocks(string(page))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, b := range blocks {
		if b.Lang != "json" {
			continue
		}
		file := filepath.Join(dir, "scimstack.json")
		if err := os.WriteFile(file, []byte(b.Body), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := readConfig(serveCommand(), file); err != nil {
			t.Error(err)
		}
	}
	return runBlocks(t, filepath.Dir(bin), freePort(t), blocks)
}

// runBlocks runs the shell blocks of a page on a port, in an empty folder, and returns what they print.
func runBlocks(t *testing.T, bin, port string, blocks []guide.Block) string {
	t.Helper()
	shell := guide.Shell{Bin: bin, Dir: t.TempDir(), All: true, Env: []string{"SCIMSTACK_TOKEN="}, Port: func() (string, error) { return port, nil }}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute) // pages wait in loops
	defer cancel()
	outputs, _, err := shell.Run(ctx, blocks)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for _, i := range slices.Sorted(maps.Keys(outputs)) {
		out.WriteString(outputs[i])
	}
	return out.String()
}

// given are the ports that pages of this process have.
var given sync.Map //nolint:gochecknoglobals // parallel tests share it

// freePort is a port that a page listens at later. It is none of those that systems give away by themselves (Linux: from 32768
// on), because another test may get such a port before.
func freePort(t *testing.T) string {
	t.Helper()
	for range 1000 {
		port := fmt.Sprint(10_000 + rand.IntN(22_000))
		if _, again := given.LoadOrStore(port, true); again {
			continue
		}
		if l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:"+port); err == nil {
			l.Close()
			return port
		}
	}
	t.Fatal("there is no free port")
	return ""
}
