package function_test

import (
	"context"
	"encoding/json"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/internal/dynamotest"
)

// TestB20Deadline: at Lambda's deadline, Bulk still answers and reports which operations were not
// carried out.
func TestB20Deadline(t *testing.T) {
	t.Parallel()
	t.Run("B-20 operations out of time are 503", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, deadlineInBulk)
	})
}

func deadlineInBulk(t *testing.T) {
	s := newServiceOn(t, dynamotest.NewDirect)
	s.config.Activity = "off" // its recorder would not end with the test
	h := s.http(t, "Bulk")
	s.send(t, h, "POST", "/Bulk", "", `{}`) // the tenant is cached from now on
	var writes atomic.Int64
	s.engine.Inject(func(op string, _ int) dynamotest.Fault {
		if op == "TransactWriteItems" && writes.Add(1) > 1 {
			return dynamotest.Fault{Kind: dynamotest.Hang}
		}
		return dynamotest.Fault{}
	})
	op := func(name string) string {
		return `{"method":"POST","path":"/Users","bulkId":"` + name + `","data":{"userName":"` + name + `"}}`
	}
	e := events.APIGatewayV2HTTPRequest{Version: "2.0", RawPath: "/scim/v2/acme/Bulk", Headers: map[string]string{"authorization": "Bearer " + s.token}}
	e.Body = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[` + strings.Join([]string{op("a"), op("b"), op("c")}, ",") + `]}`
	e.RequestContext.HTTP.Method = "POST"
	payload, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
	defer cancel()
	raw, err := h.Invoke(ctx, payload)
	if err != nil {
		t.Fatal(err)
	}
	var answer events.APIGatewayV2HTTPResponse
	var body struct {
		Operations []struct {
			BulkID string `json:"bulkId"`
			Status string `json:"status"`
		}
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(answer.Body), &body); err != nil {
		t.Fatalf("%v in %s", err, answer.Body)
	}
	var got []string
	for _, o := range body.Operations {
		got = append(got, o.BulkID+" "+o.Status)
	}
	if d := cmp.Diff([]string{"a 201", "b 503", "c 503"}, got); d != "" {
		t.Errorf("%s\n%s", d, answer.Body)
	}
}
