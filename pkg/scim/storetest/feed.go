package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Feed checks scim.Feed: that each commit with an effect has its entries, in order, without a gap and
// once, and that what they say adds up to what the store has. A Store whose entries follow the commits
// after a moment says how long that may take; 0 means that they are there when Commit returns.
func Feed(t *testing.T, open Open, within time.Duration) { FeedExcept(t, open, within, nil) }

// FeedExcept is Feed without the checks that are named, each with its reason; see Except.
func FeedExcept(t *testing.T, open Open, within time.Duration, exceptions map[string]string) {
	skipped := 0
	for _, c := range []struct {
		name string
		run  func(*feedSuite)
	}{
		{"what an entry has", feedEntries}, {"E-06 a commit without effect has none", feedNoEffect}, {"a commit that failed has none", feedRefused},
		{"L-11 a change of members is its difference", feedMembers}, {"X-04 a removal", feedRemoval}, {"X-04 a removal from very many groups", feedLeaver},
		{"very many members", feedMany}, {"L-11 a PUT of very many members", feedPut}, {"N-08 tenants are numbered apart", feedTenants}, {"pages", feedPages}, {"a number that is not there", feedAhead}, {"a restart", feedRestart},
		{"many writers", feedWriters}, {"secrets are not shown", feedHidden},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if reason := exceptions[c.name]; reason != "" {
				t.Skip(reason)
			}
			s := begin(t, open)
			feed, ok := s.store.(scim.Feed)
			if !ok {
				t.Fatal("the store is no scim.Feed")
			}
			c.run(&feedSuite{suite: s, feed: feed, within: within})
		})
		if exceptions[c.name] != "" {
			skipped++
		}
	}
	if skipped < len(exceptions) {
		t.Errorf("%d of %d exceptions name a check", skipped, len(exceptions))
	}
}

// feedSuite is a store with a feed.
type feedSuite struct {
	*suite
	feed   scim.Feed
	within time.Duration
}

// settled waits until the last number is n, and checks that.
func (s *feedSuite) settled(n int64) {
	s.Helper()
	for end := time.Now().Add(s.within); ; time.Sleep(10 * time.Millisecond) {
		last, err := s.feed.Last(s.Context(), s.id)
		if err != nil {
			s.Fatal(err)
		}
		if last == n {
			return
		}
		if !time.Now().Before(end) {
			s.Fatalf("the last number is %d, want %d", last, n)
		}
	}
}

// entries reads the feed in pages, and checks the numbers.
func (s *feedSuite) entries() (out []scim.Entry) {
	s.Helper()
	after := int64(0)
	for {
		page, err := s.feed.Entries(s.Context(), s.id, after, 3)
		if err != nil {
			s.Fatal(err)
		}
		if len(page) == 0 {
			return out
		}
		if len(page) > 3 {
			s.Fatalf("%d entries on a page of 3", len(page))
		}
		for _, e := range page {
			n := int64(len(e.Joined) + len(e.Left))
			if n > scim.EntryMembers {
				s.Errorf("an entry with %d members", n)
			}
			if e.Own {
				n++
			}
			if e.First != after+1 || e.Last != after+n || n == 0 {
				s.Fatalf("numbers %d to %d of %d facts follow %d", e.First, e.Last, n, after)
			}
			after = e.Last
			out = append(out, e)
		}
	}
}

// told is an entry in short: the change of the resource, who left and who joined.
func told(e scim.Entry) string {
	what := "members"
	switch {
	case e.Own && e.Before == nil:
		what = "create"
	case e.Own && e.After == nil:
		what = "remove"
	case e.Own:
		what = "update"
	}
	out := fmt.Sprintf("%d %s %s %d v%d", e.First, what, e.Type, idNumber(e.ID), e.Resource().Version)
	for _, m := range e.Left {
		out += fmt.Sprintf(" -%d", idNumber(m.ID))
	}
	for _, m := range e.Joined {
		out += fmt.Sprintf(" +%d", idNumber(m.ID))
	}
	if e.Cause.ID != "" {
		out += fmt.Sprintf(" for %s %d", e.Cause.Type, idNumber(e.Cause.ID))
	}
	return out
}

// tells compares the whole feed with what it must tell, and with the store.
func (s *feedSuite) tells(want ...string) {
	s.Helper()
	var n int64
	got := []string{}
	if len(want) > 0 { // the last number follows from the last line
		_, _ = fmt.Sscan(want[len(want)-1], &n)
		n += int64(countMoves(want[len(want)-1]))
	}
	s.settled(n)
	for _, e := range s.entries() {
		got = append(got, told(e))
	}
	s.equal("the feed", got, nonNil(want))
	s.addsUp()
}

// countMoves is how many numbers after its first one the entry of a line of told has.
func countMoves(line string) (n int) {
	for i := range line {
		if i > 0 && line[i-1] == ' ' && (line[i] == '-' || line[i] == '+') {
			n++
		}
	}
	var first int
	var what string
	if _, _ = fmt.Sscan(line, &first, &what); what == "members" {
		n--
	}
	return n
}
