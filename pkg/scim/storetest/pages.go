package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Jumps checks that a jump to an offset tells of now: what a walk has passed may have been
// deleted since.
func Jumps(t *testing.T, open Open) {
	t.Run("walk, delete in front, jump", func(t *testing.T) {
		t.Parallel()
		s := begin(t, open)
		for n := 1; n <= 30; n++ {
			s.commit(user(n, fmt.Sprint("u", n)))
		}
		for offset := 0; offset < 30; offset += 10 {
			s.list("User", scim.Page{Offset: offset, Limit: 10})
		}
		for n := 1; n <= 10; n++ {
			s.commit(scim.Change{Type: "User", ID: id(n), If: 1, Now: start, Remove: true})
		}
		for _, offset := range []int{10, 0, 19, 20, 25} {
			s.jump(offset, 10, 20)
		}
		s.commit(user(31, "u31"))
		s.jump(20, 10, 21)
	})
}

// jump compares a page with what a walk from the beginning finds there.
func (s *suite) jump(offset, limit, total int) {
	s.Helper()
	all, l := s.list("User", scim.Page{Limit: 1000})
	s.equal("resources", len(all), total)
	got, page := s.list("User", scim.Page{Offset: offset, Limit: limit})
	from, to := min(offset, total), min(offset+limit, total)
	s.equal(fmt.Sprint("offset ", offset), got, all[from:to])
	s.equal("more", page.More, to < total)
	for _, n := range []int{l.Total, page.Total} {
		if n != total && n != -1 {
			s.Errorf("offset %d: total %d, want %d", offset, n, total)
		}
	}
	_, count := s.list("User", scim.Page{})
	s.equal("total", count.Total, total)
}

// Renames checks that members are shown under their display names of now. A Store for which that
// takes a moment says how long it may take; 0 means at once.
func Renames(t *testing.T, open Open, within time.Duration) {
	t.Run("L-02 members follow a rename", func(t *testing.T) {
		t.Parallel()
		s := begin(t, open)
		s.commit(user(1, "ann"))
		s.commit(user(2, "bob"))
		s.commit(group(50, "g", 1, 2))
		version := s.get("Group", 50).Version
		s.rename(1, "Ann", 1)
		s.shown(within, map[string]string{id(1): "Ann", id(2): "u2"})
		s.commit(scim.Change{Type: "Group", ID: id(50), If: scim.IfAny, Now: start, RemoveMembers: ids(1)})
		s.commit(scim.Change{Type: "Group", ID: id(50), If: scim.IfAny, Now: start, AddMembers: edges(1)}) // of a caller that has read the old name
		s.shown(within, map[string]string{id(1): "Ann", id(2): "u2"})
		s.rename(1, "", 2) // says nothing
		s.rename(2, "Bob", 1)
		s.shown(within, map[string]string{id(1): "Ann", id(2): "Bob"})
		s.equal("the group has not changed", s.get("Group", 50).Version, version+2)
		s.commit(group(51, "sub"))
		s.commit(scim.Change{Type: "Group", ID: id(50), If: scim.IfAny, Now: start, AddMembers: subgroups(51)})
		sub := group(51, "sub")
		sub.If, sub.Display = 1, "Sub"
		s.commit(sub)
		s.shown(within, map[string]string{id(1): "Ann", id(2): "Bob", id(51): "Sub"})
	})
}

func (s *suite) rename(n int, display string, version int64) {
	s.Helper()
	c := user(n, fmt.Sprint("name", n))
	c.If, c.Display = version, display
	s.commit(c)
}

func (s *suite) shown(within time.Duration, want map[string]string) {
	s.Helper()
	for end := time.Now().Add(within); ; time.Sleep(10 * time.Millisecond) {
		l, err := s.store.Members(s.Context(), s.id, id(50), scim.Page{Limit: 10})
		if err != nil {
			s.Fatal(err)
		}
		got := map[string]string{}
		for _, m := range l.Members {
			got[m.ID] = m.Display
		}
		late := !time.Now().Before(end)
		if late {
			s.equal("display", got, want)
		}
		if late || fmt.Sprint(got) == fmt.Sprint(want) {
			return
		}
	}
}
