package tablefeed_test

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/internal/function"
	"github.com/scimstack/scimstack/internal/iamtest"
	"github.com/scimstack/scimstack/internal/lambdarun"
	"github.com/scimstack/scimstack/internal/streams"
	"github.com/scimstack/scimstack/internal/wake"
	"github.com/scimstack/scimstack/pkg/awslambda/tablefeed"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/feed/dynamofeed"
	"github.com/scimstack/scimstack/pkg/feed/webhook"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// cloud is what the functions reach: DynamoDB under the policies of the template, SQS, EventBridge, and a receiver.
type cloud struct {
	*testing.T
	gate   *iamtest.Gate
	policy *iamtest.Template
	admin  dynamo.API // past the policies
	store  *dynamo.Store
	table  string
	env    map[string]string
	hooks  *dynamofeed.Webhooks
	secret string
	stream *streams.Follower
	log    bytes.Buffer

	mu       sync.Mutex
	messages []message
	bus      []string // details' ids
	arrived  []string
	status   func(id string) int
	deaf     bool // SQS does not answer
}

type message struct {
	Body  string `json:"MessageBody"`
	Delay int    `json:"DelaySeconds"`
}

func newCloud(t *testing.T) *cloud {
	t.Helper()
	policy, err := iamtest.Load("../../../infra/cdk/stack/testdata/everything-service.golden.json")
	if err != nil {
		t.Fatal(err)
	}
	c := &cloud{T: t, policy: policy, table: policy.Functions["users"].Environment[function.EnvTable], secret: webhook.NewSecret()}
	engine, client := dynamotest.Start(t)
	c.admin, c.gate = client, iamtest.NewGate(policy, engine)
	server, err := dynamotest.Listen("127.0.0.1:0", c.gate)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	if err := dynamo.Create(t.Context(), client, c.table); err != nil {
		t.Fatal(err)
	}
	other := httptest.NewServer(http.HandlerFunc(c.aws))
	t.Cleanup(other.Close)
	c.env = map[string]string{
		"AWS_REGION": "eu-central-1", "AWS_SECRET_ACCESS_KEY": "x", "AWS_ENDPOINT_URL_DYNAMODB": server.URL, function.EnvSTS: server.URL,
		wake.EnvSQS: other.URL, tablefeed.EnvBridge: other.URL, wake.EnvQueue: other.URL + "/1/facts",
	}
	for _, name := range []string{"acme", "globex"} {
		if err := dynamo.NewTenants(client, c.table, nil).Create(t.Context(), tenant.Settings{ID: c.id(name)}); err != nil {
			t.Fatal(err)
		}
	}
	c.store = dynamo.New(client, dynamo.Options{Table: c.table})
	c.hooks = dynamofeed.NewWebhooks(client, dynamofeed.Options{Table: c.table})
	receiver := httptest.NewServer(http.HandlerFunc(c.receive))
	t.Cleanup(receiver.Close)
	e := webhook.Endpoint{ID: "app", URL: receiver.URL, Secrets: []string{c.secret}, Created: time.Now()}
	if err := c.hooks.Create(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	env := c.function("stream")
	queue, err := wake.FromEnv(c.getenv("stream"))
	if err != nil {
		t.Fatal(err)
	}
	env.Wake = queue.Facts
	h, err := env.Stream(&c.log, nil)
	if err != nil {
		t.Fatal(err)
	}
	c.stream = &streams.Follower{
		Tables: client, Table: c.table, Log: slog.New(slog.DiscardHandler),
		Streams: dynamodbstreams.New(dynamodbstreams.Options{Region: "us-east-1", BaseEndpoint: client.Options().BaseEndpoint, Credentials: credentials.NewStaticCredentialsProvider("x", "x", "")}),
		Handle: func(ctx context.Context, _ string, records []streamtypes.Record) (string, error) {
			payload, err := lambdarun.StreamEvent(records)
			if err == nil {
				_, err = h.Invoke(ctx, payload)
			}
			return "", err
		},
	}
	return c
}

func (c *cloud) id(name string) scim.TenantID {
	c.Helper()
	id, err := scim.ParseTenantID(name)
	if err != nil {
		c.Fatal(err)
	}
	return id
}

// getenv is the environment of a function as the template has it, where that is no reference.
func (c *cloud) getenv(name string) func(string) string {
	env := maps.Clone(c.env)
	for k, v := range c.policy.Functions[name].Environment {
		if env[k] == "" {
			env[k] = v
		}
	}
	env["AWS_ACCESS_KEY_ID"] = c.policy.Functions[name].Role
	env[tablefeed.EnvBus] = "scim-facts"
	return func(k string) string { return env[k] }
}

func (c *cloud) function(name string) function.Config {
	c.Helper()
	env, err := function.FromEnv(c.getenv(name))
	if err != nil || !env.Sessions {
		c.Fatal(name, err)
	}
	return env
}

// sender is the function webhooks, as a new environment of Lambda.
func (c *cloud) sender() lambda.Handler {
	c.Helper()
	h, err := tablefeed.New(c.function("webhooks"), c.getenv("webhooks"), &c.log)
	if err != nil {
		c.Fatal(err)
	}
	return h
}

// aws is SQS and EventBridge.
func (c *cloud) aws(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	c.mu.Lock()
	defer c.mu.Unlock()
	w.Header().Set("Content-Type", r.Header.Get("Content-Type"))
	switch r.Header.Get("X-Amz-Target") {
	case "AmazonSQS.SendMessage":
		if c.deaf {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		var m message
		if err := json.Unmarshal(body, &m); err != nil || m.Delay < 0 || m.Delay > 900 {
			c.Error(err, m)
		}
		c.messages = append(c.messages, m)
		sum := md5.Sum([]byte(m.Body)) // as SQS answers
		fmt.Fprintf(w, `{"MessageId":"1","MD5OfMessageBody":%q}`, hex.EncodeToString(sum[:]))
	case "AWSEvents.PutEvents":
		var in struct {
			Entries []struct{ Detail, DetailType, Source, EventBusName string }
		}
		if err := json.Unmarshal(body, &in); err != nil {
			c.Error(err)
		}
		list := make([]string, len(in.Entries))
		for i, e := range in.Entries {
			var f struct{ ID string }
			if err := json.Unmarshal([]byte(e.Detail), &f); err != nil || e.EventBusName != "scim-facts" {
				c.Error(err, e)
			}
			c.bus = append(c.bus, f.ID)
			list[i] = `{"EventId":"1"}`
		}
		fmt.Fprintf(w, `{"FailedEntryCount":0,"Entries":[%s]}`, strings.Join(list, ","))
	default:
		w.WriteHeader(http.StatusBadRequest)
	}
}

func (c *cloud) receive(w http.ResponseWriter, r *http.Request) {
	b, _ := io.ReadAll(r.Body)
	v, err := standardwebhooks.NewWebhook(c.secret)
	if err == nil {
		err = v.Verify(b, r.Header)
	}
	if err != nil {
		c.Error(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	id := r.Header.Get("webhook-id")
	if c.status != nil && c.status(id) != 0 {
		w.WriteHeader(c.status(id))
		return
	}
	c.arrived = append(c.arrived, id)
}

// user writes a user; n is 0 for a new one.
func (c *cloud) user(tenantName, id string, n int) {
	c.Helper()
	doc := fmt.Appendf(nil, `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":%q,"active":%t}`, id, n == 0)
	at := scim.IfAny
	if n == 0 {
		at = scim.IfAbsent
	}
	_, err := c.store.Commit(c.Context(), c.id(tenantName), scim.Change{Type: "User", ID: id, If: at, Now: time.Now(), Put: &scim.Resource{Document: doc}})
	if err != nil {
		c.Fatal(err)
	}
}

// follow lets the stream function work, and returns the messages since the last call.
func (c *cloud) follow() []message {
	c.Helper()
	if err := c.stream.Drain(c.Context()); err != nil {
		c.Fatal(err)
	}
	return c.sent()
}

func (c *cloud) sent() []message {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := c.messages
	c.messages = nil
	return out
}

// invoke passes messages to a new environment.
func (c *cloud) invoke(list []message) string {
	c.Helper()
	var e events.SQSEvent
	for i, m := range list {
		e.Records = append(e.Records, events.SQSMessage{MessageId: fmt.Sprint(i), Body: m.Body})
	}
	payload, err := json.Marshal(e)
	if err != nil {
		c.Fatal(err)
	}
	ctx, stop := context.WithTimeout(c.Context(), time.Minute)
	defer stop()
	out, err := c.sender().Invoke(ctx, payload)
	if err != nil {
		c.Fatal(err)
	}
	return string(out)
}

func (c *cloud) got() (arrived, bus []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.arrived), slices.Clone(c.bus)
}

const fine = `{"batchItemFailures":[]}`

// TestFunction: what the stream function has sequenced arrives at the webhook and on the bus, by the rights of the
// template alone.
func TestFunction(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	c.user("acme", "ann", 0)
	c.user("acme", "ann", 1)
	c.user("globex", "bob", 0)
	list := c.follow()
	if len(list) == 0 || list[0].Delay != 0 {
		t.Fatal(list, c.log.String())
	}
	if got := c.invoke(list); got != fine {
		t.Error(got, c.log.String())
	}
	arrived, bus := c.got()
	slices.Sort(bus)
	acme := slices.DeleteFunc(slices.Clone(arrived), func(id string) bool { return !strings.HasPrefix(id, "acme") })
	if len(arrived) != 3 || !slices.Equal(acme, []string{"acme.1", "acme.2"}) || !slices.Equal(bus, []string{"acme.1", "acme.2", "globex.1"}) {
		t.Error(arrived, bus, c.log.String())
	}
	if got := c.invoke(list); got != fine { // a message that comes twice
		t.Error(got)
	}
	if again, _ := c.got(); len(again) != 3 || len(c.sent()) != 0 {
		t.Error("a message that comes twice changes something:", again)
	}
	if refused := c.gate.Refused(); len(refused) > 0 {
		t.Error(refused)
	}
	if strings.Contains(c.log.String(), "ann") {
		t.Error("the log has data of people:", c.log.String())
	}
}

// TestAgain: a delivery that fails is due again by a message with a delay, and its resource waits for it.
func TestAgain(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	c.status = func(id string) int {
		if id == "acme.1" {
			return 500
		}
		return 0
	}
	c.user("acme", "ann", 0)
	c.user("acme", "ann", 1)
	c.user("acme", "eve", 0)
	if got := c.invoke(c.follow()); got != fine {
		t.Error(got, c.log.String())
	}
	list := c.sent()
	if arrived, _ := c.got(); len(list) != 1 || list[0].Delay < 3 || list[0].Delay > 6 || len(arrived) != 1 {
		t.Fatal(list, arrived, c.log.String())
	}
	c.mu.Lock()
	c.status = nil
	c.mu.Unlock()
	if err := c.hooks.Hurry(t.Context(), "app", time.Now(), false); err != nil { // the delay has passed
		t.Fatal(err)
	}
	if got := c.invoke(list); got != fine {
		t.Error(got)
	}
	arrived, _ := c.got()
	if len(arrived) != 3 || slices.Index(arrived, "acme.2") < slices.Index(arrived, "acme.1") || len(c.sent()) != 0 {
		t.Error(arrived)
	}
	if refused := c.gate.Refused(); len(refused) > 0 {
		t.Error(refused)
	}
}

// TestNobodyWoken: without the queue the schedule finds what is new; the stream function only says so.
func TestNobodyWoken(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	c.deaf = true
	c.user("acme", "ann", 0)
	if list := c.follow(); len(list) != 0 || !strings.Contains(c.log.String(), "no one could be woken") {
		t.Error(list, c.log.String())
	}
	h := c.sender()
	tablefeed.At(h, time.Date(2026, 1, 2, 3, 5, 0, 0, time.UTC))
	if _, err := h.Invoke(t.Context(), []byte(`{"due":{}}`)); err != nil {
		t.Error(err, c.log.String())
	}
	if arrived, bus := c.got(); len(arrived) != 1 || len(bus) != 1 {
		t.Error(arrived, bus, c.log.String())
	}
	if refused := c.gate.Refused(); len(refused) > 0 {
		t.Error(refused)
	}
}

// TestTroubled: if the table does not answer, messages come again.
func TestTroubled(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	c.user("acme", "ann", 0)
	list := append(c.follow(), message{Body: "no JSON"})
	if got := c.invoke(list); !strings.Contains(got, fmt.Sprintf(`"itemIdentifier":"%d"`, len(list)-1)) || strings.Count(got, "itemIdentifier") != 1 {
		t.Error(got)
	}
	c.env["AWS_ENDPOINT_URL_DYNAMODB"] = "http://127.0.0.1:1"
	if got := c.invoke(list[:1]); !strings.Contains(got, `"itemIdentifier":"0"`) {
		t.Error(got)
	}
}

// TestEnvironment: what is missing is named.
func TestEnvironment(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	for name, want := range map[string]string{wake.EnvQueue: wake.EnvQueue, tablefeed.EnvWebhooks: tablefeed.EnvWebhooks} {
		getenv := c.getenv("webhooks")
		_, err := tablefeed.New(c.function("webhooks"), func(k string) string {
			if k == name || k == tablefeed.EnvBus {
				return ""
			}
			return getenv(k)
		}, io.Discard)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Error(name, err)
		}
	}
}
