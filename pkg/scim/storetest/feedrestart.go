package storetest

import (
	"context"
	"errors"
	"fmt"

	"github.com/scimstack/scimstack/pkg/scim"
)

// feedRestart: after a restart no reader goes on, whatever it has read, and no number is used twice.
func feedRestart(s *feedSuite) {
	feed, ok := s.feed.(interface {
		RestartFeed(ctx context.Context, t scim.TenantID, above int64) (last int64, err error)
	})
	if !ok {
		s.Skip("the feed of this store cannot be restarted")
	}
	restart := func(above, want int64) {
		s.Helper()
		last, err := feed.RestartFeed(s.Context(), s.id, above)
		if err != nil || last != want {
			s.Fatalf("restarted at %d, %v; want %d", last, err, want)
		}
		s.settled(want)
	}
	gone := func(last int64, after ...int64) {
		s.Helper()
		for _, n := range after {
			_, err := s.feed.Entries(s.Context(), s.id, n, 10)
			var gone *scim.GoneError
			errors.As(err, &gone)
			if n <= last {
				s.equal(fmt.Sprintf("after %d", n), gone, &scim.GoneError{After: n, First: 5002, Last: last})
			} else if gone == nil {
				s.Errorf("after %d: %v", n, err)
			}
		}
	}
	s.people(1, 2)
	s.settled(2)
	restart(5000, 5001)
	gone(5001, 0, 1, 2, 1500, 5000, 5002)
	s.equal("after the restart", len(s.entriesAfter(5001)), 0)
	s.people(3, 4)
	s.settled(5003)
	gone(5003, 0, 2, 5000, 5004)
	list := s.entriesAfter(5001)
	if len(list) != 2 || list[0].First != 5002 || list[1].Last != 5003 {
		s.Errorf("the entries after the restart: %+v", list)
	}
	restart(0, 5004)
	s.equal("after the second restart", len(s.entriesAfter(5004)), 0)
}
