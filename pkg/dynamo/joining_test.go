package dynamo_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
)

// beforeWrite is a client that calls do once, before its nth write, or query, of one kind.
type beforeWrite struct {
	*dynamodb.Client
	op  string
	nth int
	mu  sync.Mutex
	do  func()
}

func (b *beforeWrite) at(op string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if op == b.op {
		if b.nth--; b.nth == 0 {
			b.do()
		}
	}
}

func (b *beforeWrite) PutItem(ctx context.Context, in *dynamodb.PutItemInput, o ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	b.at("put")
	return b.Client.PutItem(ctx, in, o...)
}

func (b *beforeWrite) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, o ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	b.at("update")
	return b.Client.UpdateItem(ctx, in, o...)
}

func (b *beforeWrite) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, o ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	b.at("transact")
	return b.Client.TransactWriteItems(ctx, in, o...)
}

func (b *beforeWrite) Query(ctx context.Context, in *dynamodb.QueryInput, o ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	b.at("query")
	return b.Client.Query(ctx, in, o...)
}

func span(from, to int) (out []scim.Member) {
	for n := from; n < to; n++ {
		out = append(out, scim.Member{ID: userID(n), Type: "User"})
	}
	return out
}

// TestMemberDeletedMeanwhile: a user is deleted while it is added to a group, at every step of the
// write. Either the write is refused and changes nothing, or the consumer of the stream takes
// the user out of the group.
func TestMemberDeletedMeanwhile(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		members int
		create  bool
		op      string
		nth     int
		refused bool
	}{
		"a few":                                 {members: 3, op: "transact", nth: 1, refused: true},
		"a few in a new group":                  {members: 3, create: true, op: "transact", nth: 1, refused: true},
		"many, while edges are marked":          {members: 150, op: "put", nth: 60, refused: true},
		"many, before the switch":               {members: 150, op: "update", nth: 3},
		"many in a new group, before the marks": {members: 150, create: true, op: "put", nth: 60, refused: true},
		"many in a new group, before its item":  {members: 150, create: true, op: "transact", nth: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, api := serve(t)
			o := dynamo.Options{Table: table, Patience: 50 * time.Millisecond}
			s, consumer, acme := dynamo.New(api, o), dynamo.NewConsumer(api, o), id(t, "acme")
			people(t, 0, c.members, s)
			g := scim.Change{Type: "Group", ID: groupID(1), Now: time.Now(), Put: &scim.Resource{Document: []byte(`{}`)}}
			if !c.create {
				if _, err := s.Commit(t.Context(), acme, g); err != nil {
					t.Fatal(err)
				}
				g.Put, g.If = nil, scim.IfAny
			}
			g.AddMembers = span(0, c.members)
			record := []dynamo.StreamRecord{removed(acme, "User", userID(1), 1)}
			api2 := &beforeWrite{Client: api, op: c.op, nth: c.nth, do: func() {
				if _, err := s.Commit(t.Context(), acme, scim.Change{Type: "User", ID: userID(1), If: scim.IfAny, Now: time.Now(), Remove: true}); err != nil {
					t.Error("removal:", err)
				}
				if _, err := consumer.Process(t.Context(), record); kind(err) != "busy" && kind(err) != "ok" {
					t.Error("consumer:", err)
				}
			}}
			_, err := dynamo.New(api2, o).Commit(t.Context(), acme, g)
			if got := kind(err); c.refused && got != "missing" || !c.refused && got != "ok" {
				t.Fatalf("%v, refused should be %v", err, c.refused)
			}
			if _, err := consumer.Process(t.Context(), record); err != nil {
				t.Error("consumer:", err)
			}
			l, err := s.Members(t.Context(), acme, groupID(1), scim.Page{Limit: 1000})
			if want := c.members - 1; err != nil || c.refused && len(l.Members) != 0 || !c.refused && (len(l.Members) != want || l.Total != want) {
				t.Errorf("%d members, total %d, %v", len(l.Members), l.Total, err)
			}
			if !c.refused {
				return
			}
			g.AddMembers = append(g.AddMembers[:1:1], g.AddMembers[2:]...)
			if _, err := s.Commit(t.Context(), acme, g); err != nil {
				t.Fatal("without the deleted member:", err)
			}
			l, err = s.Members(t.Context(), acme, groupID(1), scim.Page{Limit: 1000})
			if want := c.members - 1; err != nil || len(l.Members) != want || l.Total != want {
				t.Errorf("then %d members, total %d, %v", len(l.Members), l.Total, err)
			}
		})
	}
}

// TestAddAndDelete: users are added to a group and deleted at the same time, many times. No deleted
// user is a member afterwards.
func TestAddAndDelete(t *testing.T) {
	t.Parallel()
	_, api := serve(t)
	s, consumer, acme := dynamo.New(api, dynamo.Options{Table: table}), dynamo.NewConsumer(api, dynamo.Options{Table: table}), id(t, "acme")
	const rounds = 60
	people(t, 0, rounds, s)
	g := scim.Change{Type: "Group", ID: groupID(1), Now: time.Now(), Put: &scim.Resource{Document: []byte(`{}`)}}
	if _, err := s.Commit(t.Context(), acme, g); err != nil {
		t.Fatal(err)
	}
	for n := range rounds {
		var wg sync.WaitGroup
		wg.Go(func() {
			_, err := s.Commit(t.Context(), acme, scim.Change{Type: "Group", ID: groupID(1), If: scim.IfAny, Now: time.Now(), AddMembers: span(n, n+1)})
			var missing *scim.MissingError
			if err != nil && !errors.As(err, &missing) {
				t.Error("add:", err)
			}
		})
		wg.Go(func() {
			if _, err := s.Commit(t.Context(), acme, scim.Change{Type: "User", ID: userID(n), If: scim.IfAny, Now: time.Now(), Remove: true}); err != nil {
				t.Error("remove:", err)
			}
		})
		wg.Wait()
		if _, err := consumer.Process(t.Context(), []dynamo.StreamRecord{removed(acme, "User", userID(n), n+1)}); err != nil {
			t.Error(err)
		}
	}
	l, err := s.Members(t.Context(), acme, groupID(1), scim.Page{Limit: 100})
	if err != nil || l.Total != 0 || len(l.Members) != 0 {
		t.Error(fmt.Sprint(len(l.Members), " deleted users are members, total ", l.Total), err)
	}
}
