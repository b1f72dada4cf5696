package function_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/internal/function"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// output collects the lines that a function writes. It is safe for concurrent use.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// line returns the last line written.
func (o *output) line(t *testing.T) map[string]any {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(o.String()), "\n")
	var v map[string]any
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &v); err != nil {
		t.Fatalf("%v in %s", err, lines)
	}
	return v
}

// service is a function with its own table and the tenant acme.
type service struct {
	engine *dynamotest.Engine
	config function.Config
	token  string
	log    output
}

func newService(t *testing.T) *service {
	t.Helper()
	return newServiceOn(t, func() (*dynamotest.Engine, *dynamodb.Client) {
		engine := dynamotest.New()
		server, err := dynamotest.Listen("127.0.0.1:0", engine)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(server.Close)
		return engine, dynamo.NewClient(dynamo.ClientOptions{
			Region: "us-east-1", Endpoint: server.URL, Credentials: dynamo.Static(aws.Credentials{AccessKeyID: "x", SecretAccessKey: "x"}),
		})
	})
}

// newServiceOn is newService on an engine.
func newServiceOn(t *testing.T, open func() (*dynamotest.Engine, *dynamodb.Client)) *service {
	t.Helper()
	s := &service{}
	s.engine, s.config.Client = open()
	s.config.Table, s.config.PublicBase = "scim", "https://scim.example.com/scim/v2"
	if err := dynamo.Create(t.Context(), s.config.Client, "scim"); err != nil {
		t.Fatal(err)
	}
	id, err := scim.ParseTenantID("acme")
	if err != nil {
		t.Fatal(err)
	}
	tenants := dynamo.NewTenants(s.config.Client, "scim", time.Now)
	var token tenant.Token
	s.token, token = tenant.NewToken(id, scim.All)
	token.Used = time.Now().Add(time.Hour) // so that requests cost what SCIM costs; see TestLastUse
	if err := tenants.Create(t.Context(), tenant.Settings{ID: id, IdP: "okta"}); err != nil {
		t.Fatal(err)
	}
	if err := tenants.AddToken(t.Context(), id, token); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *service) http(t *testing.T, only ...string) lambda.Handler {
	t.Helper()
	h, err := s.config.HTTP(&s.log, scimstack.Config{Only: only}, scimstack.SCIM())
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func (s *service) send(t *testing.T, h lambda.Handler, method, path, query, body string) events.APIGatewayV2HTTPResponse {
	t.Helper()
	e := events.APIGatewayV2HTTPRequest{Version: "2.0", RawPath: "/scim/v2/acme" + path, RawQueryString: query, Body: body}
	e.Headers = map[string]string{"authorization": "Bearer " + s.token, "content-type": "application/scim+json"}
	e.RequestContext.HTTP.Method, e.RequestContext.RequestID = method, "gateway-request-id"
	payload, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	return invoke(t, h, payload)
}

func invoke(t *testing.T, h lambda.Handler, payload []byte) events.APIGatewayV2HTTPResponse {
	t.Helper()
	out, err := h.Invoke(t.Context(), payload)
	if err != nil {
		t.Fatal(err)
	}
	var a events.APIGatewayV2HTTPResponse
	if err := json.Unmarshal(out, &a); err != nil {
		t.Fatal(err)
	}
	return a
}

// expect compares members of a line. A nil value means that the line must not have the member.
func expect(t *testing.T, line, want map[string]any) {
	t.Helper()
	for k, v := range want {
		if line[k] != v {
			t.Errorf("%s is %v, want %v", k, line[k], v)
		}
	}
}

// TestRecord: one line per request, which is a log entry and metrics at once (Z-16).
func TestRecord(t *testing.T) {
	t.Parallel()
	s := newService(t)
	h := s.http(t, "Users")
	if a := s.send(t, h, "POST", "/Users", "", `{"userName":"a"}`); a.StatusCode != http.StatusCreated || !strings.HasPrefix(a.Headers["Location"], "https://scim.example.com/scim/v2/acme/Users/") {
		t.Fatalf("%+v", a)
	}
	l := s.log.line(t)
	expect(t, l, map[string]any{
		"operation": "create", "status_class": "2xx", "idp": "okta", "tenant": "acme", "request_id": "gateway-request-id",
		"status": 201.0, "method": "POST", "type": "User", "changed": true, "level": "INFO", "write_units": 4.0,
	})
	expectMetrics(t, l)
	if a := s.send(t, h, "GET", "/Groups", "", ""); a.StatusCode != http.StatusNotFound {
		t.Errorf("the function serves an endpoint that is not its own: %d", a.StatusCode)
	}
	expect(t, s.log.line(t), map[string]any{"level": "WARN", "status_class": "4xx"})
	s.config.Level = slog.LevelError // metrics stay, details go
	s.send(t, s.http(t, "Users"), "GET", "/Users", "", "")
	quiet := s.log.line(t)
	expect(t, quiet, map[string]any{"tenant": nil, "operation": "search"})
	if quiet["_aws"] == nil {
		t.Errorf("no metrics in %v", quiet)
	}
}

// expectMetrics checks the measured values of a create, and their declaration as metrics.
func expectMetrics(t *testing.T, l map[string]any) {
	t.Helper()
	if trips := l["round_trips"].(float64); trips < 1 || trips > 4 {
		t.Errorf("%v round trips", trips)
	}
	if l["latency"].(float64) <= 0 || l["id"] == nil || l["key"] == nil {
		t.Errorf("%v", l)
	}
	raw, _ := json.Marshal(l["_aws"])
	if !strings.Contains(string(raw), `"Dimensions":[["operation"],["status_class"]]`) || !strings.Contains(string(raw), `"Name":"latency"`) {
		t.Errorf("%s", raw)
	}
}

// TestCanary: nothing that a client puts into an attribute, a filter or a path is in the log, and
// neither is the token (Z-10, Z-16).
func TestCanary(t *testing.T) {
	t.Parallel()
	s := newService(t)
	h := s.http(t)
	const canary = "canary7f3a"
	user := fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"%[1]s@example.com","externalId":"%[1]s","displayName":"%[1]s",
		"name":{"givenName":"%[1]s","familyName":"%[1]s"},"nickName":"%[1]s","title":"%[1]s","password":"%[1]s","unknownAttribute":"%[1]s",
		"emails":[{"value":"%[1]s@example.com"}],"phoneNumbers":[{"value":"%[1]s"}],"addresses":[{"streetAddress":"%[1]s"}],"photos":[{"value":"https://%[1]s/x"}]}`, canary)
	id := func(a events.APIGatewayV2HTTPResponse) string {
		var v struct {
			ID string `json:"id"`
		}
		_ = json.Unmarshal([]byte(a.Body), &v) // an empty id fails below
		return v.ID
	}
	created := s.send(t, h, "POST", "/Users", "", user)
	s.send(t, h, "POST", "/Users", "", user) // 409
	uid := id(created)
	if created.StatusCode != http.StatusCreated || uid == "" {
		t.Fatalf("%+v", created)
	}
	s.send(t, h, "GET", "/Users", "filter=userName+eq+%22"+canary+"%22", "")
	s.send(t, h, "GET", "/Users", "filter="+canary+"+zz+%22"+canary, "")
	s.send(t, h, "GET", "/Users/"+canary, "", "")
	s.send(t, h, "GET", "/"+canary+"/"+canary, "", "")
	s.send(t, h, canary, "/Users", "", "")
	s.send(t, h, "PATCH", "/Users/"+uid, "", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"`+canary+`","path":"`+canary+`","value":"`+canary+`"}]}`)
	s.send(t, h, "PATCH", "/Users/"+uid, "", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"emails[type eq \"`+canary+`\"].value","value":"`+canary+`"}]}`)
	s.send(t, h, "POST", "/Groups", "", `{"displayName":"`+canary+`","members":[{"value":"`+canary+`"}]}`)
	s.send(t, h, "POST", "/Bulk", "", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[{"method":"POST","path":"/Users","bulkId":"`+canary+`","data":`+user+`}]}`)
	s.send(t, h, "POST", "/Users", "", canary)
	s.engine.Inject(func(string, int) dynamotest.Fault { return dynamotest.Fault{Kind: dynamotest.Refuse} })
	s.send(t, h, "PUT", "/Users/"+uid, "", user)
	if got := strings.Count(s.log.String(), `"msg":"request"`); got != 13 {
		t.Errorf("%d lines for 13 requests", got)
	}
	if strings.Contains(s.log.String(), canary) || strings.Contains(s.log.String(), s.token) {
		for line := range strings.SplitSeq(s.log.String(), "\n") {
			if strings.Contains(line, canary) || strings.Contains(line, s.token) {
				t.Error(line)
			}
		}
	}
}

// TestConfig: an invalid variable is named at the start.
func TestConfig(t *testing.T) {
	t.Parallel()
	env := map[string]string{
		"SCIMSTACK_TABLE": "scim", "SCIMSTACK_PUBLIC_BASE": "https://scim.example.com/scim/v2/", "AWS_REGION": "eu-west-1",
		"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "SCIMSTACK_LOG_LEVEL": "warn",
	}
	start := func(change, value string) error {
		c, err := function.FromEnv(func(k string) string {
			if k == change {
				return value
			}
			return env[k]
		})
		if err == nil {
			_, err = c.HTTP(&output{}, scimstack.Config{}, scimstack.SCIM())
		}
		return err
	}
	if err := start("", ""); err != nil {
		t.Fatal(err)
	}
	for variable, bad := range map[string][]string{
		"SCIMSTACK_TABLE": {"", "a b"}, "SCIMSTACK_PUBLIC_BASE": {"", "scim.example.com", "ftp://x", "https://x?a=b", "://"},
		"SCIMSTACK_LOG_LEVEL": {"loud"}, "SCIMSTACK_ACTIVITY": {"some"}, "AWS_REGION": {""}, "AWS_ACCESS_KEY_ID": {""}, "AWS_SECRET_ACCESS_KEY": {""},
	} {
		for _, v := range bad {
			if err := start(variable, v); err == nil || !strings.Contains(err.Error(), variable) {
				t.Errorf("%s=%q: %v", variable, v, err)
			}
		}
	}
}

// TestSamples: every function serves its sample event.
func TestSamples(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../functions/*/event.json")
	if err != nil || len(files) < 6 {
		t.Fatal(files, err)
	}
	s := newService(t)
	want := map[string]int{"users": 200, "groups": 201, "discovery": 200, "bulk": 200, "resources": 200}
	for _, file := range files {
		name := filepath.Base(filepath.Dir(file))
		if want[name] == 0 {
			continue // not an HTTP function
		}
		payload, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		payload = bytes.ReplaceAll(payload, []byte("Bearer TOKEN"), []byte("Bearer "+s.token))
		if a := invoke(t, s.http(t), payload); a.StatusCode != want[name] {
			t.Errorf("%s: %d %s", name, a.StatusCode, a.Body)
		}
	}
}

// TestStream: a failed batch is answered with the record from which Lambda must retry.
func TestStream(t *testing.T) {
	t.Parallel()
	s := newService(t)
	h, err := s.config.Stream(&s.log, nil)
	if err != nil {
		t.Fatal(err)
	}
	payload, err := os.ReadFile("../../functions/stream/event.json")
	if err != nil {
		t.Fatal(err)
	}
	answer := func() string {
		out, err := h.Invoke(context.Background(), payload)
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	if got := answer(); got != `{"batchItemFailures":[]}` {
		t.Error(got)
	}
	s.engine.Inject(func(string, int) dynamotest.Fault { return dynamotest.Fault{Kind: dynamotest.Refuse} })
	if got := answer(); got != `{"batchItemFailures":[{"itemIdentifier":"100000000000000000001"}]}` {
		t.Error(got)
	}
	if l := s.log.line(t); l["level"] != "ERROR" || l["failed"] != "100000000000000000001" {
		t.Errorf("%v", l)
	}
	if _, err := h.Invoke(context.Background(), []byte("[]")); err == nil {
		t.Error("a payload that is not an event is accepted")
	}
}
