package storetest

import (
	"errors"
	"fmt"
	"os"
	"slices"
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
		{"very many members", feedMany}, {"L-11 a PUT of very many members", feedPut}, {"N-08 tenants are numbered apart", feedTenants}, {"pages", feedPages}, {"a number that is not there", feedAhead},
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

func feedEntries(s *feedSuite) {
	c := user(1, "ann")
	c.Actor = scim.Actor{Token: "k1", IdP: "okta", Agent: "a", Operator: "o", RequestID: "r1"}
	made := s.commit(c)
	put := user(1, "ann")
	put.If, put.Now = 1, start.Add(time.Minute)
	put.Put.Document = []byte(`{"schemas":[],"userName":"ann","active":false}`)
	s.commit(group(50, "g", 1))
	changed := s.commit(put)
	s.settled(4)
	all := s.entries()
	if len(all) != 3 {
		s.Fatalf("%d entries", len(all))
	}
	s.equal("create", all[0], scim.Entry{First: 1, Last: 1, Time: start, Type: "User", ID: id(1), Own: true, After: made, Actor: c.Actor})
	s.equal("group", all[1], scim.Entry{First: 2, Last: 3, Time: start, Type: "Group", ID: id(50), Own: true, After: s.get("Group", 50), Joined: edges(1)})
	s.equal("update", all[2], scim.Entry{First: 4, Last: 4, Time: put.Now, Type: "User", ID: id(1), Own: true, Before: made, After: changed, Groups: ids(50)})
	s.tells("1 create User 1 v1", "2 create Group 50 v1 +1", "4 update User 1 v2")
}

func feedNoEffect(s *feedSuite) {
	s.people(1)
	s.commit(group(50, "g", 1))
	for _, c := range []scim.Change{
		{AddMembers: edges(1)}, {RemoveMembers: ids(2)}, {ClearMembers: true, AddMembers: edges(1)}, {},
	} {
		c.Type, c.ID, c.If, c.Now = "Group", id(50), scim.IfAny, start
		s.commit(c)
	}
	s.tells("1 create User 1 v1", "2 create Group 50 v1 +1")
}

func feedRefused(s *feedSuite) {
	s.people(1)
	s.commit(group(50, "g", 1))
	taken, stale := user(2, "u1"), user(1, "ann")
	taken.Keys[0] = scim.IndexKey{Attr: "userName", Value: "person1", Unique: true}
	stale.If = 7
	for _, c := range []scim.Change{
		taken, stale, user(1, "bob"), group(51, "h", 9), {Type: "User", ID: id(9), If: scim.IfAny, Now: start, Remove: true},
		{Type: "Group", ID: id(50), If: scim.IfAny, Now: start, AddMembers: edges(1, 9)},
		{Type: "Group", ID: id(50), If: 7, Now: start, RemoveMembers: ids(1)},
	} {
		if _, err := s.store.Commit(s.Context(), s.id, c); err == nil {
			s.Errorf("%s %s: no error", c.Type, c.ID)
		}
	}
	s.tells("1 create User 1 v1", "2 create Group 50 v1 +1")
}

func feedMembers(s *feedSuite) {
	s.people(1, 2, 3, 4)
	s.commit(group(50, "g", 1, 2))
	move := func(c scim.Change) {
		c.Type, c.ID, c.If, c.Now = "Group", id(50), scim.IfAny, start
		s.commit(c)
	}
	move(scim.Change{AddMembers: edges(2, 3, 3)})
	move(scim.Change{RemoveMembers: ids(1, 4)})
	move(scim.Change{ClearMembers: true, AddMembers: edges(3, 4)})
	put := group(50, "h", 1)
	put.If, put.RemoveMembers = 4, ids(3)
	s.commit(put)
	move(scim.Change{ClearMembers: true})
	s.tells("1 create User 1 v1", "2 create User 2 v1", "3 create User 3 v1", "4 create User 4 v1", "5 create Group 50 v1 +1 +2",
		"8 members Group 50 v2 +3", "9 members Group 50 v3 -1", "10 members Group 50 v4 -2 +4", "12 update Group 50 v5 -3 +1",
		"15 members Group 50 v6 -1 -4")
	for _, e := range s.entries() {
		for _, m := range append(e.Left, e.Joined...) {
			s.equal("a member", m, edges(idNumber(m.ID))[0])
		}
	}
}

func feedRemoval(s *feedSuite) {
	s.people(1, 2)
	s.commit(group(50, "g", 1, 2))
	inner := group(51, "h", 1)
	s.commit(inner)
	s.commit(scim.Change{Type: "Group", ID: id(50), If: scim.IfAny, Now: start, AddMembers: subgroups(51)})
	later := start.Add(time.Hour)
	actor := scim.Actor{Token: "k2"}
	s.commit(scim.Change{Type: "User", ID: id(1), If: scim.IfAny, Now: later, Remove: true, Actor: actor})
	s.commit(scim.Change{Type: "Group", ID: id(51), If: scim.IfAny, Now: later, Remove: true, Actor: actor})
	s.commit(scim.Change{Type: "Group", ID: id(50), If: scim.IfAny, Now: later, Remove: true, Actor: actor})
	s.tells("1 create User 1 v1", "2 create User 2 v1", "3 create Group 50 v1 +1 +2", "6 create Group 51 v1 +1", "8 members Group 50 v2 +51",
		"9 members Group 50 v3 -1 for User 1", "10 members Group 51 v2 -1 for User 1", "11 remove User 1 v1",
		"12 members Group 50 v4 -51 for Group 51", "13 remove Group 51 v2", "14 remove Group 50 v4 -2")
	for _, e := range s.entries()[5:] {
		s.equal("actor of a removal", e.Actor, actor)
		s.equal("time of a removal", e.Time, later)
	}
}

func feedLeaver(s *feedSuite) {
	const groups = 120
	s.people(1)
	for n := range groups {
		s.commit(group(100+n, fmt.Sprint("g", n), 1))
	}
	s.settled(1 + 2*groups)
	s.commit(scim.Change{Type: "User", ID: id(1), If: scim.IfAny, Now: start, Remove: true})
	s.settled(1 + 2*groups + groups + 1)
	s.addsUp()
}

func feedMany(s *feedSuite) {
	const n, gone = scim.EntryMembers + 200, scim.EntryMembers + 50
	all := make([]int, n)
	for i := range all {
		all[i] = i + 1
	}
	s.people(all...)
	s.commit(group(9000, "g", all[:n-10]...))
	last := int64(n + 1 + n - 10)
	s.settled(last)
	s.commit(scim.Change{Type: "Group", ID: id(9000), If: scim.IfAny, Now: start, ClearMembers: true, AddMembers: edges(all[gone:]...)})
	last += gone + 10
	s.settled(last)
	s.commit(scim.Change{Type: "Group", ID: id(9000), If: scim.IfAny, Now: start, AddMembers: edges(all[:gone]...)})
	s.commit(scim.Change{Type: "Group", ID: id(9000), If: scim.IfAny, Now: start, Remove: true})
	last += gone + n + 1
	s.settled(last)
	s.addsUp()
}

// feedPut replaces the members of a group by nearly the same ones, as a PUT does: exactly the difference is told. It is
// 10,000 members if SCIMSTACK_LARGE is set.
func feedPut(s *feedSuite) {
	n := scim.EntryMembers / 2
	if os.Getenv("SCIMSTACK_LARGE") != "" {
		n = 10_000
	}
	all := make([]int, n+10)
	for i := range all {
		all[i] = i + 1
	}
	s.people(all...)
	s.commit(group(90_000, "g", all[:n]...))
	before := int64(n + 10 + 1 + n)
	s.settled(before)
	s.commit(scim.Change{Type: "Group", ID: id(90_000), If: scim.IfAny, Now: start, ClearMembers: true, AddMembers: edges(all[7:]...)})
	s.settled(before + 7 + 10) // and none of the group, which is as before
	var left, joined []int
	for _, e := range s.entriesAfter(before) {
		if e.Own || e.ID != id(90_000) {
			s.Errorf("entry %d is of %s", e.First, e.ID)
		}
		for _, m := range e.Left {
			left = append(left, idNumber(m.ID))
		}
		for _, m := range e.Joined {
			joined = append(joined, idNumber(m.ID))
		}
	}
	slices.Sort(left)
	slices.Sort(joined)
	s.equal("who left", left, all[:7])
	s.equal("who joined", joined, all[n:])
}

// entriesAfter reads entries without a check of their numbers.
func (s *feedSuite) entriesAfter(after int64) []scim.Entry {
	s.Helper()
	list, err := s.feed.Entries(s.Context(), s.id, after, 1000)
	if err != nil {
		s.Fatal(err)
	}
	return list
}

func feedTenants(s *feedSuite) {
	p := twoTenants(s.suite)
	for _, one := range []*suite{p.acme, p.other} {
		(&feedSuite{one, s.feed, s.within}).addsUp()
	}
	empty := *s.suite
	empty.id = tenantID(s.T, "empty")
	(&feedSuite{&empty, s.feed, s.within}).tells()
}

func feedPages(s *feedSuite) {
	s.people(1, 2, 3)
	s.commit(group(50, "g", 1, 2, 3))
	s.commit(group(51, "h"))
	s.settled(8)
	all := s.entries()
	for after := range int64(9) {
		for limit := range 7 {
			got, err := s.feed.Entries(s.Context(), s.id, after, limit)
			if err != nil {
				s.Fatal(err)
			}
			from := slices.IndexFunc(all, func(e scim.Entry) bool { return e.Last > after })
			if from < 0 {
				from = len(all)
			}
			s.equal(fmt.Sprintf("after %d, limit %d", after, limit), nonNil(got), nonNil(all[from:min(from+max(limit, 1), len(all))]))
		}
	}
}

func feedAhead(s *feedSuite) {
	s.people(1)
	s.settled(1)
	for after, want := range map[int64]*scim.GoneError{2: {After: 2, First: 1, Last: 1}, -1: nil, 1: nil} {
		_, err := s.feed.Entries(s.Context(), s.id, after, 1)
		var gone *scim.GoneError
		errors.As(err, &gone)
		if after >= 0 {
			s.equal(fmt.Sprintf("after %d", after), gone, want)
		} else if gone == nil {
			s.Errorf("after %d: %v", after, err)
		}
	}
}

// feedWriters: creates, changes of a group, and removals at the same time.
func feedWriters(s *feedSuite) {
	s.commit(group(900, "g"))
	var facts int64 = 1
	s.race(func(i int) error {
		if err := s.try(user(i+1, fmt.Sprint("w", i))); err != nil {
			return err
		}
		if err := s.try(scim.Change{Type: "Group", ID: id(900), If: scim.IfAny, Now: start, AddMembers: edges(i + 1)}); err != nil || i%3 > 0 {
			return err
		}
		return s.try(scim.Change{Type: "User", ID: id(i + 1), If: scim.IfAny, Now: start, Remove: true})
	}, nil)
	for i := range writers {
		if facts += 2; i%3 == 0 {
			facts += 2
		}
	}
	s.settled(facts)
	s.addsUp()
}

func feedHidden(s *feedSuite) {
	c := user(1, "ann")
	c.Put.Hidden = []byte(`{"password":"hash"}`)
	s.commit(c)
	next := user(1, "ann")
	next.If, next.Put.Hidden = 1, []byte(`{"password":"other"}`)
	s.commit(next)
	s.commit(scim.Change{Type: "User", ID: id(1), If: scim.IfAny, Now: start, Remove: true})
	s.settled(3)
	for _, e := range s.entries() {
		for _, r := range []*scim.Resource{e.Before, e.After} {
			if r != nil && r.Hidden != nil {
				s.Errorf("entry %d shows %s", e.First, r.Hidden)
			}
		}
	}
}
