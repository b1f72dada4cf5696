package dynamo_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

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

func (p panicking) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, o ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	if p.op == "UpdateItem" {
		panic("UpdateItem")
	}
	return p.Client.UpdateItem(ctx, in, o...)
}

func (p panicking) DeleteItem(ctx context.Context, in *dynamodb.DeleteItemInput, o ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error) {
	if p.op == "DeleteItem" {
		panic("DeleteItem")
	}
	return p.Client.DeleteItem(ctx, in, o...)
}

// TestPanicsAreLogged: a panic in work that changes no answer is logged, with its stack (H-14). An error is not.
func TestPanicsAreLogged(t *testing.T) {
	t.Parallel()
	_, api := serve(t)
	acme := id(t, "acme")
	plain := dynamo.New(api, dynamo.Options{Table: table})
	users := seed(t, plain, 120)
	if _, err := plain.Commit(t.Context(), acme, scim.Change{Type: "Group", ID: "g", If: scim.IfAbsent, Now: time.Now(),
		Put: &scim.Resource{Type: "Group", ID: "g", Document: []byte(`{"displayName":"g"}`)}, AddMembers: span(0, 120)}); err != nil {
		t.Fatal(err)
	}
	remove := func(typ, id string) func(scim.Store) error {
		return func(s scim.Store) error {
			_, err := s.Commit(t.Context(), acme, scim.Change{Type: typ, ID: id, If: scim.IfAny, Now: time.Now(), Remove: true})
			return err
		}
	}
	for _, c := range []struct {
		op, in string
		call   func(scim.Store) error
	}{
		{"UpdateItem", "void the bookmarks", remove("User", users[0])},
		{"DeleteItem", "delete the edges of a removed group", remove("Group", "g")},
		{"PutItem", "leave a bookmark", func(s scim.Store) error {
			_, err := s.List(t.Context(), acme, "User", scim.Page{Limit: 2})
			if err == nil { // waits for the bookmark
				_, err = s.List(t.Context(), acme, "User", scim.Page{Offset: 2, Limit: 200})
			}
			return err
		}},
	} {
		var log lines
		if err := c.call(dynamo.New(panicking{api, c.op}, dynamo.Options{Table: table, Log: slog.New(slog.NewTextHandler(&log, nil))})); err != nil {
			t.Errorf("%s: %v", c.op, err)
		}
		if s := log.String(); strings.Count(s, "msg=panic") == 0 || !strings.Contains(s, c.in) || !strings.Contains(s, "cause="+c.op) || !strings.Contains(s, "panic_test.go") {
			t.Errorf("%s: %q", c.op, s)
		}
	}
}

// lines is a log that several goroutines write.
type lines struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
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
