package function_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/internal/lambdarun"
	"github.com/scimstack/scimstack/internal/racing"
	"github.com/scimstack/scimstack/internal/streams"
)

const enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

// leaver ends a request in the middle of its writes.
type leaver struct {
	*service
	after  int64 // transactions until the client hangs up
	frozen bool  // the function is stopped at the same moment, and writes nothing any more
}

// request sends a request and waits for its function, not for its answer.
func (l leaver) request(t *testing.T, h lambda.Handler, method, path, body string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var commits atomic.Int64
	l.engine.Inject(func(op string, _ int) dynamotest.Fault {
		left := commits.Load() >= l.after
		switch {
		case left && l.frozen && op != "Query" && op != "GetItem" && op != "BatchGetItem":
			cancel()
			return dynamotest.Fault{Kind: dynamotest.Refuse}
		case left:
			cancel()
		case op == "TransactWriteItems":
			commits.Add(1)
		}
		return dynamotest.Fault{}
	})
	defer l.engine.Inject(nil)
	e := events.APIGatewayV2HTTPRequest{Version: "2.0", RawPath: "/scim/v2/acme" + path, Body: body}
	e.Headers = map[string]string{"authorization": "Bearer " + l.token, "content-type": "application/scim+json"}
	e.RequestContext.HTTP.Method = method
	payload, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = h.Invoke(ctx, payload)
	if ctx.Err() == nil {
		t.Fatalf("the request ended after %d transactions", commits.Load())
	}
}

// drain passes the table's stream to the stream function until it is empty.
func (s *service) drain(t *testing.T) {
	t.Helper()
	h, err := s.config.Stream(&s.log, nil)
	if err != nil {
		t.Fatal(err)
	}
	o := s.config.Client.Options()
	f := streams.Follower{
		Tables: s.config.Client, Table: s.config.Table, Log: slog.New(slog.DiscardHandler),
		Streams: dynamodbstreams.New(dynamodbstreams.Options{Region: o.Region, BaseEndpoint: o.BaseEndpoint, Credentials: o.Credentials, HTTPClient: o.HTTPClient}),
		Handle: func(ctx context.Context, _ string, records []streamtypes.Record) (string, error) {
			payload, err := lambdarun.StreamEvent(records)
			if err != nil {
				return "", err
			}
			out, err := h.Invoke(ctx, payload)
			if err == nil && string(out) != `{"batchItemFailures":[]}` {
				err = errors.New(string(out))
			}
			return "", err
		},
	}
	if err := f.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (s *service) total(t *testing.T, h lambda.Handler, filter string) int {
	t.Helper()
	a := s.send(t, h, "GET", "/Users", "count=1&filter="+strings.NewReplacer(" ", "%20", `"`, "%22").Replace(filter), "")
	var list struct {
		Total *int `json:"totalResults"`
	}
	if err := json.Unmarshal([]byte(a.Body), &list); err != nil || a.StatusCode != http.StatusOK || list.Total == nil {
		t.Fatalf("%s: %d %v %.200s", filter, a.StatusCode, err, a.Body)
	}
	return *list.Total
}

// TestManagerDeletedByLeaver: a manager with 400 reports is deleted, and the client hangs up or the
// function ends in the middle. After the stream function no report names the manager, and DELETE again is 404.
func TestManagerDeletedByLeaver(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		reports int
		after   int64
		frozen  bool
	}{{400, 40, false}, {400, 40, true}, {120, 1, false}, {120, 1, true}, {120, 3, true}} {
		t.Run(fmt.Sprintf("%d reports, after %d transactions, stopped %t", c.reports, c.after, c.frozen), func(t *testing.T) {
			t.Parallel()
			if c.reports > 120 {
				racing.Skip(t)
			}
			s := newService(t)
			h := s.http(t)
			var ops []string
			for i := range c.reports {
				ops = append(ops, fmt.Sprintf(`{"method":"POST","path":"/Users","bulkId":"r%d","data":{"userName":"r%d",%q:{"manager":{"value":"bulkId:boss"}}}}`, i, i, enterprise))
			}
			ops = append(ops, `{"method":"POST","path":"/Users","bulkId":"boss","data":{"userName":"boss"}}`)
			s.send(t, h, "POST", "/Bulk", "", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[`+strings.Join(ops, ",")+`]}`)
			var found struct {
				Resources []struct {
					ID string `json:"id"`
				}
			}
			if err := json.Unmarshal([]byte(s.send(t, h, "GET", "/Users", "filter=userName%20eq%20%22boss%22", "").Body), &found); err != nil || len(found.Resources) != 1 {
				t.Fatal(err, found)
			}
			boss := found.Resources[0].ID
			names := enterprise + `:manager.value eq "` + boss + `"`
			if n := s.total(t, h, names); n != c.reports {
				t.Fatalf("%d reports", n)
			}
			leaver{s, c.after, c.frozen}.request(t, h, "DELETE", "/Users/"+boss, "")
			if c.frozen && s.total(t, h, names) == 0 {
				t.Error("the function was not stopped in the middle")
			}
			s.drain(t)
			if n := s.total(t, h, names) + s.total(t, h, enterprise+":manager pr"); n != 0 {
				t.Errorf("%d reports still name the manager", n)
			}
			if a := s.send(t, h, "DELETE", "/Users/"+boss, "", ""); a.StatusCode != http.StatusNotFound {
				t.Errorf("DELETE again: %d %s", a.StatusCode, a.Body)
			}
		})
	}
}

// TestKeysReleasedByStream: a user loses more indexed values than one transaction deletes, and the function
// ends in the middle. The stream function deletes the index items that are left.
func TestKeysReleasedByStream(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"PUT", "DELETE"} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			s := newService(t)
			h := s.http(t)
			var mails []string
			for i := range 300 {
				mails = append(mails, fmt.Sprintf(`{"value":"m%d@x.example"}`, i))
			}
			var made struct {
				ID string `json:"id"`
			}
			a := s.send(t, h, "POST", "/Users", "", `{"userName":"u","emails":[`+strings.Join(mails, ",")+`]}`)
			if err := json.Unmarshal([]byte(a.Body), &made); err != nil || a.StatusCode != http.StatusCreated {
				t.Fatal(err, a.Body)
			}
			left := func() int {
				n := 0
				for _, c := range s.engine.Changes(s.config.Table, "") {
					pk, _ := c.Keys["PK"].(*types.AttributeValueMemberS)
					switch {
					case !strings.HasPrefix(pk.Value, "T#acme#X#User.emails"):
					case c.Kind == "INSERT":
						n++
					case c.Kind == "REMOVE":
						n--
					}
				}
				return n
			}
			if n := left(); n != 300 {
				t.Fatalf("%d index items", n)
			}
			leaver{s, 1, true}.request(t, h, method, "/Users/"+made.ID, `{"userName":"u"}`)
			if n := left(); n == 0 || n == 300 {
				t.Errorf("%d index items are left after the request", n)
			}
			s.drain(t)
			if n := left(); n != 0 {
				t.Errorf("%d index items are left after the stream", n)
			}
		})
	}
}
