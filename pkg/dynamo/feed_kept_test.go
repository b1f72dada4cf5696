package dynamo_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/internal/streams"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// TestFeedExpires: entries that are too old are gone for readers before time to live deletes them, and the
// numbers go on after them. A store without a feed says so, and its writes leave nothing for one.
func TestFeedExpires(t *testing.T) {
	t.Parallel()
	now := time.UnixMilli(1767323045000)
	o := dynamo.Options{Now: func() time.Time { return now }, Feed: scim.Retention{Age: time.Hour}}
	f, acme := newFed(t, o, streams.Deal{}), id(t, "acme")
	write := func(from, to int) {
		t.Helper()
		people(t, from, to, f)
		f.drive(t.Context())
	}
	gone := func(after, first, last int64) {
		t.Helper()
		_, err := f.Entries(t.Context(), acme, after, 10)
		var g *scim.GoneError
		if !errors.As(err, &g) || *g != (scim.GoneError{After: after, First: first, Last: last}) {
			t.Errorf("after %d: %v, want %d to %d", after, err, first, last)
		}
	}
	there := func(after int64, first ...int64) {
		t.Helper()
		list, err := f.Entries(t.Context(), acme, after, 10)
		if err != nil || len(list) != len(first) || len(list) > 0 && list[0].First != first[0] {
			t.Errorf("after %d: %+v %v", after, list, err)
		}
	}
	write(0, 2)
	now = now.Add(40 * time.Minute)
	write(2, 3)
	now = now.Add(40 * time.Minute)
	gone(0, 3, 3)
	gone(1, 3, 3)
	there(2, 3)
	f.engine.Expire(now)
	gone(0, 3, 3)
	there(2, 3)
	now = now.Add(40 * time.Minute)
	gone(2, 4, 3)
	there(3)
	write(3, 4)
	there(3, 4)
	o.Feed.Age = -1
	without := newFed(t, o, streams.Deal{})
	people(t, 0, 1, without)
	if _, err := without.Entries(t.Context(), acme, 0, 1); !errors.Is(err, scim.ErrNoFeed) {
		t.Errorf("without a feed: %v", err)
	}
	for _, c := range without.engine.Changes(table, "") {
		if pk, _ := c.Keys["PK"].(*types.AttributeValueMemberS); strings.Contains(pk.Value, "#F#") || c.New["fd"] != nil {
			t.Errorf("without a feed: %s", pk.Value)
		}
	}
}

// TestFeedOfLargeDocuments: an entry with more than an item can hold, before and after, is read as it was.
func TestFeedOfLargeDocuments(t *testing.T) {
	t.Parallel()
	f, acme := newFed(t, dynamo.Options{}, streams.Deal{}), id(t, "acme")
	random := rand.New(rand.NewPCG(1, 2)) // does not compress
	large := func() []byte {
		b := []byte(`{"title":"`)
		for range 380_000 {
			b = append(b, byte('!'+random.IntN(90)))
		}
		return append(b, '"', '}')
	}
	for version := range int64(2) {
		c := scim.Change{Type: "User", ID: userID(1), If: version, Now: time.Now(), Put: &scim.Resource{Document: large()}}
		if _, err := f.Commit(t.Context(), acme, c); err != nil {
			t.Fatal(err)
		}
	}
	people(t, 2, 3, f)
	list, err := f.Entries(t.Context(), acme, 0, 10)
	if err != nil || len(list) != 3 {
		t.Fatalf("%d entries: %v", len(list), err)
	}
	now, err := f.Get(t.Context(), acme, "User", userID(1))
	if err != nil || !bytes.Equal(list[1].After.Document, now.Document) || !bytes.Equal(list[1].Before.Document, list[0].After.Document) {
		t.Errorf("it is another one: %v", err)
	}
	if one, err := f.Entries(t.Context(), acme, 1, 1); err != nil || len(one) != 1 || one[0].First != 2 {
		t.Errorf("%d entries: %v", len(one), err)
	}
}

// TestFeedOfDeletedTenant: a tenant that is deleted leaves no item of its feed, also if the stream is processed
// later. The numbers of its successor go on above: who has read any of the old feed, up to its end too, starts anew.
func TestFeedOfDeletedTenant(t *testing.T) {
	t.Parallel()
	f, acme := newFed(t, dynamo.Options{LargeGroup: 20}, streams.Deal{}), id(t, "acme")
	client := f.api
	ts := dynamo.NewTenants(client, table, nil)
	createTenants(t, ts, tenant.Settings{ID: acme})
	people(t, 0, 80, f)
	group(t, f, 1, userMembers(0, 80))
	f.drive(t.Context())
	if _, err := f.Commit(t.Context(), acme, scim.Change{Type: "Group", ID: groupID(1), If: scim.IfAny, Now: time.Now(), Remove: true}); err != nil {
		t.Fatal(err)
	}
	people(t, 80, 90, f)
	f.drive(t.Context())
	end, err := f.Last(t.Context(), acme)
	if err != nil || end < 100 {
		t.Fatal(end, err)
	}
	people(t, 90, 95, f)
	if _, err := ts.Delete(t.Context(), acme, whole()); err != nil {
		t.Fatal(err)
	}
	f.drive(t.Context())
	if left := keysOf(t, client, "acme"); len(left) > 0 {
		t.Errorf("%d items are left: %.500s", len(left), strings.Join(left, "\n"))
	}
	createTenants(t, ts, tenant.Settings{ID: acme})
	people(t, 0, 1, f)
	begins := end + 1
	for _, after := range []int64{0, 1, end - 1, end} {
		var gone *scim.GoneError
		if list, err := f.Entries(t.Context(), acme, after, 10); !errors.As(err, &gone) || gone.First != begins+1 {
			t.Errorf("a reader at %d gets %+v %v", after, list, err)
		}
	}
	if list, err := f.Entries(t.Context(), acme, begins, 10); err != nil || len(list) != 1 || list[0].First != begins+1 {
		t.Errorf("the successor: %+v %v", list, err)
	}
	other := id(t, "other")
	createTenants(t, ts, tenant.Settings{ID: other})
	if n, err := f.Last(t.Context(), other); err != nil || n != 0 {
		t.Errorf("a tenant of another name begins at %d %v", n, err)
	}
}
