package dynamolog_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/activity/dynamolog"
)

// ttl reads the TTL attribute of a record.
func ttl(t *testing.T, client *dynamodb.Client, id string) string {
	t.Helper()
	out, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{
		TableName: aws.String(table), Key: map[string]types.AttributeValue{
			"PK": &types.AttributeValueMemberS{Value: "T#acme#A"}, "SK": &types.AttributeValueMemberS{Value: id},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	n, ok := out.Item["ttl"].(*types.AttributeValueMemberN)
	if !ok {
		t.Fatalf("no ttl in %v", out.Item)
	}
	return n.Value
}

// TestDaysOfATenant: a record is kept as long as the settings of its tenant say.
func TestDaysOfATenant(t *testing.T) {
	t.Parallel()
	_, client := start(t)
	at := time.Unix(1_800_000_000, 0)
	r := activity.Record{ID: activity.NewID(at), Time: at, Tenant: acme(t), Status: 200, Days: 2}
	if err := dynamolog.New(client, dynamolog.Options{Table: table}).Append(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if got := ttl(t, client, r.ID); got != "1800172800" {
		t.Error(got)
	}
}
