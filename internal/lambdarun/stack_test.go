package lambdarun_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/internal/lambdarun"
	"github.com/scimstack/scimstack/internal/replay"
	"github.com/scimstack/scimstack/internal/streams"
	"github.com/scimstack/scimstack/internal/suite"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// built is the folder of the functions, which are built once for all tests of this package.
var built struct {
	once sync.Once
	dir  string
	err  error
}

// functions builds the functions and returns their folder. It skips the test on systems that cannot
// run Linux binaries.
func functions(t *testing.T) string {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("the functions are Linux binaries; this is " + runtime.GOOS)
	}
	built.once.Do(func() {
		if built.dir, built.err = os.MkdirTemp("", "scimstack-functions"); built.err == nil {
			_, built.err = lambdarun.Build(context.Background(), lambdarun.BuildOptions{Out: built.dir, Log: os.Stderr})
		}
	})
	if built.err != nil {
		t.Fatal(built.err)
	}
	return filepath.Join(built.dir, lambdarun.Arch())
}

// lambdaService is a suite.Service: the real functions over their own table.
type lambdaService struct {
	stack   *lambdarun.Stack
	base    string
	table   string
	tenants *dynamo.Tenants
	log     output
}

// tables is an engine on which every service gets its own table.
type tables struct {
	server *dynamotest.Server
	count  atomic.Int64
}

func newTables(t *testing.T) *tables {
	t.Helper()
	server, err := dynamotest.Listen("127.0.0.1:0", dynamotest.New())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return &tables{server: server}
}

func (ts *tables) service(t *testing.T) *lambdaService {
	t.Helper()
	return ts.serviceWith(t, lambdarun.Facts{})
}

// serviceWith is a service that sends its facts on.
func (ts *tables) serviceWith(t *testing.T, facts lambdarun.Facts) *lambdaService {
	t.Helper()
	name := fmt.Sprintf("table-%d", ts.count.Add(1))
	client := ts.server.Client()
	if err := dynamo.Create(t.Context(), client, name); err != nil {
		t.Fatal(err)
	}
	s := &lambdaService{table: name, tenants: dynamo.NewTenants(client, name, time.Now)}
	front := httptest.NewUnstartedServer(nil)
	s.base = "http://" + front.Listener.Addr().String() + scimstack.Prefix
	var err error
	s.stack, err = lambdarun.NewStack(lambdarun.StackOptions{
		Build: functions(t), Log: &s.log, IAM: lambdarun.IAM{operatorKey: {Secret: operatorSecret, ARN: "arn:aws:iam::000000000000:user/ann"}}, Slog: slog.New(slog.NewJSONHandler(&s.log, nil)),
		Facts: facts,
		Env:   []string{"AWS_ENDPOINT_URL_DYNAMODB=" + ts.server.URL, "AWS_REGION=us-east-1", "SCIMSTACK_TABLE=" + name, "SCIMSTACK_PUBLIC_BASE=" + s.base},
	})
	if err != nil {
		t.Fatal(err)
	}
	front.Config.Handler = s.stack.Gateway
	front.Start()
	t.Cleanup(func() {
		front.Close()
		s.stack.Close()
		if t.Failed() {
			t.Log(s.log.String())
		}
	})
	return s
}

func (s *lambdaService) URL() string { return s.base }

func (s *lambdaService) Tenant(t testing.TB, name string, change func(*tenant.Settings)) (base, token string) {
	t.Helper()
	id, err := scim.ParseTenantID(name)
	if err != nil {
		t.Fatal(err)
	}
	settings := tenant.Settings{ID: id, Limits: scim.Limits{Rate: scim.NoLimit}}
	if change != nil {
		change(&settings)
	}
	if err := s.tenants.Create(t.Context(), settings); err != nil {
		t.Fatal(err)
	}
	return s.base + "/" + name, s.add(t, id, scim.All, "")
}

// Token ends the idle processes, which may have cached the tenant without the new token. A new
// tenant needs no such thing: no process has seen it.
func (s *lambdaService) Token(t testing.TB, name string, scopes scim.Scope, userID string) string {
	t.Helper()
	id, err := scim.ParseTenantID(name)
	if err != nil {
		t.Fatal(err)
	}
	text := s.add(t, id, scopes, userID)
	s.stack.Recycle()
	return text
}

// add stores a new token of a tenant.
func (s *lambdaService) add(t testing.TB, id scim.TenantID, scopes scim.Scope, userID string) (text string) {
	t.Helper()
	text, token := tenant.NewToken(id, scopes)
	token.UserID = userID
	if err := s.tenants.AddToken(t.Context(), id, token); err != nil {
		t.Fatal(err)
	}
	return text
}

func (s *lambdaService) Wait(t testing.TB, d time.Duration) {
	t.Helper()
	if d > 5*time.Second {
		t.Skipf("skipped: the clock of another process cannot be advanced by %v", d)
	}
	time.Sleep(d) // real time: the clock is in another process
}

// TestTranscripts plays the transcripts of internal/suite through the real binaries.
func TestTranscripts(t *testing.T) {
	t.Parallel()
	functions(t)
	ts := newTables(t)
	files, err := filepath.Glob("../suite/testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no transcripts", err)
	}
	for _, f := range files {
		t.Run(strings.TrimSuffix(filepath.Base(f), ".txtar"), func(t *testing.T) {
			t.Parallel()
			suite.PlayOn(t, f, func(t *testing.T) suite.Service { return ts.service(t) })
		})
	}
}

// TestReplay sends the recorded traffic of identity providers through the real binaries. Each scenario
// has its own tenant.
func TestReplay(t *testing.T) {
	t.Parallel()
	functions(t)
	s := newTables(t).service(t)
	files, err := filepath.Glob("../../testdata/idp-corpus/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no corpus", err)
	}
	known, err := os.ReadFile("../replay/expected-failures.txt")
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, file := range files {
		scenarios, err := replay.Load(file)
		if err != nil {
			t.Fatal(err)
		}
		passed := 0
		for _, sc := range scenarios {
			count++
			base, token := s.Tenant(t, fmt.Sprintf("tenant-%d", count), func(st *tenant.Settings) { st.IdP = sc.Profile })
			switch err := replay.Run(t.Context(), replay.Target{Base: base, Token: token}, sc); {
			case err == nil:
				passed++
			case !strings.Contains("\n"+string(known), "\n"+sc.ID+" "):
				t.Errorf("%s %q: %v", sc.ID, sc.Description, err)
			}
		}
		t.Logf("%s: %d of %d scenarios replayed", filepath.Base(file), passed, len(scenarios))
	}
}

// follower feeds the stream of a table to the stream function of a service.
func (ts *tables) follower(s *lambdaService, table string) *streams.Follower {
	return &streams.Follower{
		Tables: ts.server.Client(), Table: table, Log: slog.New(slog.DiscardHandler), Pause: time.Millisecond,
		Streams: dynamodbstreams.New(dynamodbstreams.Options{
			Region: "us-east-1", BaseEndpoint: aws.String(ts.server.URL), Credentials: credentials.NewStaticCredentialsProvider("x", "x", ""),
		}),
		Handle: s.stack.HandleStream,
	}
}

// TestStreamFunction: changes of the table reach the stream function, which processes them.
func TestStreamFunction(t *testing.T) {
	t.Parallel()
	ts := newTables(t)
	s := ts.service(t)
	s.Tenant(t, "acme", nil)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	f := ts.follower(s, "table-1")
	handle := f.Handle
	f.Handle = func(ctx context.Context, shard string, records []types.Record) (string, error) {
		failed, err := handle(ctx, shard, records)
		cancel()
		return failed, err
	}
	if err := f.Run(ctx); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(10 * time.Millisecond) { // the line comes through a pipe, after the response
		if strings.Contains(s.log.String(), `"msg":"batch"`) {
			break
		}
	}
	if !strings.Contains(s.log.String(), `"msg":"batch"`) || strings.Contains(s.log.String(), `"level":"ERROR"`) {
		t.Error(s.log.String())
	}
}

// large reports whether tests run at full size, which takes minutes: scripts/large.sh sets it.
func large() bool { return os.Getenv("SCIMSTACK_LARGE") != "" }

// TestReproducible: the same source gives the same bytes, bootstrap and zip. Small, it builds one
// function; at full size it builds all of them.
func TestReproducible(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("the functions are Linux binaries; this is " + runtime.GOOS)
	}
	names := []string{"users"}
	if large() {
		names = append(lambdarun.Names(), "stream")
	}
	build := func() string {
		dir, err := lambdarun.Build(t.Context(), lambdarun.BuildOptions{Out: t.TempDir(), Functions: names, Zip: true, Log: os.Stderr})
		if err != nil {
			t.Fatal(err)
		}
		return dir
	}
	first, second := build(), build()
	different := differences(t, names, first, second)
	if different != "" { // the source may have been edited between the two builds
		different = differences(t, names, second, build())
	}
	if different != "" {
		t.Errorf("two builds differ in%s", different)
	}
}

// differences lists the files of two builds whose bytes differ.
func differences(t *testing.T, functions []string, one, two string) (files string) {
	t.Helper()
	for _, name := range functions {
		for _, file := range []string{filepath.Join(name, "bootstrap"), name + ".zip"} {
			a, errA := os.ReadFile(filepath.Join(one, file))
			b, errB := os.ReadFile(filepath.Join(two, file))
			if errA != nil || errB != nil || len(a) == 0 {
				t.Fatalf("%s: %v, %v", file, errA, errB)
			}
			if !bytes.Equal(a, b) {
				files += " " + file
			}
		}
	}
	return files
}
