package dynamo_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/scimstack/scimstack/internal/racing"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
)

// TestEdgeReaderCost: an EdgeReader needs no more round trips and units than testdata/cost.golden
// has for the same operation.
func TestEdgeReaderCost(t *testing.T) {
	t.Parallel()
	racing.Skip(t)
	synctest.Test(t, func(t *testing.T) {
		c := newCosts(t)
		c.load(1200)
		for n := range 17 { // the first ten users are in 17 groups, all others in none
			c.create("/Groups", fmt.Sprintf(`{"displayName":"g%02d","members":[%s]}`, n, references(c.users[:10])))
		}
		groups, err := c.store.List(t.Context(), c.tenant, "Group", scim.Page{Limit: 17})
		if err != nil {
			t.Fatal(err)
		}
		name := func(n int) scim.IndexKey {
			return scim.IndexKey{Attr: "userName", Value: fmt.Sprintf("user%06d@example.com", n), Unique: true}
		}
		list := func(page scim.Page) func() error {
			return func() error {
				_, _, err := c.store.ListWithGroups(t.Context(), c.tenant, "User", page)
				return err
			}
		}
		for _, op := range []struct {
			name string
			want figures
			run  func() error
		}{
			{"get, in none", figures{1, 1.5, 0}, func() error {
				_, _, err := c.store.GetWithGroups(t.Context(), c.tenant, "User", c.users[500])
				return err
			}},
			{"get, in 17", figures{1, 1.5, 0}, func() error {
				_, _, err := c.store.GetWithGroups(t.Context(), c.tenant, "User", c.users[0])
				return err
			}},
			{"lookup of none", figures{1, 1, 0}, func() error {
				_, _, err := c.store.LookupWithGroups(t.Context(), c.tenant, "User", name(5000), scim.Page{Limit: 10})
				return err
			}},
			{"lookup", figures{2, 2.5, 0}, func() error {
				_, _, err := c.store.LookupWithGroups(t.Context(), c.tenant, "User", name(500), scim.Page{Limit: 10})
				return err
			}},
			{"page after an id, in none", figures{1, 19, 0}, list(scim.Page{After: c.users[300], Limit: 100})},
			{"first page", figures{2, 23.5, 1}, list(scim.Page{Limit: 100})}, // ten users have 170 edges: a range of 100, then the rest
			{"second page, by its bookmark", figures{2, 21, 1}, list(scim.Page{Offset: 100, Limit: 100})},
			{"members of 16 groups", figures{2, 32, 0}, func() error {
				_, err := c.store.MembersOf(t.Context(), c.tenant, groups.Resources[:16], 100)
				return err
			}},
			{"members of 17 groups", figures{4, 34, 0}, func() error {
				_, err := c.store.MembersOf(t.Context(), c.tenant, groups.Resources, 100)
				return err
			}},
		} {
			if got := c.measure(op.run); got != op.want {
				t.Errorf("%s: %s, want %s", op.name, got, op.want)
			}
		}
	})
}

// measure runs an operation of the store alone.
func (c *costs) measure(run func() error) figures {
	c.t.Helper()
	c.engine.Reset()
	start := time.Now()
	if err := run(); err != nil {
		c.t.Fatal(err)
	}
	took := time.Since(start)
	c.settle()
	billed := c.engine.Meter()
	return figures{float64(took / latency), billed.ReadUnits, billed.WriteUnits}
}

// TestEdgeReaderIsJoined: if a read fails, its error is returned after every call that was made at
// the same time has ended.
func TestEdgeReaderIsJoined(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // a bubble ends when all of its goroutines have ended
		c := newCosts(t)
		c.load(3)
		if _, _, err := c.store.GetWithGroups(t.Context(), c.tenant, "User", userID(99)); err != scim.ErrNotFound {
			t.Errorf("%v", err)
		}
		before := c.engine.Meter().RoundTrips()
		time.Sleep(time.Second)
		if after := c.engine.Meter().RoundTrips(); after != before {
			t.Errorf("%d calls after the answer", after-before)
		}
	})
}

var _ scim.EdgeReader = (*dynamo.Store)(nil)
