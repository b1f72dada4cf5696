package dynamo_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// The processes of these tests end in the middle of their work, and their clocks were ahead by an hour. What they have left
// holds no other process up for that hour. TestInterruptedWriteGivesWay has the same of a large group.

func ahead() time.Time { return time.Now().Add(time.Hour) }

func TestBuildOfAnotherClock(t *testing.T) {
	t.Parallel()
	ix := beginIndexed(t, tenant.Settings{Types: devices(t, "")})
	ix.create("/Devices", device("1", "m1"))
	ix.put(func(s *tenant.Settings) { s.Types = devices(t, uniqueModel) })
	r := ix.settingsRecord(1)
	var doc struct {
		States json.RawMessage `json:"states"`
		Build  map[string]any  `json:"build"`
	}
	if err := json.Unmarshal(r.New["ix"].(*types.AttributeValueMemberB).Value, &doc); err != nil || doc.Build == nil {
		t.Fatal(err)
	}
	doc.Build["by"], doc.Build["until"] = "another", ahead().UnixMilli()
	claimed, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	_, err = ix.api.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
		TableName: aws.String(table), Key: r.Keys, UpdateExpression: aws.String("SET ix = :ix"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":ix": &types.AttributeValueMemberB{Value: claimed}},
	})
	if err != nil {
		t.Fatal(err)
	}
	c := dynamo.NewConsumer(ix.api, dynamo.Options{Table: table, Settle: time.Millisecond})
	if _, err := c.Process(t.Context(), []dynamo.StreamRecord{ix.settingsRecord(2)}); err != nil {
		t.Fatal(err)
	}
	if !ix.complete() {
		t.Error("no one builds")
	}
}

func TestDeletionOfAnotherClock(t *testing.T) {
	t.Parallel()
	_, api := serve(t)
	acme := id(t, "acme")
	other := dynamo.NewTenantsWith(api, dynamo.Options{Table: table, Now: ahead})
	createTenants(t, other, tenant.Settings{ID: acme})
	ctx, stop := context.WithCancel(t.Context())
	if _, err := other.Delete(ctx, acme, dynamo.Deletion{Progress: func(dynamo.Tally, time.Duration) { stop() }}); err == nil {
		t.Fatal("it was not interrupted")
	}
	ctx, stop = context.WithCancel(t.Context())
	defer stop()
	_, err := dynamo.NewTenants(api, table, nil).Delete(ctx, acme, dynamo.Deletion{Wait: 10 * time.Millisecond, Progress: func(_ dynamo.Tally, left time.Duration) {
		if left > 10*time.Millisecond {
			t.Errorf("it waits for %s", left)
			stop()
		}
	}})
	if err != nil {
		t.Error(err)
	}
}
