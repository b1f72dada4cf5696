package dynamo_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/internal/racing"
	"github.com/scimstack/scimstack/internal/streams"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/storetest"
)

// fed is a store whose stream is processed when its feed is read.
type fed struct {
	*dynamo.Store
	engine   *dynamotest.Engine
	api      *dynamodb.Client
	consumer *dynamo.Consumer
	deal     streams.Deal

	mu     sync.Mutex
	kills  sync.Mutex
	after  string
	t      testing.TB
	killed bool // batches are killed at some write, and delivered again
	random *rand.Rand
}

// newFed returns a store on a new engine.
func newFed(t testing.TB, o dynamo.Options, deal streams.Deal) *fed {
	t.Helper()
	e, api := serve(t)
	o.Table = table
	return &fed{Store: dynamo.New(api, o), engine: e, api: api, consumer: dynamo.NewConsumer(api, o), deal: deal, t: t, random: rand.New(rand.NewPCG(deal.Seed, 3))}
}

// drive processes what the stream has, until nothing is left.
func (f *fed) drive(ctx context.Context) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for {
		changes := f.engine.Changes(table, f.after)
		if len(changes) == 0 {
			return
		}
		records := make([]dynamo.StreamRecord, len(changes))
		for i, c := range changes {
			records[i] = dynamo.StreamRecord(c)
			f.after = max(f.after, c.Sequence)
		}
		if err := f.deal.Run(ctx, records, f.process); err != nil {
			f.t.Error(err)
			return
		}
	}
}

// process processes a batch. If it is killed, the part that was not done is delivered again.
func (f *fed) process(ctx context.Context, records []dynamo.StreamRecord) (string, error) {
	if !f.killed {
		return f.consumer.Process(ctx, records)
	}
	f.kills.Lock() // faults are those of the engine: one batch at a time
	defer f.kills.Unlock()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	left := f.random.IntN(4)
	f.engine.Inject(func(op string, _ int) dynamotest.Fault {
		if op != "TransactWriteItems" {
			return dynamotest.Fault{}
		}
		if left--; left >= 0 {
			return dynamotest.Fault{}
		}
		cancel()
		return dynamotest.Fault{Kind: []dynamotest.FaultKind{dynamotest.DropBefore, dynamotest.DropAfter}[-left%2]}
	})
	failed, err := f.consumer.Process(ctx, records)
	f.engine.Inject(nil)
	if err == nil {
		return failed, nil
	}
	return f.consumer.Process(context.WithoutCancel(ctx), records)
}

func (f *fed) Last(ctx context.Context, t scim.TenantID) (int64, error) {
	f.drive(ctx)
	return f.Store.Last(ctx, t)
}

func (f *fed) Entries(ctx context.Context, t scim.TenantID, after int64, limit int) ([]scim.Entry, error) {
	f.drive(ctx)
	return f.Store.Entries(ctx, t, after, limit)
}

// Commit and Get leave out the keys of resources: entries have none.
func (f *fed) Commit(ctx context.Context, t scim.TenantID, c scim.Change) (*scim.Resource, error) {
	return withoutKeys(f.Store.Commit(ctx, t, c))
}

func (f *fed) Get(ctx context.Context, t scim.TenantID, typ, id string) (*scim.Resource, error) {
	return withoutKeys(f.Store.Get(ctx, t, typ, id))
}

func withoutKeys(r *scim.Resource, err error) (*scim.Resource, error) {
	if r == nil || err != nil {
		return r, err
	}
	next := *r
	next.Keys = nil
	return &next, nil
}

// TestFeed: the feed of the table keeps its contract. Every batch of the stream is killed at some write, and then
// delivered again, and sometimes once more.
func TestFeed(t *testing.T) {
	t.Parallel()
	exceptions := racing.Size(map[string]string{"very many members": "takes a minute under the race detector; make large runs it without"}, nil)
	storetest.FeedExcept(t, func(t *testing.T) scim.Store {
		f := newFed(t, dynamo.Options{}, streams.Deal{Repeat: 0.2})
		f.killed = true
		return f
	}, 0, exceptions)
}

// TestFeedInLanes: whatever batches of a partition key are concurrent, small, repeated and killed, the feed has
// no gap, and for each resource the same entries as a store in memory. A removal follows what the groups of
// the resource tell of it.
func TestFeedInLanes(t *testing.T) {
	t.Parallel()
	for seed := range dynamotest.Size(racing.Size(uint64(2), 3), 30) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			f := newFed(t, dynamo.Options{LargeGroup: 50}, streams.Deal{Factor: 4, Batch: 4, Repeat: 0.3, Seed: seed})
			f.killed = seed%2 == 1
			f.engine.SplitShard(table)
			m := memory.New()
			script(t, seed, func(c scim.Change) {
				c.Prior = nil
				_, err := f.Commit(t.Context(), id(t, "acme"), c)
				_, other := m.Commit(t.Context(), id(t, "acme"), c)
				if err != nil || other != nil {
					t.Fatal(err, other)
				}
			})
			want, got := byResource(t, m), byResource(t, f)
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("(-memory +table):\n%.3000s", d)
			}
			if again := byResource(t, f); len(again) != len(got) {
				t.Error("it changes")
			}
		})
	}
}

// script runs changes of users and groups that have an effect.
func script(t *testing.T, seed uint64, commit func(scim.Change)) {
	t.Helper()
	const users, groups = 70, 5
	random := rand.New(rand.NewPCG(seed, 7))
	at := time.UnixMilli(1767323046000).UTC()
	versions, members := map[string]int64{}, map[string]map[int]bool{}
	put := func(typ, rid string, adds []scim.Member) {
		at = at.Add(time.Second)
		c := scim.Change{Type: typ, ID: rid, If: versions[rid], Now: at, AddMembers: adds, Actor: scim.Actor{Token: "k", RequestID: fmt.Sprint(at.Unix())}}
		c.Put = &scim.Resource{Created: at, Document: fmt.Appendf(nil, `{"displayName":"%d"}`, at.Unix())}
		commit(c)
		versions[rid]++
	}
	for n := range users {
		put("User", userID(n), nil)
	}
	for n := range groups {
		put("Group", groupID(n), userMembers(n, n+3))
		members[groupID(n)] = map[int]bool{n: true, n + 1: true, n + 2: true}
	}
	for range 40 {
		at = at.Add(time.Second)
		g, u := groupID(random.IntN(groups)), random.IntN(users)
		c := scim.Change{Type: "Group", ID: g, If: scim.IfAny, Now: at, Actor: scim.Actor{Operator: "o"}}
		switch in := members[g]; random.IntN(6) {
		case 0, 1:
			if versions[userID(u)] == 0 || in[u] {
				continue
			}
			c.AddMembers, in[u] = userMembers(u, u+1), true
		case 2:
			if !in[u] {
				continue
			}
			c.RemoveMembers = []string{userID(u)}
			delete(in, u)
		case 3: // a staged write
			c.ClearMembers = true
			next := map[int]bool{}
			for n := range users {
				if versions[userID(n)] > 0 && n%7 != u%7 {
					c.AddMembers, next[n] = append(c.AddMembers, userMembers(n, n+1)...), true
				}
			}
			if maps.Equal(next, in) {
				continue
			}
			members[g] = next
		case 4:
			if versions[userID(u)] == 0 {
				continue
			}
			c.Type, c.ID, c.Remove = "User", userID(u), true
			delete(versions, userID(u))
			for g, in := range members {
				if in[u] {
					delete(in, u)
					versions[g]++
				}
			}
			commit(c)
			continue
		default:
			put("Group", g, nil)
			continue
		}
		commit(c)
		versions[g]++
	}
	for _, n := range []int{0, 1} {
		commit(scim.Change{Type: "Group", ID: groupID(n), If: scim.IfAny, Now: at, Remove: true})
	}
}

// byResource is the feed of a tenant by resource. It checks the numbers, and that a removal is the last of what
// is told of a member.
func byResource(t *testing.T, f scim.Feed) map[string][]string {
	t.Helper()
	out, last, over := map[string][]string{}, int64(0), map[string]bool{}
	for {
		list, err := f.Entries(t.Context(), id(t, "acme"), last, 7)
		if err != nil {
			t.Fatal(err)
		}
		if len(list) == 0 {
			return out
		}
		for _, e := range list {
			facts := int64(len(e.Joined) + len(e.Left))
			if e.Own {
				facts++
			}
			if e.First != last+1 || e.Last != last+facts {
				t.Fatalf("%d facts after %d have the numbers %d to %d", facts, last, e.First, e.Last)
			}
			last = e.Last
			var line strings.Builder
			fmt.Fprintf(&line, "own=%v v%d %s time=%d actor=%v for %s:", e.Own, e.Resource().Version, e.Resource().Document, e.Time.Unix(), e.Actor, e.Cause.ID)
			for _, m := range e.Left {
				line.WriteString(" -" + m.Type + m.ID)
			}
			for _, m := range e.Joined {
				line.WriteString(" +" + m.Type + m.ID)
			}
			if e.Cause.ID != "" && over[e.Cause.ID] {
				t.Errorf("%s was removed before group %s told of it", e.Cause.ID, e.ID)
			}
			over[e.ID] = e.After == nil
			out[e.ID] = append(out[e.ID], line.String())
		}
	}
}
