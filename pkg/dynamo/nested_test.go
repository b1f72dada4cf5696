package dynamo_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
)

// afterRead calls a function once, between a read of the mark of nested groups and its answer.
type afterRead struct {
	*dynamodb.Client
	once sync.Once
	do   func()
}

func (a *afterRead) GetItem(ctx context.Context, in *dynamodb.GetItemInput, o ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	out, err := a.Client.GetItem(ctx, in, o...)
	if sk, ok := in.Key["SK"].(*types.AttributeValueMemberS); ok && sk.Value == "~nested" {
		a.once.Do(a.do)
	}
	return out, err
}

// TestNestedMeanwhile (L-06): a group is put into a group while another request reads whether there is any such
// group. The process shows indirect groups from then on.
func TestNestedMeanwhile(t *testing.T) {
	t.Parallel()
	_, api := serve(t)
	acme := id(t, "acme")
	client := &afterRead{Client: api}
	s := dynamo.New(client, dynamo.Options{Table: table})
	group := func(id string, members ...scim.Member) {
		if _, err := s.Commit(t.Context(), acme, scim.Change{Type: "Group", ID: id, If: scim.IfAbsent, Now: time.Now(),
			Put: &scim.Resource{Type: "Group", ID: id, Document: []byte(`{"displayName":"g"}`)}, AddMembers: members}); err != nil {
			t.Error(err)
		}
	}
	group("inner")
	client.do = func() { group("outer", scim.Member{ID: "inner", Type: "Group"}) }
	if _, err := s.Nested(t.Context(), acme); err != nil {
		t.Fatal(err)
	}
	if yes, err := s.Nested(t.Context(), acme); !yes || err != nil {
		t.Errorf("nested: %t, %v", yes, err)
	}
}
