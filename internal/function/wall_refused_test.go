package function_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"github.com/scimstack/scimstack/internal/session"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/storetest"
)

type attributes = map[string]types.AttributeValue

func keyOf(pk, sk string) attributes {
	return attributes{"PK": &types.AttributeValueMemberS{Value: pk}, "SK": &types.AttributeValueMemberS{Value: sk}}
}

func number(v types.AttributeValue) string {
	if n, ok := v.(*types.AttributeValueMemberN); ok {
		return n.Value
	}
	return ""
}

// attempts are requests that touch a partition key, each alone and together with one of acme.
func attempts(table, pk string) map[string]func(*dynamodb.Client, context.Context) error {
	key, own := keyOf(pk, "x"), keyOf("T#acme#E#User#0", "x")
	write := func(k attributes) types.WriteRequest {
		return types.WriteRequest{PutRequest: &types.PutRequest{Item: k}}
	}
	return map[string]func(*dynamodb.Client, context.Context) error{
		"get": func(c *dynamodb.Client, ctx context.Context) error {
			_, err := c.GetItem(ctx, &dynamodb.GetItemInput{TableName: &table, Key: key})
			return err
		},
		"query": func(c *dynamodb.Client, ctx context.Context) error {
			_, err := c.Query(ctx, &dynamodb.QueryInput{TableName: &table, KeyConditionExpression: aws.String("PK = :p"), ExpressionAttributeValues: attributes{":p": key["PK"]}})
			return err
		},
		"index": func(c *dynamodb.Client, ctx context.Context) error {
			_, err := c.Query(ctx, &dynamodb.QueryInput{TableName: &table, IndexName: aws.String("GSI1"), KeyConditionExpression: aws.String("GSI1PK = :p"), ExpressionAttributeValues: attributes{":p": key["PK"]}})
			return err
		},
		"batch get": func(c *dynamodb.Client, ctx context.Context) error {
			_, err := c.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{table: {Keys: []attributes{own, key}}}})
			return err
		},
		"put": func(c *dynamodb.Client, ctx context.Context) error {
			_, err := c.PutItem(ctx, &dynamodb.PutItemInput{TableName: &table, Item: key})
			return err
		},
		"update": func(c *dynamodb.Client, ctx context.Context) error {
			_, err := c.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: &table, Key: key, UpdateExpression: aws.String("REMOVE #d"), ExpressionAttributeNames: map[string]string{"#d": "doc"}})
			return err
		},
		"delete": func(c *dynamodb.Client, ctx context.Context) error {
			_, err := c.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &table, Key: key})
			return err
		},
		"batch write": func(c *dynamodb.Client, ctx context.Context) error {
			_, err := c.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{table: {write(own), write(key)}}})
			return err
		},
		"transaction": func(c *dynamodb.Client, ctx context.Context) error {
			_, err := c.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
				{Put: &types.Put{TableName: &table, Item: own}}, {Delete: &types.Delete{TableName: &table, Key: key}},
			}})
			return err
		},
	}
}

func denied(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) && api.ErrorCode() == "AccessDeniedException"
}

// TestWallRefuses: a session of a tenant reaches no item of another tenant, whatever request names it,
// and writes no settings and tokens, except that the stream function writes the states of indexes; a function's own role reaches settings and tokens only, to read, and to write
// the last use of a token (Z-01).
func TestWallRefuses(t *testing.T) {
	t.Parallel()
	w := newWall(t)
	bound := session.With(t.Context(), tenantID(t, "acme"))
	for _, name := range []string{"users", "stream", "mcp", "discovery", "activity"} {
		client := w.function(t, name).Client
		for _, pk := range []string{"T#globex#E#User#0", "T#acme2#E#User#0", "T#globex#CFG", "T#globex#A", "TENANTS", "T##E", "T#acme"} {
			for what, try := range attempts(w.table, pk) {
				if err := try(client, bound); !denied(err) {
					t.Errorf("%s: %s of %s with a session of acme: %v", name, what, pk, err)
				}
			}
		}
		for _, pk := range []string{"T#acme#CFG", "T#acme#TOK"} {
			for what, try := range attempts(w.table, pk) {
				if reads := strings.Contains(what, "get") || what == "query" || what == "index"; !reads && !denied(try(client, bound)) {
					t.Errorf("%s: %s of %s with a session of acme", name, what, pk)
				}
			}
		}
		states := &dynamodb.UpdateItemInput{
			TableName: &w.table, Key: keyOf("T#acme#CFG", "#"), UpdateExpression: aws.String("SET ix = :ix, ixv = :n, need = :n"), ConditionExpression: aws.String("attribute_exists(PK)"),
			ExpressionAttributeValues: attributes{":ix": &types.AttributeValueMemberB{}, ":n": &types.AttributeValueMemberN{Value: "1"}},
		}
		if _, err := client.UpdateItem(bound, states); denied(err) != (name != "stream") {
			t.Errorf("%s: states of indexes: %v", name, err)
		}
		for attr, only := range map[string]string{"u": "stream", "h": "", "sc": "", "rv": ""} { // the last use of a token, and what it is worth
			use := &dynamodb.UpdateItemInput{
				TableName: &w.table, Key: keyOf("T#acme#TOK", "k"), UpdateExpression: aws.String("SET " + attr + " = :n"),
				ConditionExpression:       aws.String("attribute_exists(PK)"),
				ExpressionAttributeValues: attributes{":n": &types.AttributeValueMemberN{Value: "1"}},
			}
			if _, err := client.UpdateItem(t.Context(), use); denied(err) != (attr != "u" || name == only) {
				t.Errorf("%s: attribute %s of a token with the function's own role: %v", name, attr, err)
			}
			if _, err := client.UpdateItem(bound, use); attr != "u" && !denied(err) {
				t.Errorf("%s: attribute %s of a token with a session: %v", name, attr, err)
			}
		}
		for _, pk := range []string{"T#acme#E#User#0", "T#acme#A", "T#acme#N"} {
			for what, try := range attempts(w.table, pk) {
				if err := try(client, t.Context()); !denied(err) {
					t.Errorf("%s: %s of %s with the function's own role: %v", name, what, pk, err)
				}
			}
		}
	}
	w.gate.Refused()
}

// TestWallStore: the store keeps all promises of scim.Store with tenant sessions, and none of its accesses
// is refused.
func TestWallStore(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("the conformance suite")
	}
	storetest.Behaviour(t, func(t *testing.T) scim.Store {
		t.Helper()
		w := newWall(t)
		t.Cleanup(func() { w.allowed(t) })
		return w.function(t, "users").Store(nil)
	})
}
