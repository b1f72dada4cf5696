package dynamo_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
)

// seed adds users u0, u1, … to tenant acme and returns their ids.
func seed(t testing.TB, s *dynamo.Store, n int) []string {
	t.Helper()
	now := time.UnixMilli(1767323045000).UTC()
	tn := id(t, "acme")
	out := make([]string, n)
	next := make(chan int)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i := range next {
				name := fmt.Sprintf("u%d", i)
				_, err := s.Commit(t.Context(), tn, scim.Change{Type: "User", ID: out[i], If: scim.IfAbsent, Now: now,
					Put: &scim.Resource{Created: now, LastModified: now,
						Document: []byte(fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":%q,"active":true}`, name))},
					Keys: []scim.IndexKey{{Attr: "userName", Value: name, Unique: true}}})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	for i := range n {
		out[i] = fmt.Sprintf("01900000-0000-7000-8000-%012d", i)
		next <- i
	}
	close(next)
	wg.Wait()
	return out
}

// people adds users with the ids userID(n) for from ≤ n < to, to each store of tenant acme.
func people(t testing.TB, from, to int, stores ...scim.Store) {
	t.Helper()
	gate := make(chan struct{}, 8)
	var wg sync.WaitGroup
	for n := from; n < to; n++ {
		for _, s := range stores {
			gate <- struct{}{}
			wg.Go(func() {
				if _, err := s.Commit(t.Context(), id(t, "acme"), newUser(n, fmt.Sprint("person", n), `{}`)); err != nil {
					t.Error(err)
				}
				<-gate
			})
		}
	}
	wg.Wait()
}
