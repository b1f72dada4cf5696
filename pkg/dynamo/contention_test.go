package dynamo_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
)

// requestTime is what a Lambda function gives a request.
const requestTime = 28 * time.Second

// tired is a bubble whose queries take longer than other calls.
type tired struct {
	bubble
	query time.Duration
}

func (b tired) Do(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".Query") {
		time.Sleep(b.query)
	}
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return b.bubble.Do(r)
}

// unkindly returns a store on an engine in a bubble, whose queries take longer than other calls, and the engine.
func unkindly(t *testing.T, query time.Duration) (*dynamo.Store, *dynamotest.Engine) {
	t.Helper()
	engine := dynamotest.New()
	client := dynamo.NewClient(dynamo.ClientOptions{Region: "us-east-1", Endpoint: "http://dynamodb.test", HTTPClient: tired{bubble{engine}, query},
		Credentials: dynamo.Static(aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"})})
	if err := dynamo.Create(t.Context(), client, table); err != nil {
		t.Fatal(err)
	}
	return dynamo.New(client, dynamo.Options{Table: table}), engine
}

// quickly returns a store on an engine whose calls all take the same time.
func quickly(t *testing.T, engine *dynamotest.Engine) *dynamo.Store {
	t.Helper()
	return quicklyWith(t, engine, dynamo.Options{Table: table})
}

func quicklyWith(t *testing.T, engine *dynamotest.Engine, o dynamo.Options) *dynamo.Store {
	t.Helper()
	return dynamo.New(bubbleClient(engine), o)
}

func bubbleClient(engine *dynamotest.Engine) *dynamodb.Client {
	return dynamo.NewClient(dynamo.ClientOptions{Region: "us-east-1", Endpoint: "http://dynamodb.test", HTTPClient: bubble{engine},
		Credentials: dynamo.Static(aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"})})
}

func group(t *testing.T, s scim.Store, n int, members []scim.Member) {
	t.Helper()
	now := time.UnixMilli(1767323045000).UTC()
	c := scim.Change{Type: "Group", ID: groupID(n), Now: now, Put: &scim.Resource{Document: []byte(`{"displayName":"g"}`)}, AddMembers: members}
	if _, err := s.Commit(t.Context(), id(t, "acme"), c); err != nil {
		t.Fatal(err)
	}
}

func userMembers(from, to int) []scim.Member {
	list := make([]scim.Member, 0, to-from)
	for n := from; n < to; n++ {
		list = append(list, scim.Member{ID: userID(n), Type: "User"})
	}
	return list
}

// within runs a change with the time of a request.
func within(t *testing.T, s *dynamo.Store, c scim.Change) error {
	ctx, cancel := context.WithTimeout(t.Context(), requestTime)
	defer cancel()
	c.Type, c.ID, c.Now = "Group", groupID(1), time.UnixMilli(1767323046000).UTC()
	if c.If == 0 {
		c.If = scim.IfAny
	}
	_, err := s.Commit(ctx, id(t, "acme"), c)
	return err
}

// TestParallelWriters: sixteen writers of one group, whose transactions hold their items for some milliseconds,
// all succeed in the time of a request: adds, removals, and replacements of the whole group.
func TestParallelWriters(t *testing.T) {
	t.Parallel()
	const writers = 16
	for name, change := range map[string]func(n int) scim.Change{
		"adds":     func(n int) scim.Change { return scim.Change{AddMembers: userMembers(n, n+1)} },
		"removals": func(n int) scim.Change { return scim.Change{RemoveMembers: []string{userID(1000 + n)}} },
		"documents": func(n int) scim.Change {
			return scim.Change{Put: &scim.Resource{Document: fmt.Appendf(nil, `{"displayName":"g","externalId":"%d"}`, n)}, AddMembers: userMembers(n, n+1)}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each := 25
			if name == "documents" {
				each = 5
			}
			synctest.Test(t, func(t *testing.T) {
				s, engine := unkindly(t, 0)
				people(t, 0, writers*each, s)
				people(t, 1000, 1000+writers*each, s)
				group(t, s, 1, userMembers(1000, 1000+writers*each))
				engine.Unkind(dynamotest.Unkind{Hold: 7 * time.Millisecond})
				var wg sync.WaitGroup
				for w := range writers {
					wg.Go(func() {
						for i := range each {
							if err := within(t, s, change(w*each+i)); err != nil {
								t.Errorf("writer %d, change %d: %v", w, i, err)
							}
						}
					})
				}
				wg.Wait()
				want := map[string]int{"adds": 2, "documents": 2, "removals": 0}[name] * writers * each
				if l, err := s.Members(t.Context(), id(t, "acme"), groupID(1), scim.Page{Limit: 10_000}); err != nil || len(l.Members) != want || l.Total != want {
					t.Errorf("%d members of %d, want %d (%v)", len(l.Members), l.Total, want, err)
				}
			})
		})
	}
}
