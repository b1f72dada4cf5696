package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/scimstack/scimstack/internal/apptest"
	"github.com/scimstack/scimstack/internal/replay"
	"github.com/scimstack/scimstack/internal/sqltest"
	"github.com/scimstack/scimstack/internal/still"
)

// binaries builds the command once for all tests.
var binaries = sync.OnceValues(func() (string, error) { //nolint:gochecknoglobals // built once
	bin := filepath.Join(binaryFolder(), "scimstack")
	out, err := exec.Command("go", "build", "-o", bin, ".").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return bin, nil
})

func TestMain(m *testing.M) {
	completeWithin = time.Minute // TestCompletion tests the bound with the program
	hiddenFor = 5 * time.Second  // so long a test waits for what is hidden
	sqltest.Main(m, func() { os.RemoveAll(binaryFolder()) })
}

func binaryFolder() string {
	return filepath.Join(os.TempDir(), fmt.Sprintf("scimstack-test-%d", os.Getpid()))
}

// process is a running command.
type process struct {
	*exec.Cmd
	lines  []string // of its output, up to "ready"
	errors *bytes.Buffer
}

// startBinary starts `scimstack dev` and returns when it is ready.
func startBinary(t *testing.T, args ...string) *process {
	t.Helper()
	return startServer(t, nil, append([]string{"dev"}, args...)...)
}

// startServer starts a command that serves, and returns when it is ready.
func startServer(t *testing.T, env []string, args ...string) *process {
	t.Helper()
	bin, err := binaries()
	if err != nil {
		t.Fatal(err)
	}
	return startCommand(t, env, exec.CommandContext(t.Context(), bin, args...))
}

// startCommand is startServer for a command that ends in the server.
func startCommand(t *testing.T, env []string, cmd *exec.Cmd) *process {
	t.Helper()
	p := &process{Cmd: cmd, errors: &bytes.Buffer{}}
	p.Env, p.Stderr = append(os.Environ(), env...), p.errors
	out, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	for scan := bufio.NewScanner(out); scan.Scan(); {
		p.lines = append(p.lines, scan.Text())
		if strings.HasPrefix(scan.Text(), "ready") {
			return p
		}
	}
	_ = p.Wait()
	t.Fatal(p.lines, p.errors)
	return nil
}

// runBinary runs a command to its end and returns its status and what it prints.
func runBinary(t *testing.T, env []string, args ...string) (status int, text string) {
	t.Helper()
	bin, err := binaries()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, bin, args...)
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	if err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), string(out)
}

func (p *process) post(t *testing.T, body string) int {
	t.Helper()
	return postAs(t, value(p.lines, "base URL")+"/Users", value(p.lines, "token"), body)
}

func postAs(t *testing.T, url, token, body string) int {
	t.Helper()
	status, _ := apptest.Client{Base: url, Token: token}.Send(t, http.MethodPost, "", body)
	return status
}

// TestRecordSurvivesKill: a process that is killed leaves a complete recording, with mode 0600, and an
// older recording stays until there is a new one.
func TestRecordSurvivesKill(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "traffic.json")
	if err := os.WriteFile(file, []byte("older"), 0o644); err != nil {
		t.Fatal(err)
	}
	p := startBinary(t, "--addr", "127.0.0.1:0", "--record", file)
	if data, err := os.ReadFile(file); err != nil || string(data) != "older" {
		t.Errorf("before the first request: %q %v", data, err)
	}
	for _, name := range []string{"ann", "bo", "cy"} {
		if status := p.post(t, `{"userName":"`+name+`"}`); status != http.StatusCreated {
			t.Fatal(status)
		}
	}
	for {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if string(data) != "older" {
			scenarios, err := replay.Load(file)
			if err != nil {
				t.Fatal(err)
			}
			if len(scenarios[0].Setup) == 2 {
				break
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
	if err := p.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.Wait()
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info.Mode(), err)
	}
	if entries, _ := os.ReadDir(filepath.Dir(file)); len(entries) != 1 {
		t.Error(entries)
	}
	if out, err := command(t, "replay", file); err != nil {
		t.Error(err, out)
	}
}

// TestRecordAtEnd: an interrupt writes what is not yet in the file.
func TestRecordAtEnd(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "traffic.json")
	link := filepath.Join(t.TempDir(), "link.json")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(file, link); err != nil {
		t.Fatal(err)
	}
	p := startBinary(t, "--addr", "127.0.0.1:0", "--record", link)
	p.post(t, `{"userName":"ann"}`)
	http.DefaultClient.CloseIdleConnections()
	if err := p.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := p.Wait(); err != nil {
		t.Fatal(err, p.errors)
	}
	scenarios, err := replay.Load(file)
	if err != nil || len(scenarios) != 1 {
		t.Error(scenarios, err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Error("the link is replaced by a file", err)
	}
}

// TestStartErrors: a mistake on the command line ends the command with a status and the next step.
func TestStartErrors(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	folder := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(path, 0o755); err != nil {
			t.Fatal(err)
		}
		if text != "" {
			if err := os.WriteFile(filepath.Join(path, "x.json"), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return path
	}
	none := folder("none", "")
	web := httptest.NewServer(http.NotFoundHandler())
	defer web.Close()
	const gone = "http://127.0.0.1:1"
	cannot := "cannot reach " + gone
	for _, c := range []struct {
		status int
		want   string
		args   []string
	}{
		{1, "--record", []string{"dev", "--record", filepath.Join(dir, "absent", "x.json")}},
		{1, "not a regular file", []string{"dev", "--record", "/dev/full"}},
		{1, "not a regular file", []string{"dev", "--record", dir}},
		{2, `unknown identity provider "nonsense"; use one of entra, okta`, []string{"dev", "--tenant", "name=acme,idp=nonsense"}},
		{2, "unknown identity provider", []string{"lambda", "--tenant", "name=acme,idp=nonsense"}},
		{2, "unknown identity provider", []string{"tenant", "create", "acme", "--idp", "nonsense", "--endpoint", endpoint(t).URL}},
		{2, "unknown identity provider", []string{"log", "tail", "--idp", "nonsense", "--base", web.URL + "/scim/v2/acme", "--token", "x"}},
		{2, "has no .json file", []string{"dev", "--tenant", "name=acme,schemas=" + none}},
		{2, "has no schema", []string{"dev", "--tenant", "name=acme,schemas=" + folder("list", "[]")}},
		{2, "has no schema", []string{"dev", "--tenant", "name=acme,schemas=" + folder("nested", `{"Resources":[[]]}`)}},
		{2, "there is no folder", []string{"dev", "--tenant", "name=acme,schemas=" + dir + "/absent"}},
		{2, "has no .json file", []string{"replay", "../../testdata/idp-corpus/aws.json", "--schemas", none}},
		{2, "agents=write needs a token that scimstack issues", []string{"dev", "--tenant", "name=acme,token=secret,agents=write"}},
		{2, "environment variable NO_SUCH", []string{"dev", "--tenant", "name=acme,token=env:NO_SUCH"}},
		{2, "file of the token", []string{"dev", "--tenant", "name=acme,token=@" + dir + "/absent"}},
		{1, "--addr 256.0.0.1:0", []string{"dev", "--addr", "256.0.0.1:0"}},
		{1, cannot, []string{"dev", "--store", "dynamodb", "--endpoint", gone}},
		{1, cannot, []string{"lambda", "--build", dir, "--endpoint", gone}},
		{1, cannot, []string{"table", "create", "--endpoint", gone}},
		{1, cannot, []string{"tenant", "list", "--endpoint", gone}},
		{1, cannot, []string{"tenant", "create", "acme", "--endpoint", gone}},
		{1, cannot, []string{"token", "list", "acme", "--endpoint", gone}},
		{1, cannot, []string{"mcp", "--tenant", "acme", "--table", "scim"}},
		{1, cannot, []string{"mcp", "--url", gone + "/mcp"}},
		{1, cannot, []string{"log", "tail", "--base", gone + "/scim/v2/acme", "--token", "x"}},
		{1, cannot, []string{"demo", "--base", gone + "/scim/v2/acme", "--token", "x"}},
		{1, cannot, []string{"replay", "../../testdata/idp-corpus/aws.json", "--base", gone + "/scim/v2/acme", "--token", "x"}},
		{1, "not as DynamoDB does", []string{"tenant", "list", "--endpoint", web.URL}},
		{2, "is not a URL", []string{"tenant", "list", "--endpoint", "127.0.0.1:8000"}},
		{1, "has no scenario", []string{"replay", filepath.Join(dir, "list", "x.json")}},
	} {
		env := []string{"AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=x", "AWS_SECRET_ACCESS_KEY=x", "SCIMSTACK_TOKEN=x", "AWS_ENDPOINT_URL_DYNAMODB="}
		if c.args[0] == "mcp" {
			env = append(env, "AWS_ENDPOINT_URL_DYNAMODB="+gone)
		}
		status, text := runBinary(t, env, c.args...)
		if status != c.status || !strings.Contains(text, c.want) || strings.Contains(text, "goroutine") || strings.Contains(text, "store is busy") {
			t.Errorf("%v: status %d, want %d and %q: %s", c.args, status, c.status, c.want, text)
		}
	}
}

// TestSecondInterrupt: the first interrupt waits for a request that a client stalls, the second ends at
// once.
func TestSecondInterrupt(t *testing.T) {
	t.Parallel()
	still.Steady(t, func() error {
		p := startBinary(t, "--addr", "127.0.0.1:0", "--tenant", "name=acme,token=secret")
		defer func() { _ = p.Process.Kill(); _ = p.Wait() }()
		host := strings.Split(value(p.lines, "base URL"), "/")[2]
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", host)
		if err != nil {
			return err
		}
		defer conn.Close()
		fmt.Fprint(conn, "POST /scim/v2/acme/Users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer secret\r\nExpect: 100-continue\r\nContent-Type: application/scim+json\r\nContent-Length: 100\r\n\r\n")
		if line, err := bufio.NewReader(conn).ReadString('\n'); err != nil || !strings.Contains(line, "100") {
			return fmt.Errorf("the handler does not read the body: %q %w", line, err)
		}
		for range 2 {
			if err := p.Process.Signal(os.Interrupt); err != nil {
				return err
			}
			if !closed(host) {
				return errors.New("the first interrupt does not stop the listener")
			}
			time.Sleep(2 * sameInterrupt)
		}
		_ = p.Wait()
		if status := p.ProcessState.ExitCode(); status != 130 || !strings.Contains(p.errors.String(), "interrupted again") {
			return fmt.Errorf("status %d: %s", status, p.errors)
		}
		return nil
	})
}

// closed waits until nothing listens at an address.
func closed(host string) bool {
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		conn, err := net.Dial("tcp", host)
		if err != nil {
			return true
		}
		conn.Close()
	}
	return false
}

// TestEverywhere: the addresses that are printed work, and there is a warning where tokens can be read.
func TestEverywhere(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{"0.0.0.0:0", "[::]:0", ":0"} {
		p := startBinary(t, "--addr", addr, "--tenant", "name=acme,token=secret")
		text := strings.Join(p.lines, "\n")
		base := value(p.lines, "base URL")
		if !strings.HasPrefix(base, "http://localhost:") || strings.Contains(text, "0.0.0.0") || strings.Contains(text, "[::]") || !strings.Contains(text, "plain HTTP") {
			t.Errorf("%s: %s", addr, text)
		}
		if status := p.post(t, `{"userName":"ann"}`); status != http.StatusCreated {
			t.Error(addr, status)
		}
		for _, line := range p.lines {
			if also, ok := strings.CutPrefix(line, "also at "); ok {
				if status := postAs(t, strings.TrimSpace(also)+"/scim/v2/acme/Users", "secret", `{}`); status != http.StatusBadRequest {
					t.Errorf("%s: %s answers %d", addr, also, status)
				}
			}
		}
		_ = p.Process.Signal(syscall.SIGTERM)
		_ = p.Wait()
	}
	p := startBinary(t, "--addr", "localhost:0")
	if text := strings.Join(p.lines, "\n"); strings.Contains(text, "warning") {
		t.Error(text)
	}
	_ = p.Process.Signal(syscall.SIGTERM)
	_ = p.Wait()
}

// TestSecrets: tokens are read from files and the environment, so that ps does not show them.
func TestSecrets(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no /proc")
	}
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte("from-a-file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("ACME_TOKEN", "from-the-environment")
	p := startBinary(t, "--addr", "127.0.0.1:0", "--tenant", "name=acme,token=@"+file, "--tenant", "name=globex,token=env:ACME_TOKEN")
	base := value(p.lines, "base URL")
	if status := p.post(t, `{"userName":"ann"}`); status != http.StatusCreated || value(p.lines, "token") != "from-a-file" {
		t.Error(status, p.lines)
	}
	if status := postAs(t, strings.Replace(base, "acme", "globex", 1)+"/Users", "from-the-environment", `{"userName":"ann"}`); status != http.StatusCreated {
		t.Error(status)
	}
	for _, token := range []string{"@" + file, "from-a-file"} {
		if status, text := runBinary(t, nil, "log", "tail", "--base", base, "--token", token); status != 0 {
			t.Error(token, status, text)
		}
	}
	if _, text := runBinary(t, nil, "dev", "--help"); !strings.Contains(text, "@FILE") {
		t.Error(text)
	}
	_ = p.Process.Signal(syscall.SIGTERM)
	_ = p.Wait()
}
