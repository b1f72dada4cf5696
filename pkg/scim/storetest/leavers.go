package storetest

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Leavers checks that a member that is removed while it is being added is in no group afterwards. A
// Store for which that takes a moment says how long it may take; 0 means at once.
func Leavers(t *testing.T, open Open, within time.Duration) {
	t.Run("X-04 removed while it is added", func(t *testing.T) {
		t.Parallel()
		s := begin(t, open)
		all := make([]int, writers/2)
		for i := range all {
			all[i] = i + 1
		}
		s.people(all...)
		s.commit(group(900, "g"))
		var added atomic.Int64
		s.race(func(i int) error {
			n := i/2 + 1
			if i%2 == 0 {
				return s.try(scim.Change{Type: "User", ID: id(n), If: scim.IfAny, Now: start, Remove: true})
			}
			err := s.try(scim.Change{Type: "Group", ID: id(900), If: scim.IfAny, Now: start, AddMembers: edges(n)})
			if err == nil {
				added.Add(1)
			}
			return err
		}, func(err error) bool {
			var missing *scim.MissingError
			return errors.As(err, &missing)
		})
		s.left(within, all)
		if within == 0 { // each addition and each removal of a member is one version
			s.equal("version", s.get("Group", 900).Version, 1+2*added.Load())
		}
	})
}

// left waits until no group shows any of the members.
func (s *suite) left(within time.Duration, all []int) {
	s.Helper()
	for end := time.Now().Add(within); ; time.Sleep(10 * time.Millisecond) {
		members, groups := s.members(900), s.groupsOf(all...)
		late := !time.Now().Before(end)
		if late {
			s.equal("members", members, ids())
			s.equal("groups", groups, map[string][]string{})
		}
		if late || fmt.Sprint(members, groups) == "[] map[]" {
			return
		}
	}
}
