package soak

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/internal/streams"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// service is the service under test.
type service struct {
	handler http.Handler
	store   scim.Store
	tenant  scim.TenantID
	token   string
	faulty  bool
	// faults switches the faults on or off. quiet returns once the stream is drained. settle expires what is to expire.
	faults        func(on bool)
	quiet, settle func(*testing.T)
	// data is how much the store has, in any unit. The groups of a slow store get members for longer than a minute.
	data func(*testing.T) float64
}

const base = "http://soak.example" + scimstack.Prefix

func start(t *testing.T, store scim.Store) *service {
	tenants := tenant.NewMemory()
	id, _ := scim.ParseTenantID("acme")
	text, tok := tenant.NewToken(id, scim.All)
	tenants.Set(tenant.Record{Settings: tenant.Settings{ID: id, Limits: scim.Limits{Rate: scim.NoLimit}}, Tokens: []tenant.Token{tok}})
	h, err := scimstack.New(scimstack.Config{
		Store: store, Tenants: tenants, PublicBase: base, Hash: func(string) (string, error) { return "hashed", nil }, NoLog: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	return &service{handler: h, store: store, tenant: id, token: text, faults: func(bool) {}, quiet: func(*testing.T) {}, settle: func(*testing.T) {},
		data: func(*testing.T) float64 { return 1 },
	}
}

// onMemory keeps so little of the feed that it has all of it after the first minute, on a slow machine too.
func onMemory(t *testing.T) *service {
	return start(t, memory.NewWith(memory.Options{Feed: scim.Retention{Entries: 1000}}))
}

// onDynamo starts the service on the in-process engine with a consumer of its stream.
func onDynamo(t *testing.T) *service {
	engine := dynamotest.New()
	const records = 20_000
	engine.KeepRecords(records)
	server, err := dynamotest.Listen("127.0.0.1:0", engine)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	transport := &http.Transport{MaxIdleConnsPerHost: 128, ResponseHeaderTimeout: 10 * time.Second}
	t.Cleanup(transport.CloseIdleConnections)
	keys := dynamo.Static(aws.Credentials{AccessKeyID: "x", SecretAccessKey: "x"})
	client := dynamo.NewClient(dynamo.ClientOptions{
		Region: "us-east-1", Endpoint: server.URL, Credentials: keys, HTTPClient: &http.Client{Transport: transport},
	})
	if err := dynamo.Create(t.Context(), client, "scim"); err != nil {
		t.Fatal(err)
	}
	o := dynamo.Options{Table: "scim", Feed: scim.Retention{Age: 24 * time.Hour}} // settle expires it
	s := start(t, dynamo.New(client, o))
	s.faulty = true
	consumer := dynamo.NewConsumer(client, o)
	follower := &streams.Follower{
		Tables: client, Table: "scim", Log: slog.New(slog.DiscardHandler), Pause: 20 * time.Millisecond,
		Streams: dynamodbstreams.New(dynamodbstreams.Options{
			Region: "us-east-1", BaseEndpoint: aws.String(server.URL), Credentials: keys, HTTPClient: &http.Client{Transport: transport},
		}),
		Handle: func(ctx context.Context, shard string, records []streamtypes.Record) (string, error) {
			return consumer.Process(ctx, streams.Records(shard, records))
		},
	}
	ctx, cancel := context.WithCancel(context.Background())
	stop := func() error { return nil }
	run := func() {
		done := async.Go(func() error { return follower.Run(ctx) })
		stop = func() error { cancel(); return <-done }
	}
	run()
	t.Cleanup(func() { _ = stop() })
	seed := uint64(1)
	s.faults = func(on bool) {
		if seed++; !on {
			engine.Inject(nil)
			return
		}
		engine.Inject(dynamotest.Randomly(seed, 0.08, dynamotest.Throttle, dynamotest.Throttling, dynamotest.InternalError, dynamotest.Conflict,
			dynamotest.InProgress, dynamotest.Unprocessed, dynamotest.DropBefore, dynamotest.DropAfter, dynamotest.DropAfter))
	}
	s.data = func(t *testing.T) float64 {
		out, err := client.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: aws.String("scim")})
		if err != nil {
			t.Fatal(err)
		}
		return float64(aws.ToInt64(out.Table.TableSizeBytes))
	}
	s.quiet = func(t *testing.T) {
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		if err := follower.Drain(context.Background()); err != nil {
			t.Fatal(err)
		}
		ctx, cancel = context.WithCancel(context.Background())
		run()
	}
	s.settle = func(t *testing.T) {
		engine.Expire(time.Now().Add(48 * time.Hour))
		engine.ForgetTokens()
		s.quiet(t)
		engine.KeepRecords(1) // they are processed; the next write trims the stream
		trim := map[string]types.AttributeValue{"PK": &types.AttributeValueMemberS{Value: "trim"}, "SK": &types.AttributeValueMemberS{Value: "trim"}, "n": &types.AttributeValueMemberN{Value: strconv.Itoa(int(seed))}}
		if _, err := client.PutItem(context.Background(), &dynamodb.PutItemInput{TableName: aws.String("scim"), Item: trim}); err != nil {
			t.Fatal(err)
		}
		engine.KeepRecords(records)
	}
	return s
}

// answer is the answer to one request.
type answer struct {
	status int
	hung   bool // the client hung up, perhaps before the answer
	body   map[string]any
}

func (a answer) ok() bool { return a.status >= 200 && a.status < 300 }

// unknown reports whether a write may have taken effect without the client's knowing.
func (a answer) unknown() bool { return !a.ok() && (a.hung || a.status >= 500 || a.status == 0) }

func (a answer) text(name string) string { v, _ := a.body[name].(string); return v }

func (a answer) version() string { return versionOf(a.body) }

func versionOf(body map[string]any) string {
	meta, _ := body["meta"].(map[string]any)
	v, _ := meta["version"].(string)
	return v
}

// do sends one request. hangUp cancels it after a random moment.
func (s *service) do(method, path, body, ifMatch string, hangUp time.Duration) answer {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if hangUp > 0 {
		defer time.AfterFunc(hangUp, cancel).Stop()
	}
	req := httptest.NewRequestWithContext(ctx, method, base+"/acme"+path, strings.NewReader(body))
	req.Header.Set("Authorization", "Bearer "+s.token)
	if body != "" {
		req.Header.Set("Content-Type", "application/scim+json")
	}
	if ifMatch != "" {
		req.Header.Set("If-Match", ifMatch)
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, req)
	a := answer{status: w.Code, hung: ctx.Err() != nil}
	if w.Body.Len() > 0 {
		d := json.NewDecoder(bytes.NewReader(w.Body.Bytes()))
		_ = d.Decode(&a.body)
	}
	return a
}

func oneIn(n int) bool { return rand.IntN(n) == 0 }
