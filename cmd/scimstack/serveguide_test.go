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
	page, err := os.ReadFile("../../docs/how-to/serve.md")
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
	cmd := exec.CommandContext(t.Context(), "bash", "-m", "-c", script)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PATH="+filepath.Dir(bin)+string(os.PathListSeparator)+os.Getenv("PATH"), "SCIMSTACK_ADDR=127.0.0.1:"+port)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{"scim_acme_", `"userName":"bjensen@example.com"`, "ok\ntenant    globex", "scim_globex_", "acme\nglobex\n", "create"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("the output has no %q:\n%s", want, out)
		}
	}
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
