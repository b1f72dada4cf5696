package dynamo_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/internal/racing"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// TestReindexSpreadsOldGroups: a group from before there were shards, several times as large as what a
// write moves as a whole, has all of its edges in shards after Reindex: in several calls, each of which
// ends early, and beside a writer. Its version is that of the writes of clients alone.
func TestReindexSpreadsOldGroups(t *testing.T) {
	racing.Skip(t)
	t.Parallel()
	large := dynamotest.Size(100, 10_000)
	members := dynamotest.Size(550, 20_001)
	users := members + 40
	s := newSharded(t, users)
	s.big = dynamo.New(s.api, dynamo.Options{Table: table, LargeGroup: large})
	ts := dynamo.NewTenantsWith(s.api, dynamo.Options{Table: table, LargeGroup: large})
	createTenants(t, ts, tenant.Settings{ID: s.tenant})
	s.commit(s.small, scim.Change{Put: &scim.Resource{Document: []byte(`{}`)}, AddMembers: userMembers(0, members)})
	s.commit(s.small, scim.Change{RemoveMembers: []string{userID(0)}})
	if have := s.shards(); len(have) != 1 {
		t.Fatalf("before: %v", have)
	}
	versions := int64(2)
	for calls := 1; ; calls++ {
		shown := ""
		out, err := ts.Reindex(t.Context(), s.tenant, dynamo.ReindexOptions{Budget: time.Millisecond, Progress: func(now dynamo.Reindexed) { shown = now.Group }})
		if err != nil {
			t.Fatal(err)
		}
		if out.Done {
			if calls < 5 || out.Moved != 1 {
				t.Errorf("done after %d calls: %+v", calls, out)
			}
			break
		}
		if shown != groupID(1) {
			t.Errorf("call %d shows group %q", calls, shown)
		}
		s.commit(s.small, scim.Change{AddMembers: userMembers(members+calls, members+calls+1)}) // a writer in between
		s.commit(s.small, scim.Change{RemoveMembers: []string{userID(members + calls)}})
		versions += 2
	}
	s.check(s.big, users, userMembers(1, members))
	r, err := s.big.Get(t.Context(), s.tenant, "Group", groupID(1))
	if err != nil || r.Version != versions {
		t.Errorf("version %d, want %d: %v", r.Version, versions, err)
	}
	s.sweepIntent()
	have := s.shards()
	for n := range 3 {
		if have[fmt.Sprint(n)] < members/4 {
			t.Errorf("after: %v", have)
		}
	}
	if sum := have["0"] + have["1"] + have["2"]; sum != members-1 {
		t.Errorf("%d edges of %d members: %v", sum, members-1, have)
	}
	s.check(dynamo.New(s.api, dynamo.Options{Table: table}), users, userMembers(1, members))
	again, err := ts.Reindex(t.Context(), s.tenant, dynamo.ReindexOptions{})
	if err != nil || again.Moved != 0 || !again.Done {
		t.Errorf("again: %+v %v", again, err)
	}
}

// sweepIntent processes the end of the intent of the group.
func (s *sharded) sweepIntent() {
	s.Helper()
	intent := record("REMOVE", "T#acme#S", groupID(1), "9")
	out, err := s.api.GetItem(s.Context(), &dynamodb.GetItemInput{TableName: aws.String(table), Key: intent.Keys})
	if err != nil || out.Item == nil {
		s.Fatalf("the intent is gone: %v", err)
	}
	intent.Old, intent.ByTTL = out.Item, true
	consumer := dynamo.NewConsumer(s.api, dynamo.Options{Table: table, Now: func() time.Time { return time.Now().Add(time.Hour) }})
	if _, err := consumer.Process(s.Context(), []dynamo.StreamRecord{intent}); err != nil {
		s.Fatal(err)
	}
}

// TestSpreadIsInterrupted: a call that is killed while a part moves leaves the members as they are, and the
// next one continues it.
func TestSpreadIsInterrupted(t *testing.T) {
	t.Parallel()
	const members, large = 250, 200
	for _, after := range []int{1, 60, 150} {
		t.Run(fmt.Sprint(after), func(t *testing.T) {
			t.Parallel()
			s := newSharded(t, members)
			ts := dynamo.NewTenantsWith(s.api, dynamo.Options{Table: table, LargeGroup: large})
			createTenants(t, ts, tenant.Settings{ID: s.tenant})
			s.commit(s.small, scim.Change{Put: &scim.Resource{Document: []byte(`{}`)}, AddMembers: userMembers(0, members)})
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var writes atomic.Int64
			s.engine.Inject(func(op string, _ int) dynamotest.Fault {
				if (op == "PutItem" || op == "UpdateItem") && writes.Add(1) > int64(after) {
					cancel()
					return dynamotest.Fault{Kind: dynamotest.Refuse}
				}
				return dynamotest.Fault{}
			})
			_, err := ts.Reindex(ctx, s.tenant, dynamo.ReindexOptions{})
			s.engine.Inject(nil)
			if err == nil {
				t.Fatalf("the call was not killed in %d writes", writes.Load())
			}
			s.check(s.big, members, userMembers(0, members))
			later := dynamo.NewTenantsWith(s.api, dynamo.Options{Table: table, LargeGroup: large, Now: func() time.Time { return time.Now().Add(2 * time.Minute) }})
			out, err := later.Reindex(t.Context(), s.tenant, dynamo.ReindexOptions{})
			if err != nil || !out.Done || out.Moved != 1 {
				t.Fatalf("%+v %v", out, err)
			}
			s.check(s.big, members, userMembers(0, members))
		})
	}
}
