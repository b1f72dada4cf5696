package dynamo_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
)

// TestMembersFollowRenames: the consumer shows a member by its present name in all of its groups,
// also when the records of two renames arrive late, twice or in the wrong order (L-02).
func TestMembersFollowRenames(t *testing.T) {
	t.Parallel()
	_, api := serve(t)
	options := dynamo.Options{Table: table}
	s, c, acme := dynamo.New(api, options), dynamo.NewConsumer(api, options), id(t, "acme")
	now := time.UnixMilli(1767323045000).UTC()
	member := userID(1)
	commit := func(ch scim.Change) {
		t.Helper()
		ch.Now = now
		if _, err := s.Commit(t.Context(), acme, ch); err != nil {
			t.Fatal(err)
		}
	}
	user := func(name string) *scim.Resource {
		return &scim.Resource{Document: fmt.Appendf(nil, `{"schemas":[],"userName":"ann","displayName":%q}`, name)}
	}
	image := func() dynamo.StreamRecord {
		r := record("MODIFY", "T#acme#E#User#0", member, "1")
		out, err := api.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String(table), Key: r.Keys})
		if err != nil {
			t.Fatal(err)
		}
		r.New = out.Item
		return r
	}
	commit(scim.Change{Type: "User", ID: member, If: scim.IfAbsent, Put: user("Ann")})
	for g := range 3 {
		commit(scim.Change{Type: "Group", ID: groupID(g), If: scim.IfAbsent, AddMembers: []scim.Member{{ID: member, Type: "User", Display: "Ann"}},
			Put: &scim.Resource{Document: []byte(`{"schemas":[]}`)}})
	}
	first := image()
	var records []dynamo.StreamRecord
	for _, name := range []string{"Ann Ash", "Ann Birch"} {
		commit(scim.Change{Type: "User", ID: member, If: scim.IfAny, Put: user(name)})
		next := image()
		next.Old, first = first.New, next
		records = append(records, next)
	}
	for _, batch := range [][]dynamo.StreamRecord{{records[1]}, {records[0]}, {records[0], records[1]}} {
		if failed, err := c.Process(t.Context(), batch); err != nil || failed != "" {
			t.Fatal(failed, err)
		}
		for g := range 3 {
			l, err := s.Members(t.Context(), acme, groupID(g), scim.Page{Limit: 5})
			if err != nil || len(l.Members) != 1 || l.Members[0].Display != "Ann Birch" {
				t.Errorf("group %d: %+v %v", g, l, err)
			}
		}
	}
}
