package function_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/scimstack/scimstack/internal/iamtest"
	"github.com/scimstack/scimstack/internal/streams"
	"github.com/scimstack/scimstack/pkg/dynamo"
)

// eventOf is a record as Lambda's event has it, as far as a filter can look.
func eventOf(r dynamo.StreamRecord) map[string]any {
	image := func(in map[string]types.AttributeValue) map[string]any {
		if in == nil {
			return nil
		}
		out := map[string]any{}
		for k, v := range in {
			switch v := v.(type) {
			case *types.AttributeValueMemberS:
				out[k] = map[string]any{"S": v.Value}
			case *types.AttributeValueMemberN:
				out[k] = map[string]any{"N": v.Value}
			}
		}
		return out
	}
	e := map[string]any{"eventName": r.Kind, "dynamodb": map[string]any{"Keys": image(r.Keys), "NewImage": image(r.New), "OldImage": image(r.Old)}}
	if r.ByTTL {
		e["userIdentity"] = map[string]any{"type": "Service", "principalId": "dynamodb.amazonaws.com"}
	}
	return e
}

// kindOf names the kind of a record: of its item, and of the change.
func kindOf(r dynamo.StreamRecord) string {
	pk, _ := r.Keys["PK"].(*types.AttributeValueMemberS)
	parts := strings.Split(pk.Value, "#")
	kind := r.Kind
	if r.ByTTL {
		kind += " by TTL"
	}
	if len(parts) < 3 {
		return pk.Value + " " + kind
	}
	return parts[2] + " " + kind
}

// TestStreamFilter: the event source mapping selects every record that makes the consumer do something,
// and leaves out most others. It takes the records of a busy table, and each removal by TTL too.
func TestStreamFilter(t *testing.T) {
	t.Parallel()
	patterns, err := iamtest.Filters("../../infra/cdk/stack/testdata/split-service.golden.json")
	if err != nil || len(patterns) == 0 {
		t.Fatal(patterns, err)
	}
	s := newService(t)
	busy(t, s)
	var records []dynamo.StreamRecord
	f := streams.Follower{
		Tables: s.config.Client, Table: "scim", Log: slog.New(slog.DiscardHandler),
		Streams: dynamodbstreams.New(dynamodbstreams.Options{
			Region: "us-east-1", BaseEndpoint: aws.String(*s.config.Client.Options().BaseEndpoint), Credentials: credentials.NewStaticCredentialsProvider("x", "x", ""),
		}),
		Handle: func(_ context.Context, shard string, list []streamtypes.Record) (string, error) {
			records = append(records, streams.Records(shard, list)...)
			return "", nil
		},
	}
	if err := f.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, r := range records { // each item as if time to live removed it
		if r.Kind == "INSERT" {
			r.Kind, r.Old, r.New, r.ByTTL = "REMOVE", r.New, nil, true
			r.Sequence += "9"
			records = append(records, r)
		}
	}
	process := s.config.Consumer(slog.New(slog.DiscardHandler))
	selected, all := map[string]int{}, map[string]int{}
	for _, r := range records {
		ok, err := iamtest.Selects(patterns, eventOf(r))
		if err != nil {
			t.Fatal(err)
		}
		ctx, meter := dynamo.WithMeter(t.Context())
		if _, err := process(ctx, []dynamo.StreamRecord{r}); err != nil {
			t.Fatal(err)
		}
		if calls := meter.Usage().Calls; calls > 0 && !ok {
			t.Errorf("the filter leaves out a record of kind %s, for which the consumer makes %d calls", kindOf(r), calls)
		}
		all[kindOf(r)]++
		if ok {
			selected[kindOf(r)]++
		}
	}
	for kind, n := range all {
		if selected[kind] > 0 && !strings.HasPrefix(kind, "E ") && !strings.HasPrefix(kind, "CFG ") && kind != "D REMOVE by TTL" && kind != "S REMOVE by TTL" {
			t.Errorf("%d of %d records of kind %s invoke the function", selected[kind], n, kind)
		}
	}
	for _, kind := range []string{"E INSERT", "E MODIFY", "E REMOVE", "X INSERT", "M INSERT", "M REMOVE", "A INSERT", "P INSERT", "D REMOVE by TTL", "S REMOVE by TTL"} {
		if all[kind] == 0 {
			t.Errorf("no record of kind %s: %v", kind, all)
		}
	}
}

// busy makes records of all kinds.
func busy(t *testing.T, s *service) {
	t.Helper()
	s.config.Activity = "all"
	h := s.http(t)
	var members []string
	for i := range 130 {
		members = append(members, `{"value":"`+idOf(s.send(t, h, "POST", "/Users", "", fmt.Sprintf(`{"userName":"u%d","externalId":"x"}`, i)))+`"}`)
	}
	s.send(t, h, "GET", "/Users", "startIndex=1&count=10", "")
	g := "/Groups/" + idOf(s.send(t, h, "POST", "/Groups", "", `{"displayName":"g","members":[`+strings.Join(members, ",")+`]}`))
	user := "/Users/" + strings.Trim(strings.TrimPrefix(members[0], `{"value":`), `"}`)
	s.send(t, h, "PATCH", user, "", fmt.Sprintf(op, `{"op":"replace","path":"displayName","value":"n"}`))
	s.send(t, h, "PATCH", g, "", fmt.Sprintf(op, `{"op":"remove","path":"members","value":[`+members[3]+`]}`))
	s.send(t, h, "DELETE", user, "", "")
	s.send(t, h, "DELETE", g, "", "")
}
