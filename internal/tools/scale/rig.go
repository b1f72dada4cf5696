package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/activity/dynamolog"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

const table = "scim"

// clock stands between two calls of pass.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// rig is the whole service over an engine, without a network in front.
type rig struct {
	ctx     context.Context
	engine  *dynamotest.Engine
	clock   *clock
	handler http.Handler
	stream  *dynamo.Consumer
	tokens  []string // of tenant-0, tenant-1, …
	close   func()
}

// newRig starts the service with a number of tenants. Each has the default limits but one: no limit
// of its rate, because the walls of the table are to be found.
func newRig(ctx context.Context, tenants int) (*rig, error) {
	r := &rig{ctx: ctx, engine: dynamotest.New(), clock: &clock{at: time.Unix(1767323045, 0).UTC()}}
	server, err := dynamotest.Listen("127.0.0.1:0", r.engine) //nolint:contextcheck // it listens until close
	if err != nil {
		return nil, err
	}
	r.close = server.Close
	r.engine.KeepRecords(100_000)
	api := dynamo.NewClient(dynamo.ClientOptions{Region: "us-east-1", Endpoint: server.URL,
		Credentials: dynamo.Static(aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"})})
	if err := r.begin(api, tenants); err != nil { //nolint:contextcheck // as above
		server.Close()
		return nil, err
	}
	return r, nil
}

func (r *rig) begin(api *dynamodb.Client, tenants int) error {
	if err := dynamo.Create(r.ctx, api, table); err != nil {
		return err
	}
	known := dynamo.NewTenants(api, table, r.clock.now)
	for n := range tenants {
		id, err := scim.ParseTenantID(tenantName(n))
		if err != nil {
			return err
		}
		text, token := tenant.NewToken(id, scim.All)
		if err := known.Create(r.ctx, tenant.Settings{ID: id, Limits: scim.Limits{Rate: scim.NoLimit}}); err != nil {
			return err
		}
		if err := known.AddToken(r.ctx, id, token); err != nil {
			return err
		}
		r.tokens = append(r.tokens, text)
	}
	o := dynamo.Options{Table: table, Now: r.clock.now, LargeGroup: 100} // those that are played stand for large ones
	recorder := activity.NewRecorder(dynamolog.New(api, dynamolog.Options{Table: table}), activity.Options{})
	h, err := scimstack.New(scimstack.Config{Store: dynamo.New(api, o), Tenants: known, PublicBase: "https://scim.example.com" + scimstack.Prefix,
		Now: r.clock.now, Recorder: recorder, Timeout: time.Minute})
	if err != nil {
		return err
	}
	r.stream, r.handler = dynamo.NewConsumer(api, o), recorder.Flushing(h, time.Second)
	return nil
}

func tenantName(n int) string { return fmt.Sprintf("tenant-%d", n) }

// do sends a request to tenant n and returns the answer, or an error unless it is a success.
func (r *rig) do(n int, method, path, body string) (map[string]any, error) {
	req, err := http.NewRequestWithContext(r.ctx, method, "https://scim.example.com"+scimstack.Prefix+"/"+tenantName(n)+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+r.tokens[n])
	req.Header.Set("Content-Type", "application/scim+json")
	answer := httptest.NewRecorder()
	r.handler.ServeHTTP(answer, req)
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	if answer.Code >= 300 {
		return nil, fmt.Errorf("%s %s: %d %.300s", method, path, answer.Code, raw)
	}
	var m map[string]any
	if len(raw) > 0 {
		err = json.Unmarshal(raw, &m)
	}
	return m, err
}

// create creates a resource and returns its id.
func (r *rig) create(n int, path, body string) (string, error) {
	m, err := r.do(n, http.MethodPost, path, body)
	id, _ := m["id"].(string)
	return id, err
}

// drain processes the stream's records after the given one, and returns the last.
func (r *rig) drain(after string) (string, error) {
	for {
		var batch []dynamo.StreamRecord
		for _, c := range r.engine.Changes(table, after) {
			batch = append(batch, dynamo.StreamRecord{EventID: c.EventID, Sequence: c.Sequence, Shard: c.Shard, Kind: c.Kind,
				Keys: c.Keys, Old: c.Old, New: c.New, ByTTL: c.ByTTL})
			after = c.Sequence
		}
		if len(batch) == 0 {
			return after, nil
		}
		if _, err := r.stream.Process(r.ctx, batch); err != nil {
			return after, err
		}
	}
}
