package dynamo_test

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// childVariable makes the test binary a server on the DynamoDB endpoint it names. leaseVariable is
// the lease of its staged writes.
const (
	childVariable = "SCIMSTACK_TEST_DYNAMODB"
	leaseVariable = "SCIMSTACK_TEST_LEASE"
)

func TestMain(m *testing.M) {
	if endpoint := os.Getenv(childVariable); endpoint != "" {
		if err := serveChild(endpoint); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// serveChild runs the service until its standard input ends. It prints its address.
func serveChild(endpoint string) error {
	api := local(endpoint)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	lease, err := time.ParseDuration(os.Getenv(leaseVariable))
	if err != nil {
		return err
	}
	base := "http://" + l.Addr().String()
	handler, err := scimstack.New(scimstack.Config{Store: dynamo.New(api, dynamo.Options{Table: table, Lease: lease}),
		Tenants: dynamo.NewTenants(api, table, nil), PublicBase: base + scimstack.Prefix, Timeout: 5 * time.Minute, NoLog: true})
	if err != nil {
		return err
	}
	fmt.Println(base + scimstack.Prefix)
	go func() {
		_, _ = os.Stdin.Read(make([]byte, 1)) // until the parent ends
		os.Exit(0)
	}()
	return http.Serve(l, handler)
}

// world is an engine in this process, for servers in other processes.
type world struct {
	engine   *dynamotest.Engine
	endpoint string
	store    *dynamo.Store
	token    string
	lease    time.Duration // of servers: the write of one that was killed delays others for so long
}

func newWorld(t *testing.T, limits scim.Limits) *world {
	t.Helper()
	e := dynamotest.New()
	s, err := dynamotest.Listen("127.0.0.1:0", e)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	api := local(s.URL)
	if err := dynamo.Create(t.Context(), api, table); err != nil {
		t.Fatal(err)
	}
	tenants := dynamo.NewTenants(api, table, nil)
	if err := tenants.Create(t.Context(), tenant.Settings{ID: id(t, "acme"), Limits: limits}); err != nil {
		t.Fatal(err)
	}
	text, token := tenant.NewToken(id(t, "acme"), scim.All)
	if err := tenants.AddToken(t.Context(), id(t, "acme"), token); err != nil {
		t.Fatal(err)
	}
	return &world{e, s.URL, dynamo.New(api, dynamo.Options{Table: table}), text, time.Minute}
}

// spawn starts a server process and a client for it.
func (w *world) spawn(t *testing.T) (*exec.Cmd, *client) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+w.endpoint, leaseVariable+"="+w.lease.String())
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err, stderr.String())
	}
	pool := &http.Transport{MaxIdleConnsPerHost: 16}
	t.Cleanup(pool.CloseIdleConnections)
	return cmd, &client{t, strings.TrimSpace(line) + "/acme", w.token, &http.Client{Transport: pool}}
}

// peakMemory is the largest memory that a process has used, in bytes.
func peakMemory(t *testing.T, pid int) int {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	if err != nil {
		t.Skip("no /proc: the memory of another process cannot be read here")
	}
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, err := strconv.Atoi(strings.Fields(rest)[0])
			if err != nil {
				t.Fatal(err)
			}
			return kb << 10
		}
	}
	t.Fatal("no VmHWM")
	return 0
}

// allMembers reads a group page by page.
func (w *world) allMembers(t *testing.T, gid string, page int) []string {
	t.Helper()
	var out []string
	after := ""
	for {
		l, err := w.store.Members(t.Context(), id(t, "acme"), gid, scim.Page{After: after, Limit: page})
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range l.Members {
			out = append(out, m.ID)
		}
		if !l.More {
			return out
		}
		after = out[len(out)-1]
	}
}
