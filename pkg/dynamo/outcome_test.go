package dynamo_test

import (
	"context"
	"errors"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// forgetful is a client that loses the response to its first PutItem or TransactWriteItems of each
// kind. Before the next try, others write.
type forgetful struct {
	*dynamodb.Client
	put, transact sync.Once
	others        func()
}

var errLost = &net.OpError{Op: "read", Err: errors.New("the response was lost")}

func (f *forgetful) PutItem(ctx context.Context, in *dynamodb.PutItemInput, o ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	out, err := f.Client.PutItem(ctx, in, o...)
	f.put.Do(func() { f.others(); out, err = nil, errLost })
	return out, err
}

func (f *forgetful) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, o ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	out, err := f.Client.TransactWriteItems(ctx, in, o...)
	f.transact.Do(func() { f.others(); out, err = nil, errLost })
	return out, err
}

// TestLostBeforeOthers: the response to a write is lost, and another writer changes the resource
// before the next try. The answer is never a refusal, and the write does not take effect again.
func TestLostBeforeOthers(t *testing.T) {
	t.Parallel()
	title := func(c scim.Change, v int64) scim.Change {
		c.If = v
		return c
	}
	remove := scim.Change{Type: "User", ID: userID(1), If: scim.IfAny, Now: time.Now(), Remove: true}
	for name, c := range map[string]struct {
		mine, other scim.Change
		want        string
	}{
		"If, then a put":             {title(newUser(1, "ann", `"mine"`), 1), title(newUser(1, "ann", `"other"`), scim.IfAny), "busy"},
		"plain, then a put":          {title(newUser(1, "ann", `"mine"`), scim.IfAny), title(newUser(1, "ann", `"other"`), scim.IfAny), "busy"},
		"plain, then a transaction":  {title(newUser(1, "ann", `"mine"`), scim.IfAny), title(newUser(1, "anne", `"other"`), scim.IfAny), "busy"},
		"If, then a removal":         {title(newUser(1, "ann", `"mine"`), 1), remove, "busy"},
		"plain, then a removal":      {title(newUser(1, "ann", `"mine"`), scim.IfAny), remove, "busy"},
		"renaming, then a put":       {title(newUser(1, "anne", `"mine"`), 1), title(newUser(1, "anne", `"other"`), scim.IfAny), "ok"},
		"renaming, then a removal":   {title(newUser(1, "anne", `"mine"`), 1), remove, "ok"},
		"a create, then a removal":   {newUser(2, "bob", `"mine"`), scim.Change{Type: "User", ID: userID(2), If: scim.IfAny, Now: time.Now(), Remove: true}, "ok"},
		"a removal, then a new user": {remove, newUser(3, "ann", `"other"`), "ok"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, api := serve(t)
			s, acme := dynamo.New(api, dynamo.Options{Table: table}), id(t, "acme")
			commit := func(c scim.Change) {
				if _, err := s.Commit(t.Context(), acme, c); err != nil {
					t.Error("another writer:", err)
				}
			}
			commit(newUser(1, "ann", `"first"`))
			mine := dynamo.New(&forgetful{Client: api, others: func() { commit(c.other) }}, dynamo.Options{Table: table})
			if _, err := mine.Commit(t.Context(), acme, c.mine); kind(err) != c.want {
				t.Errorf("%v, want %s", err, c.want)
			}
			r, err := s.Get(t.Context(), acme, "User", c.other.ID)
			if c.other.Remove != (err != nil) || err == nil && string(r.Document) != `"other"` {
				t.Errorf("the later write was lost: %v %v", r, err)
			}
		})
	}
}

// TestLostTenants: the same for the settings of a tenant.
func TestLostTenants(t *testing.T) {
	t.Parallel()
	_, api := serve(t)
	plain := dynamo.NewTenants(api, table, nil)
	put := func(idp string) func() {
		return func() {
			if err := plain.Put(t.Context(), tenant.Settings{ID: id(t, "acme"), IdP: idp}); err != nil {
				t.Error(err)
			}
		}
	}
	if err := dynamo.NewTenants(&forgetful{Client: api, others: put("okta")}, table, nil).Create(t.Context(), tenant.Settings{ID: id(t, "acme")}); err != nil {
		t.Error("create:", err)
	}
	if err := dynamo.NewTenants(&forgetful{Client: api, others: put("entra")}, table, nil).Put(t.Context(), tenant.Settings{ID: id(t, "acme"), IdP: "ping"}); err != nil {
		t.Error("put:", err)
	}
	if r, err := plain.Resolve(t.Context(), id(t, "acme")); err != nil || r.Settings.IdP != "entra" {
		t.Error("a later write was overwritten:", r, err)
	}
}
