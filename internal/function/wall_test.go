package function_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/internal/function"
	"github.com/scimstack/scimstack/internal/iamtest"
	"github.com/scimstack/scimstack/internal/session/plans"
	"github.com/scimstack/scimstack/internal/streams"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/mcp/dynamoplans"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// wall is a table under the policies of a synthesised template.
type wall struct {
	service // its client is an administrator's, past the policies
	gate    *iamtest.Gate
	url     string
	policy  *iamtest.Template
	table   string
}

// newWall takes the policies of the template that has tenant sessions.
func newWall(t *testing.T) *wall {
	t.Helper()
	policy, err := iamtest.Load("../../infra/cdk/stack/testdata/everything-service.golden.json")
	if err != nil {
		t.Fatal(err)
	}
	w := &wall{policy: policy, table: policy.Functions["users"].Environment[function.EnvTable]}
	engine, client := dynamotest.Start(t)
	w.engine, w.config.Client, w.gate = engine, client, iamtest.NewGate(policy, engine)
	server, err := dynamotest.Listen("127.0.0.1:0", w.gate)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	w.url = server.URL
	if err := dynamo.Create(t.Context(), client, w.table); err != nil {
		t.Fatal(err)
	}
	w.token = w.tenant(t, "acme", "")
	return w
}

// tenant adds a tenant, unless it exists, and returns a token of it, linked to a user if one is given.
func (w *wall) tenant(t *testing.T, name, userID string) string {
	t.Helper()
	tenants := dynamo.NewTenants(w.config.Client, w.table, nil)
	_ = tenants.Create(t.Context(), tenant.Settings{ID: tenantID(t, name)}) // it may exist
	text, token := tenant.NewToken(tenantID(t, name), scim.All|scim.Activity|scim.Events)
	token.UserID = userID
	if err := tenants.AddToken(t.Context(), tenantID(t, name), token); err != nil {
		t.Fatal(err)
	}
	return text
}

func tenantID(t *testing.T, name string) scim.TenantID {
	t.Helper()
	id, err := scim.ParseTenantID(name)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// function is a function as the template configures it, with the credentials of its role.
func (w *wall) function(t *testing.T, name string) function.Config {
	t.Helper()
	f := w.policy.Functions[name]
	env := map[string]string{
		"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": f.Role, "AWS_SECRET_ACCESS_KEY": "x",
		"AWS_ENDPOINT_URL_DYNAMODB": w.url, function.EnvSTS: w.url,
	}
	for k, v := range f.Environment {
		env[k] = v
	}
	c, err := function.FromEnv(func(k string) string { return env[k] })
	if err != nil || !c.Sessions {
		t.Fatal(name, err)
	}
	return c
}

// endpoints is the function of an HTTP endpoint.
func (w *wall) endpoints(t *testing.T, name string, only ...string) lambda.Handler {
	t.Helper()
	h, err := w.function(t, name).HTTP(&w.log, scimstack.Config{Only: only}, scimstack.SCIM())
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// expectStatus sends a request and returns the answer.
func (w *wall) expectStatus(t *testing.T, h lambda.Handler, want int, line, body string) events.APIGatewayV2HTTPResponse {
	t.Helper()
	method, target, _ := strings.Cut(line, " ")
	path, query, _ := strings.Cut(target, "?")
	a := w.send(t, h, method, path, query, body)
	if a.StatusCode != want {
		t.Errorf("%s: %d, want %d: %s", line, a.StatusCode, want, a.Body)
	}
	return a
}

func idOf(a events.APIGatewayV2HTTPResponse) string {
	location := a.Headers["Location"]
	return location[strings.LastIndexByte(location, '/')+1:]
}

// allowed fails for every access that the policies have refused.
func (w *wall) allowed(t *testing.T) {
	t.Helper()
	for _, access := range w.gate.Refused() {
		t.Error("refused: ", access)
	}
}

const op = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[%s]}`

// TestSecondWall: with tenantSessions, every access of every function is allowed by the policies of the
// template, and items of a tenant are reached by sessions only (Z-01).
func TestSecondWall(t *testing.T) {
	t.Parallel()
	w := newWall(t)
	users, groups := w.endpoints(t, "users", "Users", "Me"), w.endpoints(t, "groups", "Groups")
	var members []string
	for i := range 120 {
		a := w.expectStatus(t, users, 201, "POST /Users", fmt.Sprintf(`{"userName":"u%d","externalId":"x%d","emails":[{"value":"u%d@example.com"}]}`, i, i, i))
		members = append(members, `{"value":"`+idOf(a)+`"}`)
	}
	first := strings.Trim(strings.TrimPrefix(members[0], `{"value":`), `"}`)
	g := "/Groups/" + idOf(w.expectStatus(t, groups, 201, "POST /Groups", `{"displayName":"all","members":[`+strings.Join(members, ",")+`]}`))
	small := "/Groups/" + idOf(w.expectStatus(t, groups, 201, "POST /Groups", `{"displayName":"small","members":[`+members[0]+`]}`))
	for _, path := range []string{"/Users/" + first, "/Users?filter=userName+eq+%22u3%22", "/Users?startIndex=101&count=10", "/Users?count=10", "/Users?filter=emails+co+%22u3%22"} {
		w.expectStatus(t, users, 200, "GET "+path, "")
	}
	w.expectStatus(t, users, 200, "PATCH /Users/"+first, fmt.Sprintf(op, `{"op":"replace","path":"userName","value":"renamed"}`))
	w.expectStatus(t, users, 200, "PUT /Users/"+first, `{"userName":"renamed","active":false}`)
	w.expectStatus(t, groups, 200, "GET "+g, "")
	w.expectStatus(t, groups, 200, "PATCH "+small+"?excludedAttributes=members", fmt.Sprintf(op, `{"op":"add","path":"members","value":[`+members[1]+`]},{"op":"replace","path":"displayName","value":"little"}`))
	w.expectStatus(t, groups, 200, "PUT "+g, `{"displayName":"all","members":[`+members[2]+`]}`)
	w.expectStatus(t, groups, 204, "DELETE "+small, "")
	w.expectStatus(t, users, 204, "DELETE /Users/"+first, "")
	w.expectStatus(t, w.endpoints(t, "bulk", "Bulk"), 200, "POST /Bulk", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[{"method":"POST","path":"/Users","bulkId":"a","data":{"userName":"b"}}]}`)
	w.expectStatus(t, w.endpoints(t, "resources"), 200, `GET /?filter=userName+eq+%22b%22`, "")
	w.allowed(t)

	second := strings.Trim(strings.TrimPrefix(members[1], `{"value":`), `"}`)
	w.token = w.tenant(t, "acme", second)
	discovery := w.endpoints(t, "discovery", "ServiceProviderConfig", "ResourceTypes", "Schemas")
	w.expectStatus(t, discovery, 200, "GET /Schemas", "")
	w.allowed(t)
	c := w.function(t, "activity")
	log, err := c.HTTP(&w.log, scimstack.Config{}, scimstack.Activity(), scimstack.Events())
	if err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{"", "?resource=" + second} {
		res := invoke(t, log, []byte(`{"version":"2.0","rawPath":"/activity/acme","rawQueryString":"`+strings.TrimPrefix(query, "?")+`","headers":{"authorization":"Bearer `+w.token+`"},"requestContext":{"http":{"method":"GET"}}}`))
		if res.StatusCode != http.StatusOK {
			t.Errorf("activity: %d %s", res.StatusCode, res.Body)
		}
	}
	w.allowed(t)
	w.plans(t)
	w.stream(t)
	w.token = w.tenant(t, "acme", "")
	for _, path := range []string{"/events/acme", "/events/acme/snapshot"} {
		res := invoke(t, log, []byte(`{"version":"2.0","rawPath":"`+path+`","rawQueryString":"limit=500","headers":{"authorization":"Bearer `+w.token+`"},"requestContext":{"http":{"method":"GET"}}}`))
		if res.StatusCode != http.StatusOK || !strings.Contains(res.Body, second) {
			t.Errorf("%s: %d %s", path, res.StatusCode, res.Body)
		}
	}
	w.allowed(t)
	for key, n := range w.gate.Passed() {
		role, action, _ := strings.Cut(key, " ")
		touch := action == "dynamodb:UpdateItem" && n == 1 // the last use of a token; TestWallRefuses has the attribute
		if w.policy.Roles[role] != nil && !touch && action != "dynamodb:GetItem" && action != "dynamodb:Query" {
			t.Errorf("%d accesses %s by the function's own role", n, key)
		}
	}
	if w.gate.Assumed() > 14 {
		t.Errorf("%d sessions for %d functions", w.gate.Assumed(), len(w.policy.Functions))
	}
}

// plans uses the plans of the agents' function.
func (w *wall) plans(t *testing.T) {
	t.Helper()
	c := w.function(t, "mcp")
	p, id := plans.New(dynamoplans.New(c.Client, c.Table)), tenantID(t, "acme")
	if err := p.Put(t.Context(), id, "one", []byte("x"), time.Now().Add(time.Hour)); err != nil {
		t.Error(err)
	}
	if _, err := p.Get(t.Context(), id, "one"); err != nil {
		t.Error(err)
	}
	if _, err := p.Take(t.Context(), id, "one"); err != nil {
		t.Error(err)
	}
	w.allowed(t)
}

// stream processes what has happened so far, in batches of two tenants.
func (w *wall) stream(t *testing.T) {
	t.Helper()
	w.token = w.tenant(t, "globex", "")
	c := w.function(t, "users")
	for i, name := range []string{"acme", "globex", "acme", "globex"} {
		r := scim.Change{Type: "User", ID: fmt.Sprintf("01900000-0000-7000-8000-00000000000%d", i), Now: time.Now(), Put: &scim.Resource{Document: []byte(`{}`)}}
		if _, err := c.Store(nil).Commit(t.Context(), tenantID(t, name), r); err != nil {
			t.Fatal(err)
		}
	}
	consumer := w.function(t, "stream").Consumer(slog.New(slog.DiscardHandler))
	f := streams.Follower{
		Tables: w.config.Client, Table: w.table, Log: slog.New(slog.DiscardHandler),
		Streams: dynamodbstreams.New(dynamodbstreams.Options{
			Region: "us-east-1", BaseEndpoint: aws.String(*w.config.Client.Options().BaseEndpoint), Credentials: credentials.NewStaticCredentialsProvider("x", "x", ""),
		}),
		Handle: func(ctx context.Context, shard string, records []streamtypes.Record) (string, error) {
			return consumer(ctx, streams.Records(shard, records))
		},
	}
	if err := f.Drain(t.Context()); err != nil {
		t.Error(err)
	}
	h, err := w.function(t, "stream").Stream(&w.log, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Invoke(t.Context(), []byte(`{"health":{}}`)); err != nil || !strings.Contains(w.log.String(), `"connections_failing":0`) {
		t.Error(err, w.log.String())
	}
	if _, err := h.Invoke(t.Context(), []byte(`{"recount":{}}`)); err != nil || strings.Contains(w.log.String(), `"msg":"recount","tenant"`) {
		t.Errorf("recount: %v %s", err, w.log.String())
	}
	w.allowed(t)
	for name, want := range map[string]string{"acme": "122", "globex": "2"} {
		out, err := w.config.Client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &w.table, Key: keyOf("T#"+name+"#N", "User")})
		if err != nil || number(out.Item["n"]) != want {
			t.Errorf("%s: counter %q, want %s (%v)", name, number(out.Item["n"]), want, err)
		}
	}
}
