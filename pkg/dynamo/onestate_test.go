package dynamo_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/scimstack/scimstack/internal/racing"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
)

// between is a client that calls a function before its nth Query.
type between struct {
	*dynamodb.Client
	nth, n int
	do     func()
}

func (b *between) Query(ctx context.Context, in *dynamodb.QueryInput, o ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	if b.n++; b.n == b.nth {
		b.do()
	}
	return b.Client.Query(ctx, in, o...)
}

// TestMembersAreOneState: Members never returns half of a change between two pages of edges.
func TestMembersAreOneState(t *testing.T) {
	t.Parallel()
	racing.Skip(t)
	_, api := serve(t)
	acme, now := id(t, "acme"), time.UnixMilli(1767323045000).UTC()
	quick := dynamo.New(api, dynamo.Options{Table: table})
	first, last := userID(0), userID(3000)
	people(t, 0, 3001, quick)
	members := make([]scim.Member, 3000) // more than 1 MB
	for n := range members {
		members[n] = scim.Member{ID: userID(n), Type: "User", Display: strings.Repeat("d", 500)}
	}
	if _, err := quick.Commit(t.Context(), acme, scim.Change{Type: "Group", ID: groupID(1), Now: now, Put: &scim.Resource{Document: []byte(`{}`)}, AddMembers: members}); err != nil {
		t.Fatal(err)
	}
	reader := &between{Client: api, nth: 2, do: func() {
		_, err := quick.Commit(t.Context(), acme, scim.Change{Type: "Group", ID: groupID(1), If: scim.IfAny, Now: now,
			AddMembers: []scim.Member{{ID: last, Type: "User"}}, RemoveMembers: []string{first}})
		if err != nil {
			t.Error(err)
		}
	}}
	l, err := dynamo.New(reader, dynamo.Options{Table: table}).Members(t.Context(), acme, groupID(1), scim.Page{Limit: 100_000})
	if err != nil || reader.n < 3 {
		t.Fatal(reader.n, err)
	}
	hasFirst, hasLast := l.Members[0].ID == first, l.Members[len(l.Members)-1].ID == last
	if hasFirst == hasLast || len(l.Members) != 3000 || l.Total != 3000 {
		t.Errorf("%d members of %d: the old first %v, the new last %v", len(l.Members), l.Total, hasFirst, hasLast)
	}
}
