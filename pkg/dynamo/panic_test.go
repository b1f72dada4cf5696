package dynamo_test

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// panicking is a client that panics in one operation.
type panicking struct {
	*dynamodb.Client
	op string
}

func (p panicking) GetItem(ctx context.Context, in *dynamodb.GetItemInput, o ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	if p.op == "GetItem" {
		panic("GetItem")
	}
	return p.Client.GetItem(ctx, in, o...)
}

func (p panicking) Query(ctx context.Context, in *dynamodb.QueryInput, o ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	if p.op == "Query" {
		panic("Query")
	}
	return p.Client.Query(ctx, in, o...)
}

func (p panicking) PutItem(ctx context.Context, in *dynamodb.PutItemInput, o ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	if p.op == "PutItem" {
		panic("PutItem")
	}
	return p.Client.PutItem(ctx, in, o...)
}

// TestPanicsEndTheCallAlone: a panic in a goroutine of the store is the error of the call that
// started it. It never ends the process (H-14).
func TestPanicsEndTheCallAlone(t *testing.T) {
	t.Parallel()
	_, api := serve(t)
	acme := id(t, "acme")
	users := seed(t, dynamo.New(api, dynamo.Options{Table: table}), 3)
	createTenants(t, dynamo.NewTenants(api, table, nil), tenant.Settings{ID: acme})
	on := func(op string) *dynamo.Store { return dynamo.New(panicking{api, op}, dynamo.Options{Table: table}) }
	for name, call := range map[string]func() error{
		"tokens beside settings": func() error {
			_, err := dynamo.NewTenants(panicking{api, "Query"}, table, nil).Resolve(t.Context(), acme)
			return err
		},
		"count beside a page": func() error {
			_, err := on("GetItem").List(t.Context(), acme, "User", scim.Page{Limit: 2})
			return err
		},
		"groups beside a user": func() error {
			_, _, err := on("Query").GetWithGroups(t.Context(), acme, "User", users[0])
			return err
		},
		"groups one by one": func() error {
			_, err := on("Query").MemberOf(t.Context(), acme, users[:1])
			return err
		},
	} {
		var p *async.PanicError
		if err := call(); !errors.As(err, &p) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := on("PutItem").List(t.Context(), acme, "User", scim.Page{Limit: 2}); err != nil {
		t.Errorf("a bookmark that fails: %v", err)
	}
}
