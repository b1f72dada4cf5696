package function_test

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"

	"github.com/scimstack/scimstack/pkg/dynamo"
)

// TestScheduledRecount: the event of the nightly schedule corrects a counter, and logs that it was wrong.
func TestScheduledRecount(t *testing.T) {
	t.Parallel()
	s := newService(t)
	name, err := scim.ParseTenantID("counted")
	if err != nil {
		t.Fatal(err)
	}
	if err := dynamo.NewTenants(s.config.Client, s.config.Table, nil).Create(t.Context(), tenant.Settings{ID: name}); err != nil {
		t.Fatal(err)
	}
	key := map[string]types.AttributeValue{"PK": &types.AttributeValueMemberS{Value: "T#counted#N"}, "SK": &types.AttributeValueMemberS{Value: "User"}}
	wrong := map[string]types.AttributeValue{"n": &types.AttributeValueMemberN{Value: "-7"}, "PK": key["PK"], "SK": key["SK"]}
	if _, err := s.config.Client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String(s.config.Table), Item: wrong}); err != nil {
		t.Fatal(err)
	}
	h, err := s.config.Stream(&s.log, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for _, event := range []string{`{"recount":{}}`, `{"recount":{"tenants":["counted"]}}`} {
		if out, err := h.Invoke(ctx, []byte(event)); err != nil || string(out) != "{}" {
			t.Errorf("%s: %s %v", event, out, err)
		}
	}
	out, err := s.config.Client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String(s.config.Table), Key: key})
	if err != nil {
		t.Fatal(err)
	}
	if n, _ := out.Item["n"].(*types.AttributeValueMemberN); n == nil || n.Value != "0" {
		t.Errorf("%v", out.Item)
	}
	if _, err := h.Invoke(ctx, []byte(`{"recount":{"tenants":["NOT/a/name"]}}`)); err == nil {
		t.Error("an invalid tenant is accepted")
	}
}
