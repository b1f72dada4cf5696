package dynamo_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/internal/racing"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/storetest"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// noShards is a store of which no group is large, as before format 3.
const noShards = 1 << 40

// TestStoreSharded: the store keeps its contract if every group that a staged write changes is large.
func TestStoreSharded(t *testing.T) {
	t.Parallel()
	open := func(t *testing.T) scim.Store {
		_, api := serve(t)
		return dynamo.New(api, dynamo.Options{Table: table, LargeGroup: 1})
	}
	storetest.Behaviour(t, open)
	storetest.Conflict(t, open)
	storetest.Concurrency(t, open)
}

// sharded is a tenant whose groups are looked at through stores with and without large groups.
type sharded struct {
	*testing.T
	engine     *dynamotest.Engine
	api        *dynamodb.Client
	small, big *dynamo.Store // without and with large groups
	tenant     scim.TenantID
	gone       int // users who were removed
}

// newSharded returns a tenant with some users. Groups of 200 members are large.
func newSharded(t *testing.T, users int) *sharded {
	t.Helper()
	e, api := serve(t)
	s := &sharded{t, e, api, dynamo.New(api, dynamo.Options{Table: table, LargeGroup: noShards}), dynamo.New(api, dynamo.Options{Table: table, LargeGroup: 200}), id(t, "acme"), 0}
	people(t, 0, users, s.small)
	return s
}

func (s *sharded) commit(store *dynamo.Store, c scim.Change) {
	s.Helper()
	c.Type, c.ID, c.Now = "Group", groupID(1), time.UnixMilli(1767323046000).UTC()
	if c.Put == nil && c.If == 0 {
		c.If = scim.IfAny
	}
	if _, err := store.Commit(s.Context(), s.tenant, c); err != nil {
		s.Fatal(err)
	}
}

// shards returns how many edges are in each partition of the group, with those that are no memberships.
func (s *sharded) shards() map[string]int {
	out := map[string]int{}
	for _, k := range keysOf(s.T, s.api, "acme") {
		if p, _, _ := strings.Cut(k, " "); strings.Contains(p, "#M#") {
			out[p[strings.LastIndexByte(p, '#')+1:]]++
		}
	}
	return out
}

// check compares everything that a store says about the group with its members.
func (s *sharded) check(store *dynamo.Store, users int, want []scim.Member) {
	s.Helper()
	var have []scim.Member
	for page := (scim.Page{Limit: 37}); ; page.After = have[len(have)-1].ID {
		l, err := store.Members(s.Context(), s.tenant, groupID(1), page)
		if err != nil || l.Total != len(want) {
			s.Fatalf("%d of %d: %v", l.Total, len(want), err)
		}
		if have = append(have, l.Members...); !l.More {
			break
		}
	}
	if d := cmp.Diff(want, have); d != "" {
		s.Fatalf("members (-want +got):\n%.500s", d)
	}
	ids, named, groups := make([]string, users), map[string]bool{}, map[string][]string{}
	for n := range ids {
		ids[n] = userID(n)
	}
	for _, m := range want {
		named[m.ID], groups[m.ID] = true, []string{groupID(1)}
	}
	is, err := store.IsMember(s.Context(), s.tenant, groupID(1), ids)
	if d := cmp.Diff(named, is); d != "" || err != nil {
		s.Errorf("IsMember: %v %.500s", err, d)
	}
	of, err := store.MemberOf(s.Context(), s.tenant, ids)
	if d := cmp.Diff(groups, of); d != "" || err != nil {
		s.Errorf("MemberOf: %v %.500s", err, d)
	}
	l, of, err := store.ListWithGroups(s.Context(), s.tenant, "User", scim.Page{Limit: users})
	if d := cmp.Diff(groups, of); d != "" || err != nil || len(l.Resources) != users-s.gone {
		s.Errorf("ListWithGroups: %v %.500s", err, d)
	}
}

// TestGroupBecomesLarge: a group from before there were shards is changed by staged writes that make it
// large, and by stores that would not. At each step all answers are those of one group.
func TestGroupBecomesLarge(t *testing.T) {
	t.Parallel()
	racing.Skip(t)
	const users = 420
	s := newSharded(t, users)
	s.commit(s.small, scim.Change{Put: &scim.Resource{Document: []byte(`{}`)}, AddMembers: userMembers(0, 150)})
	s.check(s.big, users, userMembers(0, 150))
	s.commit(s.big, scim.Change{AddMembers: userMembers(140, 250), RemoveMembers: []string{userID(0), userID(1)}})
	have := s.shards()
	if have["1"] < 50 || have["2"] < 50 {
		t.Errorf("the edges are in %v", have)
	}
	want := userMembers(2, 250)
	s.check(s.big, users, want)
	fresh := func() *dynamo.Store { return dynamo.New(s.api, dynamo.Options{Table: table, LargeGroup: noShards}) }
	s.check(fresh(), users, want)                                                                 // another process, which has to ask
	s.commit(fresh(), scim.Change{AddMembers: userMembers(248, 260)})                             // a transaction
	s.commit(fresh(), scim.Change{AddMembers: userMembers(255, 400)})                             // a staged write
	s.commit(s.big, scim.Change{RemoveMembers: []string{userID(2), userID(399)}, If: scim.IfAny}) // the marks of removals are gone again
	s.check(s.big, users, userMembers(3, 399))
	s.commit(s.big, scim.Change{If: scim.IfAny, ClearMembers: true, Put: &scim.Resource{Document: []byte(`{"a":1}`)}, AddMembers: userMembers(100, 420)})
	s.check(fresh(), users, userMembers(100, 420))
	s.leave(userID(105))
	s.check(s.big, users, append(userMembers(100, 105), userMembers(106, 420)...))
}

// leave removes a user.
func (s *sharded) leave(user string) {
	s.Helper()
	s.gone++
	if _, err := s.big.Commit(s.Context(), s.tenant, scim.Change{Type: "User", ID: user, If: scim.IfAny, Now: time.Now(), Remove: true}); err != nil {
		s.Fatal(err)
	}
}

// TestMovedEdgesAreSwept: the edges that a group had before it became large are deleted when the intent of the
// write expires, also if another write came in between. A removed group leaves none in any shard, and a
// deleted tenant leaves no item.
func TestMovedEdgesAreSwept(t *testing.T) {
	racing.Skip(t)
	t.Parallel()
	s := newSharded(t, 420)
	ts := dynamo.NewTenants(s.api, table, nil)
	createTenants(t, ts, tenant.Settings{ID: s.tenant})
	consumer := dynamo.NewConsumer(s.api, dynamo.Options{Table: table, Now: func() time.Time { return time.Now().Add(time.Hour) }})
	sum := func() (n int) {
		for _, of := range s.shards() {
			n += of
		}
		return n
	}
	s.commit(s.small, scim.Change{Put: &scim.Resource{Document: []byte(`{}`)}, AddMembers: userMembers(0, 150)})
	s.commit(s.big, scim.Change{AddMembers: userMembers(150, 250)})
	if n := sum(); n <= 250 {
		t.Fatalf("nothing has moved: %d edges", n)
	}
	s.commit(s.big, scim.Change{AddMembers: userMembers(250, 400)})
	intent := record("REMOVE", "T#acme#S", groupID(1), "9")
	if out, err := s.api.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String(table), Key: intent.Keys}); err != nil || out.Item == nil {
		t.Fatalf("the intent is gone: %v", err)
	} else {
		intent.Old, intent.ByTTL = out.Item, true
	}
	if _, err := consumer.Process(t.Context(), []dynamo.StreamRecord{intent}); err != nil {
		t.Fatal(err)
	}
	if n := sum(); n != 400 {
		t.Errorf("%d edges of 400 members", n)
	}
	s.check(s.big, 420, userMembers(0, 400))
	s.commit(s.big, scim.Change{If: scim.IfAny, Remove: true})
	if _, err := consumer.Process(t.Context(), []dynamo.StreamRecord{removed(s.tenant, "Group", groupID(1), 10)}); err != nil || sum() != 0 {
		t.Errorf("%d edges of a removed group: %v", sum(), err)
	}
	if _, err := s.big.Commit(t.Context(), s.tenant, scim.Change{Type: "Group", ID: groupID(2), Now: time.Now(), Put: &scim.Resource{Document: []byte(`{}`)}, AddMembers: userMembers(0, 300)}); err != nil {
		t.Fatal(err)
	}
	if of := s.shards(); len(of) != 3 {
		t.Errorf("a group that is created large has %v", of)
	}
	if _, err := ts.Delete(t.Context(), s.tenant, whole()); err != nil {
		t.Fatal(err)
	}
	if left := keysOf(t, s.api, "acme"); len(left) > 0 {
		t.Errorf("%d items are left: %.500s", len(left), strings.Join(left, "\n"))
	}
}

// TestNoShardsBeforeUpgrade: while older builds may use the table, no group has shards: they would miss members.
func TestNoShardsBeforeUpgrade(t *testing.T) {
	t.Parallel()
	s := newSharded(t, 420)
	versionItem(t, s.api, map[string]string{"f": "2", "need": "2"})
	s.commit(s.big, scim.Change{Put: &scim.Resource{Document: []byte(`{}`)}, AddMembers: userMembers(0, 250)})
	s.commit(s.big, scim.Change{AddMembers: userMembers(250, 320)})
	if have := s.shards(); have["0"] != 320 || len(have) != 1 {
		t.Errorf("before the upgrade: %v", have)
	}
	if err := dynamo.Upgrade(t.Context(), s.api, table); err != nil {
		t.Fatal(err)
	}
	s.commit(s.big, scim.Change{AddMembers: userMembers(320, 400)})
	if have := s.shards(); len(have) != 3 {
		t.Errorf("after the upgrade: %v", have)
	}
	s.check(s.big, 420, userMembers(0, 400))
}

// TestShardsMoveTheWall: parallel writers add members to one group, at twice the rate that one partition key
// takes. In one partition, requests are throttled; in shards, none is. Time is that of a simulation.
func TestShardsMoveTheWall(t *testing.T) {
	t.Parallel()
	racing.Skip(t)
	const writers, rounds, each = 4, 1, 500
	adds := func(large int) (throttled int, rate float64) {
		synctest.Test(t, func(t *testing.T) {
			_, engine := unkindly(t, 0)
			s := quicklyWith(t, engine, dynamo.Options{Table: table, LargeGroup: large, Parallel: 2}) // each call takes 1 ms
			populate(t, bubbleClient(engine), 0, writers*rounds*each)
			group(t, s, 1, nil)
			u := dynamotest.Service()
			u.Burst = 500 * time.Millisecond
			engine.Unkind(u)
			begin := time.Now()
			var wg sync.WaitGroup
			for w := range writers {
				wg.Go(func() {
					for i := range rounds {
						from := (w*rounds + i) * each
						if err := within(t, s, scim.Change{AddMembers: userMembers(from, from+each)}); err != nil {
							t.Error(err)
						}
					}
				})
			}
			wg.Wait()
			rate = writers * rounds * each / time.Since(begin).Seconds()
			for _, k := range engine.KeyUnits() {
				throttled += k.Throttled
			}
			if l, err := s.Members(t.Context(), id(t, "acme"), groupID(1), scim.Page{Limit: 10_000}); err != nil || len(l.Members) != writers*rounds*each {
				t.Errorf("%d members: %v", len(l.Members), err)
			}
		})
		return throttled, rate
	}
	before, slow := adds(noShards)
	after, fast := adds(1)
	t.Logf("one partition: %d throttled, %.0f members/s; shards: %d throttled, %.0f members/s", before, slow, after, fast)
	if before == 0 || after > 0 || fast < 1000 {
		t.Errorf("one partition: %d throttled; shards: %d throttled, %.0f members/s", before, after, fast)
	}
}

// TestSlots: the slots of members with neighbouring ids are spread over the shards evenly.
func TestSlots(t *testing.T) {
	t.Parallel()
	const n = 30_000
	for name, idOf := range map[string]func(int) string{
		"numbered": userID,
		"in time": func(i int) string {
			return fmt.Sprintf("%08x-%04x-7000-8000-0123456789ab", 0x1967d000+i/65536, i%65536)
		},
	} {
		counts := make([]int, 256)
		for i := range n {
			counts[dynamo.SlotOf(idOf(i))]++
		}
		if least, most := slices.Min(counts), slices.Max(counts); least < n/256/2 || most > n/256*2 {
			t.Errorf("%s: slots have %d to %d members", name, least, most)
		}
	}
}
