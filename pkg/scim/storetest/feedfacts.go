package storetest

import (
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

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
