package agents_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/scimstack/scimstack/internal/dynamotest"
)

const guide = "../../docs/how-to/connect-ai-agents.md"

var fence = regexp.MustCompile("(?s)```(sh|json|text)\n(.*?)```")

// environment is the environment in which the guide's commands run.
type environment struct {
	dir, url, token string
	vars            []string
}

// TestGuide runs every command of the guide and uses every configuration like a client.
func TestGuide(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(guide)
	if err != nil {
		t.Fatal(err)
	}
	_, client := dynamotest.Start(t)
	prepare(t, client)
	bin := build(t)
	e := &environment{dir: filepath.Dir(bin)}
	e.vars = append(os.Environ(), "PATH="+e.dir+":"+os.Getenv("PATH"), "AWS_REGION=eu-central-1", "AWS_ACCESS_KEY_ID=x",
		"AWS_SECRET_ACCESS_KEY=x", "AWS_ENDPOINT_URL_DYNAMODB="+*client.Options().BaseEndpoint)
	ran := map[string]int{}
	for _, block := range fence.FindAllStringSubmatch(string(text), -1) {
		kind, body := block[1], strings.TrimSpace(block[2])
		ran[kind]++
		switch {
		case kind == "sh" && strings.HasPrefix(body, "scimstack dev"):
			e.dev(t, body)
		case kind == "sh" && strings.HasPrefix(body, "scimstack mcp"):
			e.whoami(t, agent(t, e.shell(t, body)))
		case kind == "sh":
			out, err := e.shell(t, body).CombinedOutput()
			if err != nil || !strings.Contains(string(out), `"result"`) {
				t.Errorf("%s: %v\n%s", body, err, out)
			}
		case kind == "json":
			e.configuration(t, body)
		}
	}
	if ran["sh"] < 6 || ran["json"] != 2 {
		t.Errorf("ran %v", ran)
	}
}

// shell returns a command of the guide, with the address of the running service.
func (e *environment) shell(t *testing.T, line string) *exec.Cmd {
	t.Helper()
	if e.url != "" {
		line = strings.ReplaceAll(line, "http://127.0.0.1:8080", e.url)
	}
	cmd := exec.CommandContext(t.Context(), "bash", "-c", "exec "+line)
	cmd.Env = slices.Concat(e.vars, []string{"SCIMSTACK_TOKEN=" + e.token})
	return cmd
}

// dev starts the service on a free port.
func (e *environment) dev(t *testing.T, line string) {
	t.Helper()
	cmd := e.shell(t, strings.ReplaceAll(line, "127.0.0.1:8080", "127.0.0.1:0"))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Signal(os.Interrupt); _ = cmd.Wait() })
	scan := bufio.NewScanner(out)
	for scan.Scan() && !strings.HasPrefix(scan.Text(), "ready") {
		key, value, _ := strings.Cut(scan.Text(), " ")
		switch value = strings.TrimSpace(value); key {
		case "base":
			e.url = strings.TrimSuffix(strings.TrimSpace(strings.TrimPrefix(value, "URL")), "/scim/v2/acme")
		case "token":
			e.token = value
		}
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
}

func (e *environment) whoami(t *testing.T, s *sdk.ClientSession) {
	t.Helper()
	if who := ask(t, s, "whoami", object{}); who["tenant"] != "acme" {
		t.Error(who)
	}
}

// server is one server in the configuration of a client.
type server struct {
	Command string
	Args    []string
	URL     string
	Headers map[string]string
}

// configuration starts or calls the server in a client configuration of the guide.
func (e *environment) configuration(t *testing.T, body string) {
	t.Helper()
	var c struct {
		MCPServers map[string]server `json:"mcpServers"`
		Servers    map[string]server `json:"servers"`
	}
	if err := json.Unmarshal([]byte(body), &c); err != nil {
		t.Fatal(err, body)
	}
	if s, ok := c.MCPServers["scimstack"]; ok {
		e.whoami(t, agent(t, e.shell(t, s.Command+" "+strings.Join(s.Args, " "))))
		return
	}
	s := c.Servers["scimstack"]
	header := strings.ReplaceAll(s.Headers["Authorization"], "${input:scimstack-token}", e.token)
	session, err := sdk.NewClient(&sdk.Implementation{Name: "editor", Version: "1"}, nil).Connect(t.Context(), &sdk.StreamableClientTransport{
		Endpoint:   strings.ReplaceAll(s.URL, "http://127.0.0.1:8080", e.url),
		HTTPClient: &http.Client{Transport: authorization(header)}, DisableStandaloneSSE: true,
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	e.whoami(t, session)
}

type authorization string

func (a authorization) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", string(a))
	return http.DefaultTransport.RoundTrip(r)
}

// TestGuideTranscript: the transcript in the guide is the one that a test recorded.
func TestGuideTranscript(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(guide)
	if err != nil {
		t.Fatal(err)
	}
	recorded, err := os.ReadFile("../../pkg/mcp/testdata/why_not_provisioned.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range fence.FindAllStringSubmatch(string(text), -1) {
		if block[1] == "text" && strings.TrimSpace(block[2]) == strings.TrimSpace(string(recorded)) {
			return
		}
	}
	t.Error("the transcript in the guide is not pkg/mcp/testdata/why_not_provisioned.txt")
}
