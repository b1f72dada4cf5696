package dynamo_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/internal/racing"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
)

// beside changes a group forty times a second until stop is called, which returns the states that the
// group had, in order. kinds are the changes, taken in turn.
func beside(t *testing.T, s *dynamo.Store, first []string, kinds []string) (stop func() [][]string) {
	t.Helper()
	states := [][]string{first}
	halt := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		next, last := 0, first
		for i := 0; ; i++ {
			select {
			case <-halt:
				return
			case <-time.After(25 * time.Millisecond):
			}
			var c scim.Change
			now := slices.Clone(last)
			for _, kind := range strings.Fields(kinds[i%len(kinds)]) {
				switch kind {
				case "add": // at the end, and before the first
					n := 500_000 + next
					if next%2 == 1 {
						n = 99_999 - next
					}
					next++
					c.AddMembers = append(c.AddMembers, userMembers(n, n+1)...)
					now = append(now, userID(n))
				case "remove": // the first, the last or one in the middle
					at := []int{0, len(last) - 1, len(last) / 2}[i%3]
					c.RemoveMembers = append(c.RemoveMembers, last[at])
					now = slices.DeleteFunc(now, func(id string) bool { return id == last[at] })
				case "return": // one that was removed
					for _, id := range first {
						if !slices.Contains(last, id) {
							c.AddMembers = append(c.AddMembers, scim.Member{ID: id, Type: "User"})
							now = append(now, id)
							break
						}
					}
				}
			}
			slices.Sort(now)
			states, last = append(states, now), now
			if err := within(t, s, c); err != nil {
				t.Error(err)
				return
			}
		}
	})
	return func() [][]string {
		close(halt)
		wg.Wait()
		return states
	}
}

// TestReadWhileItChanges: a large group can be read as often as it is tried while forty members a second are
// added and removed, and every page shows one state of the group.
func TestReadWhileItChanges(t *testing.T) {
	t.Parallel()
	racing.Skip(t)
	n, reads := dynamotest.Size(2_000, 20_000), dynamotest.Size(5, 20)
	for _, kinds := range [][]string{{"add"}, {"remove"}, {"add remove", "add", "return remove", "remove"}} {
		t.Run(strings.Join(kinds, ","), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				slow, engine := unkindly(t, 300*time.Millisecond)
				s := quickly(t, engine)
				for _, span := range [][2]int{{99_000, 100_000 + n}, {500_000, 501_000}} {
					people(t, span[0], span[1], s)
				}
				members := userMembers(100_000, 100_000+n)
				ids := make([]string, n)
				for i := range members {
					members[i].Display, ids[i] = strings.Repeat("d", 2_000_000/n), members[i].ID
				}
				group(t, s, 1, members)
				type seen struct {
					ids   []string
					total int
					page  scim.Page
				}
				stop := beside(t, s, ids, kinds)
				var all []seen
				for i := range reads {
					page := scim.Page{Limit: 100_000}
					if i%4 == 3 {
						page = scim.Page{After: ids[n/3], Limit: n / 3, Offset: 2}
					}
					l, err := slow.Members(t.Context(), id(t, "acme"), groupID(1), page)
					if err != nil {
						t.Errorf("read %d: %v", i, err)
					}
					one := seen{total: l.Total, page: page}
					for _, m := range l.Members {
						one.ids = append(one.ids, m.ID)
					}
					all = append(all, one)
				}
				states := stop()
				for i, one := range all {
					if !slices.ContainsFunc(states, func(state []string) bool {
						return len(state) == one.total && slices.Equal(pageOf(state, one.page), one.ids)
					}) {
						t.Errorf("read %d: %d members of %d are no state of the group", i, len(one.ids), one.total)
					}
				}
				t.Log(fmt.Sprint(len(states), " states"))
			})
		})
	}
}

// pageOf is a page of the ids of a state.
func pageOf(state []string, page scim.Page) []string {
	from := 0
	for from < len(state) && state[from] <= page.After {
		from++
	}
	from = min(from+page.Offset, len(state))
	return state[from:min(from+page.Limit, len(state))]
}
