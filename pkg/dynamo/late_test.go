package dynamo_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
)

// interrupted is a client that stops once, before its nth PutItem.
type interrupted struct {
	*dynamodb.Client
	nth  int64
	n    atomic.Int64
	once sync.Once
	hold func()
}

func (i *interrupted) PutItem(ctx context.Context, in *dynamodb.PutItemInput, o ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	if i.n.Add(1) >= i.nth {
		i.once.Do(i.hold)
	}
	return i.Client.PutItem(ctx, in, o...)
}

// TestLateWriter: a staged write stops until its lease has expired and another writer has changed
// the group, and then continues. It has no effect, and no change of the other writer is lost.
func TestLateWriter(t *testing.T) {
	t.Parallel()
	_, api := serve(t)
	acme := id(t, "acme")
	start := time.UnixMilli(1767323045000).UTC()
	var ahead atomic.Int64
	o := dynamo.Options{Table: table, Lease: time.Minute, Parallel: 1, Now: func() time.Time { return start.Add(time.Duration(ahead.Load())) }}
	quick := dynamo.New(api, o)
	people(t, 0, 700, quick)
	edge := func(n int) scim.Member { return scim.Member{ID: userID(n), Type: "User"} }
	span := func(from, to int) (out []scim.Member) {
		for n := from; n < to; n++ {
			out = append(out, edge(n))
		}
		return out
	}
	ids := func(list []scim.Member) (out []string) {
		for _, m := range list {
			out = append(out, m.ID)
		}
		return out
	}
	if _, err := quick.Commit(t.Context(), acme, scim.Change{Type: "Group", ID: groupID(1), Now: start, Put: &scim.Resource{Document: []byte(`{}`)}, AddMembers: span(200, 500)}); err != nil {
		t.Fatal(err)
	}
	slow := dynamo.New(&interrupted{Client: api, nth: 60, hold: func() {
		ahead.Store(int64(2 * time.Minute))
		for _, c := range []scim.Change{
			{AddMembers: span(190, 191), RemoveMembers: ids(span(200, 202))}, // a transaction
			{AddMembers: span(500, 700)},                                     // a staged write
		} {
			c.Type, c.ID, c.If, c.Now = "Group", groupID(1), scim.IfAny, start
			if _, err := quick.Commit(t.Context(), acme, c); err != nil {
				t.Error(err)
			}
		}
	}}, o)
	c := scim.Change{Type: "Group", ID: groupID(1), If: scim.IfAny, Now: start, AddMembers: span(0, 200), RemoveMembers: ids(span(200, 300))}
	_, err := slow.Commit(t.Context(), acme, c)
	var busy *scim.BusyError
	if !errors.As(err, &busy) {
		t.Errorf("the late writer got %v", err)
	}
	members := func() []scim.Member {
		l, err := quick.Members(t.Context(), acme, groupID(1), scim.Page{Limit: 10_000})
		if err != nil || l.Total != len(l.Members) {
			t.Fatal(l.Total, len(l.Members), err)
		}
		return l.Members
	}
	want := append(span(190, 191), span(202, 700)...)
	if d := cmp.Diff(want, members()); d != "" {
		t.Errorf("after the late writer (-want +got):\n%.800s", d)
	}
	if _, err := quick.Commit(t.Context(), acme, c); err != nil {
		t.Fatal(err)
	}
	want = append(span(0, 200), span(300, 700)...)
	if d := cmp.Diff(want, members()); d != "" {
		t.Errorf("after its repetition (-want +got):\n%.800s", d)
	}
}
