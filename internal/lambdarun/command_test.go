package lambdarun_test

import (
	"bufio"
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// program is the command line, as users have it.
type program struct {
	path string
	env  []string // AWS_… of the caller
}

// run runs a command, and returns its status and all that it wrote.
func (p program) run(t *testing.T, args ...string) (status int, text string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), p.path, args...)
	cmd.Env = append(clean(), p.env...)
	out, err := cmd.CombinedOutput()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), string(out)
}

// clean is the environment without what names a service or credentials.
func clean() (out []string) {
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "AWS_") && !strings.HasPrefix(v, "SCIMSTACK_") {
			out = append(out, v)
		}
	}
	return out
}

// TestCommandSigned: `scimstack lambda` runs the real functions, and prints the command that administers them. It works
// with the credentials that it names (--aws-iam), the log has their principal, and no other request is let in.
func TestCommandSigned(t *testing.T) {
	t.Parallel()
	dir := functions(t)
	p := program{path: filepath.Join(t.TempDir(), "scimstack")}
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", p.path, "../../cmd/scimstack").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	served := exec.CommandContext(t.Context(), p.path, "lambda", "--build", dir, "--addr", "127.0.0.1:0", "--tenant", "name=acme,idp=okta")
	var log bytes.Buffer
	served.Env, served.Stderr = clean(), &log
	out, err := served.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := served.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = served.Process.Kill()
		_ = served.Wait()
		if t.Failed() {
			t.Log(log.String())
		}
	})
	var server string
	for lines := bufio.NewScanner(out); lines.Scan() && !strings.HasPrefix(lines.Text(), "ready"); {
		if words := strings.Fields(lines.Text()); len(words) > 1 && words[0] == "admin" {
			server = strings.TrimSuffix(words[1], "/admin/v1")
		} else if len(words) > 4 && words[0] == "try" && strings.HasPrefix(words[1], "AWS_") {
			p.env = words[1:4]
		}
	}
	if server == "" || len(p.env) != 3 {
		t.Fatal(server, p.env)
	}
	signed := func(args ...string) []string { return append(args, "--server", server, "--aws-iam") }
	if status, text := p.run(t, signed("tenant", "list")...); status != 0 || !strings.Contains(text, "acme") {
		t.Error(status, text)
	}
	if status, text := p.run(t, signed("tenant", "create", "globex", "--idp", "entra")...); status != 0 || !strings.Contains(text, "scim_globex_") {
		t.Error(status, text)
	}
	if status, text := p.run(t, signed("log", "--tenant", "globex", "-o", "json")...); status != 0 || !strings.Contains(text, "arn:aws:iam::000000000000:user/local") {
		t.Error(status, text)
	}
	wrong := program{path: p.path, env: []string{p.env[0], "AWS_SECRET_ACCESS_KEY=wrong", p.env[2]}}
	for name, c := range map[string]struct {
		who  program
		args []string
		says string
	}{
		"a wrong secret":     {wrong, signed("tenant", "list"), "execute-api:Invoke"},
		"no credentials":     {program{path: p.path}, signed("tenant", "list"), "credentials"},
		"without --aws-iam":  {p, []string{"tenant", "list", "--server", server}, "--aws-iam"},
		"an operator's word": {program{path: p.path, env: []string{"SCIMSTACK_OPERATOR_TOKEN=scimop_x_y"}}, []string{"tenant", "list", "--server", server}, "--aws-iam"},
	} {
		if status, text := c.who.run(t, c.args...); status == 0 || strings.Contains(text, "globex") || !strings.Contains(text, c.says) {
			t.Errorf("%s: status %d: %s", name, status, text)
		}
	}
}
