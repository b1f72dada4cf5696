package dynamo_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
)

// removed is the record of a removed resource.
func removed(t scim.TenantID, typ, id string, sequence int) dynamo.StreamRecord {
	r := inserted(t, typ, id, sequence)
	r.Kind = "REMOVE"
	return r
}

// inserted is the record of a new resource.
func inserted(t scim.TenantID, typ, id string, sequence int) dynamo.StreamRecord {
	return record("INSERT", "T#"+t.String()+"#E#"+typ+"#0", id, fmt.Sprint(sequence))
}

func record(kind, pk, sk, sequence string) dynamo.StreamRecord {
	return dynamo.StreamRecord{Kind: kind, Sequence: sequence, Keys: map[string]types.AttributeValue{
		"PK": &types.AttributeValueMemberS{Value: pk}, "SK": &types.AttributeValueMemberS{Value: sk},
	}}
}

// TestCountersOnce: records that are delivered twice, in other batches, are counted once.
func TestCountersOnce(t *testing.T) {
	t.Parallel()
	_, api := serve(t)
	c := dynamo.NewConsumer(api, dynamo.Options{Table: table})
	acme := id(t, "acme")
	var all []dynamo.StreamRecord
	for i := range 30 {
		all = append(all, inserted(acme, "User", userID(i), 90+i)) // from two digits to three
	}
	all = append(all, removed(acme, "User", userID(3), 200), record("MODIFY", "T#acme#E#User#0", userID(4), "201"),
		inserted(acme, "Group", groupID(1), 7), record("INSERT", "T#acme#M#g#0", "u", "202"), record("INSERT", "no key of ours", "u", "203"))
	for _, batch := range [][]dynamo.StreamRecord{all[:10], all[5:20], all[5:20], all[:32], all, all} {
		if failed, err := c.Process(t.Context(), batch); err != nil || failed != "" {
			t.Fatal(failed, err)
		}
	}
	for typ, want := range map[string]string{"User": "29", "Group": "1"} {
		out, err := api.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String(table), Key: record("", "T#acme#N", typ, "").Keys})
		if err != nil {
			t.Fatal(err)
		}
		if n, _ := out.Item["n"].(*types.AttributeValueMemberN); n == nil || n.Value != want {
			t.Errorf("%s: %v, want %s", typ, out.Item, want)
		}
	}
}

// TestConsumerFails: the consumer returns the record from which to repeat.
func TestConsumerFails(t *testing.T) {
	t.Parallel()
	e, api := serve(t)
	c := dynamo.NewConsumer(api, dynamo.Options{Table: table})
	acme := id(t, "acme")
	e.Inject(func(op string, _ int) dynamotest.Fault {
		if op == "Query" {
			return dynamotest.Fault{Kind: dynamotest.Throttling}
		}
		return dynamotest.Fault{}
	})
	failed, err := c.Process(t.Context(), []dynamo.StreamRecord{inserted(acme, "User", "a", 1), removed(acme, "User", "a", 2), inserted(acme, "User", "b", 3)})
	var busy *scim.BusyError
	if failed != "2" || !errors.As(err, &busy) {
		t.Errorf("%q %v", failed, err)
	}
}

// TestSweepAfterRemoval: edges that the removal of a user did not find, because the index lagged,
// are deleted when the consumer processes the record of the removal.
func TestSweepAfterRemoval(t *testing.T) {
	t.Parallel()
	e, api := serve(t)
	s := dynamo.New(api, dynamo.Options{Table: table})
	acme := id(t, "acme")
	users := seed(t, s, 3)
	commit := func(c scim.Change) {
		t.Helper()
		if _, err := s.Commit(t.Context(), acme, c); err != nil {
			t.Fatal(err)
		}
	}
	e.Lag(1000)
	commit(scim.Change{Type: "Group", ID: groupID(1), Now: time.Now(), Put: &scim.Resource{Document: []byte(`{}`)},
		AddMembers: []scim.Member{{ID: users[0], Type: "User"}, {ID: users[1], Type: "User"}}})
	commit(scim.Change{Type: "User", ID: users[0], If: 1, Now: time.Now(), Remove: true})
	members := func() (out []string) {
		l, err := s.Members(t.Context(), acme, groupID(1), scim.Page{Limit: 9})
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range l.Members {
			out = append(out, m.ID)
		}
		return out
	}
	if got := members(); len(got) != 2 {
		t.Fatalf("the index did not lag: %v", got)
	}
	e.Lag(0)
	e.Settle()
	c := dynamo.NewConsumer(api, dynamo.Options{Table: table})
	for range 2 { // X-03; twice is once
		if _, err := c.Process(t.Context(), []dynamo.StreamRecord{removed(acme, "User", users[0], 1)}); err != nil {
			t.Fatal(err)
		}
	}
	g, err := s.Get(t.Context(), acme, "Group", groupID(1))
	if got := members(); err != nil || !slices.Equal(got, users[1:2]) || g.Version != 2 {
		t.Errorf("%v at version %d, %v", got, g.Version, err)
	}
}

// TestSweepOfStagedWrites: the marks of an interrupted write are deleted when its intent expires.
func TestSweepOfStagedWrites(t *testing.T) {
	t.Parallel()
	e, api := serve(t)
	now := time.UnixMilli(1767323045000).UTC()
	o := dynamo.Options{Table: table, Lease: time.Minute, Now: func() time.Time { return now }}
	s, c := dynamo.New(api, o), dynamo.NewConsumer(api, o)
	acme := id(t, "acme")
	users := seed(t, s, 300)
	edges := make([]scim.Member, len(users))
	for i, u := range users {
		edges[i] = scim.Member{ID: u, Type: "User"}
	}
	if _, err := s.Commit(t.Context(), acme, scim.Change{Type: "Group", ID: groupID(1), Now: now, Put: &scim.Resource{Document: []byte(`{}`)}, AddMembers: edges[:150]}); err != nil {
		t.Fatal(err)
	}
	e.Reset()
	e.Inject(func(_ string, n int) dynamotest.Fault {
		if n > 150 {
			return dynamotest.Fault{Kind: dynamotest.DropBefore}
		}
		return dynamotest.Fault{}
	})
	_, err := s.Commit(t.Context(), acme, scim.Change{Type: "Group", ID: groupID(1), If: scim.IfAny, Now: now, AddMembers: edges[150:], RemoveMembers: users[:100]})
	if err == nil {
		t.Fatal("the write was not interrupted")
	}
	e.Inject(nil)
	count := func() int {
		out, err := api.Query(t.Context(), &dynamodb.QueryInput{TableName: aws.String(table), Select: types.SelectCount, KeyConditionExpression: aws.String("PK = :p"),
			ExpressionAttributeValues: map[string]types.AttributeValue{":p": &types.AttributeValueMemberS{Value: "T#acme#M#" + groupID(1) + "#0"}}})
		if err != nil {
			t.Fatal(err)
		}
		return int(out.Count)
	}
	if count() <= 150 {
		t.Fatalf("the interrupted write left nothing: %d edges", count())
	}
	expired := record("REMOVE", "T#acme#S", groupID(1), "9")
	expired.ByTTL, expired.Old = true, map[string]types.AttributeValue{"type": &types.AttributeValueMemberS{Value: "Group"}}
	sweep := func(want int) {
		t.Helper()
		if _, err := c.Process(t.Context(), []dynamo.StreamRecord{expired}); err != nil {
			t.Fatal(err)
		}
		if got := count(); want != 0 && got != want {
			t.Errorf("%d edges, want %d", got, want)
		}
	}
	sweep(0) // the lease may not have expired yet
	now = now.Add(2 * time.Minute)
	sweep(150)
	l, err := s.Members(t.Context(), acme, groupID(1), scim.Page{Limit: 1000})
	if err != nil || len(l.Members) != 150 || l.Total != 150 {
		t.Errorf("%d members, total %d, %v", len(l.Members), l.Total, err)
	}
	g, err := s.Commit(t.Context(), acme, scim.Change{Type: "Group", ID: groupID(1), If: scim.IfAny, Now: now, AddMembers: edges})
	if err != nil || g.Version != 2 {
		t.Errorf("the next write: %v %v", g, err)
	}
}
