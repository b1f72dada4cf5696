package dynamo_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
)

// undecided is a group whose marks others see before they are true, and after they have become true.
type undecided struct {
	t     *testing.T
	api   *dynamodb.Client
	o     dynamo.Options
	s     *dynamo.Store
	acme  scim.TenantID
	until chan struct{} // closed: the staged write may switch
	ended chan error    // of the staged write
}

func newUndecided(t *testing.T, members, users int) *undecided {
	_, api := serve(t)
	u := &undecided{t: t, api: api, o: dynamo.Options{Table: table}, acme: id(t, "acme"), until: make(chan struct{}), ended: make(chan error, 1)}
	u.s = dynamo.New(api, u.o)
	people(t, 0, users, u.s)
	g := scim.Change{Type: "Group", ID: groupID(1), Now: time.Now(), Put: &scim.Resource{Document: []byte(`{}`)}}
	if _, err := u.s.Commit(t.Context(), u.acme, g); err != nil {
		t.Fatal(err)
	}
	for from := 0; from < members; from += 40 { // transactions: no edge has a mark
		u.must(u.s, scim.Change{AddMembers: span(from, min(from+40, members))})
	}
	return u
}

func (u *undecided) must(s *dynamo.Store, c scim.Change) {
	u.t.Helper()
	c.Type, c.ID, c.If, c.Now = "Group", groupID(1), scim.IfAny, time.Now()
	if _, err := s.Commit(u.t.Context(), u.acme, c); err != nil {
		u.t.Error(err)
	}
}

// stage begins a staged write and returns when all of its marks are written.
func (u *undecided) stage(c scim.Change) {
	c.Type, c.ID, c.If, c.Now = "Group", groupID(1), scim.IfAny, time.Now()
	marked := make(chan struct{})
	edges := len(c.RemoveMembers)
	// The intent and the lease are updates, as are the marks of removals. The next one is the switch.
	api := &beforeWrite{Client: u.api, op: "update", nth: 2 + edges + 1, do: func() { close(marked); <-u.until }}
	go func() {
		_, err := dynamo.New(api, u.o).Commit(u.t.Context(), u.acme, c)
		u.ended <- err
	}()
	<-marked
}

// finish lets the staged write end.
func (u *undecided) finish() {
	close(u.until)
	if err := <-u.ended; err != nil {
		u.t.Error("the staged write:", err)
	}
}

// has checks the members of the group, and that their number is that of its item.
func (u *undecided) has(want int) {
	u.t.Helper()
	l, err := u.s.Members(u.t.Context(), u.acme, groupID(1), scim.Page{Limit: 1000})
	if err != nil || len(l.Members) != want || l.Total != want {
		u.t.Errorf("%d members, total %d, want %d, %v", len(l.Members), l.Total, want, err)
	}
}

// TestRemovedTwice: a user is removed while a staged write takes it out of its group. It leaves the group once, so the
// number of members stays right.
func TestRemovedTwice(t *testing.T) {
	t.Parallel()
	u := newUndecided(t, 110, 110)
	var ids []string
	for _, m := range span(0, 105) {
		ids = append(ids, m.ID)
	}
	u.stage(scim.Change{RemoveMembers: ids})
	remover := dynamo.New(&beforeWrite{Client: u.api, op: "transact", nth: 1, do: u.finish}, u.o) // it has read the edges
	if _, err := remover.Commit(t.Context(), u.acme, scim.Change{Type: "User", ID: userID(1), If: scim.IfAny, Now: time.Now(), Remove: true}); err != nil {
		t.Fatal(err)
	}
	u.has(5)
}

// TestSweepMeanwhile: a staged write begins after the sweeper has read the group, and before it reads the edges. The
// sweeper leaves marks alone that are not decided.
func TestSweepMeanwhile(t *testing.T) {
	t.Parallel()
	var ids []string
	for _, m := range span(0, 105) {
		ids = append(ids, m.ID)
	}
	for name, c := range map[string]struct {
		change scim.Change
		want   int
	}{
		"members join":  {scim.Change{AddMembers: span(110, 170)}, 170},
		"members leave": {scim.Change{RemoveMembers: ids}, 5},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u := newUndecided(t, 110, 170)
			sweeper := dynamo.NewConsumer(&beforeWrite{Client: u.api, op: "query", nth: 1, do: func() { u.stage(c.change) }}, u.o)
			expired := record("REMOVE", "T#acme#S", groupID(1), "9")
			expired.ByTTL, expired.Old = true, map[string]types.AttributeValue{"type": &types.AttributeValueMemberS{Value: "Group"}}
			if _, err := sweeper.Process(t.Context(), []dynamo.StreamRecord{expired}); err != nil {
				t.Fatal(err)
			}
			u.finish()
			u.has(c.want)
		})
	}
}
