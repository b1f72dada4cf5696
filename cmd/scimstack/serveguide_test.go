package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
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
	port := freePort(t)
	block := regexp.MustCompile("(?s)```(sh|json)\n(.*?)```")
	dir := t.TempDir()
	script := "set -eu\n"
	for _, m := range block.FindAllStringSubmatch(string(page), -1) {
		if m[1] == "sh" {
			script += strings.ReplaceAll(m[2], "8080", port)
			continue
		}
		file := filepath.Join(dir, "scimstack.json")
		if err := os.WriteFile(file, []byte(m[2]), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := readConfig(serveCommand(), file); err != nil {
			t.Error(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "bash", "-m", "-c", script+"\nkill %1 || true\n")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PATH="+filepath.Dir(bin)+string(os.PathListSeparator)+os.Getenv("PATH"), "SCIMSTACK_ADDR=127.0.0.1:"+port)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return fmt.Sprint(l.Addr().(*net.TCPAddr).Port)
}
