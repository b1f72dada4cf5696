package storetest

import (
	"fmt"

	"github.com/scimstack/scimstack/pkg/scim"
)

func pages(s *suite) {
	for _, n := range []int{3, 1, 5, 2, 4} {
		s.commit(user(n, "u"+id(n)))
	}
	s.commit(group(6, "g"))
	got, l := s.list("User", scim.Page{Limit: 2})
	s.equal("first page", got, ids(1, 2))
	s.equal("more", l.More, true)
	if l.Total != 5 && l.Total != -1 {
		s.Errorf("total %d", l.Total)
	}
	got, l = s.list("User", scim.Page{After: id(2), Limit: 3})
	s.equal("after", got, ids(3, 4, 5))
	s.equal("no more", l.More, false)
	got, _ = s.list("User", scim.Page{Offset: 3, Limit: 5})
	s.equal("offset", got, ids(4, 5))
	got, _ = s.list("User", scim.Page{Offset: 9, Limit: 5})
	s.equal("offset beyond the end", got, ids())
	got, _ = s.list("User", scim.Page{After: id(5), Limit: 5})
	s.equal("after the last", got, ids())
	got, l = s.list("User", scim.Page{})
	s.equal("totals only", got, ids())
	s.equal("total", l.Total, 5)
}

// jump: a page by offset is counted from the resources of now, whatever pages were read before
// others were removed or created.
func jump(s *suite) {
	for n := range 30 {
		s.commit(user(n+1, fmt.Sprint("user", n+1)))
	}
	for offset := 0; offset < 30; offset += 5 {
		got, l := s.list("User", scim.Page{Offset: offset, Limit: 5})
		s.equal("page", got, ids(offset+1, offset+2, offset+3, offset+4, offset+5))
		s.equal("total", l.Total, 30)
	}
	for n := range 10 {
		s.commit(scim.Change{Type: "User", ID: id(n + 1), If: scim.IfAny, Now: start, Remove: true})
	}
	for n := 31; n <= 33; n++ {
		s.commit(user(n, fmt.Sprint("user", n)))
	}
	for _, p := range []scim.Page{{Offset: 10, Limit: 5}, {Offset: 5, Limit: 5}, {Offset: 20, Limit: 5}, {Offset: 15, Limit: 1}} {
		got, l := s.list("User", p)
		want := []string{}
		for n := 11 + p.Offset; n < 11+p.Offset+p.Limit && n <= 33; n++ {
			want = append(want, id(n))
		}
		s.equal(fmt.Sprintf("page after removals %+v", p), got, want)
		s.equal("total after removals", l.Total, 23)
	}
}

func lookupPages(s *suite) {
	for n := 1; n <= 5; n++ {
		c := user(n, "u"+id(n))
		c.Keys = append(c.Keys, scim.IndexKey{Attr: "displayName", Value: "same"})
		s.commit(c)
	}
	s.equal("first", s.lookup("User", "displayName", "same", scim.Page{Limit: 2}), ids(1, 2))
	s.equal("after", s.lookup("User", "displayName", "same", scim.Page{After: id(2), Limit: 2}), ids(3, 4))
	s.equal("offset", s.lookup("User", "displayName", "same", scim.Page{Offset: 4, Limit: 2}), ids(5))
	s.equal("none", s.lookup("User", "displayName", "another", scim.Page{Limit: 2}), ids())
}

// everyPage walks lists and lookups in pages of every size, by After and by Offset: each page holds
// what the whole range holds there, and says truly whether more follows.
func everyPage(s *suite) {
	const n = 7
	for i := n; i > 0; i-- {
		s.commit(s.twin(i))
	}
	all := ids(1, 2, 3, 4, 5, 6, 7)
	list := func(p scim.Page) scim.List { _, l := s.list("User", p); return l }
	lookup := func(p scim.Page) scim.List { return s.pageOf("User", "displayName", "same", p) }
	for what, read := range map[string]func(scim.Page) scim.List{"List": list, "Lookup": lookup} {
		for limit := 1; limit <= n+1; limit++ {
			for from := range n + 2 {
				part, more := all[min(from, n):min(from+limit, n)], from+limit < n
				s.page(fmt.Sprintf("%s, offset %d, limit %d", what, from, limit), read(scim.Page{Offset: from, Limit: limit}), part, more, n)
				if from > 0 {
					s.page(fmt.Sprintf("%s, after %d, limit %d", what, from, limit), read(scim.Page{After: id(from), Limit: limit}), part, more, n)
				}
			}
		}
		s.page(what+" between two ids", read(scim.Page{After: id(3) + "x", Limit: 2}), ids(4, 5), true, n)
		s.equal(what+" of nothing", idsOf(read(scim.Page{After: id(3)})), ids())
	}
}

// page compares a range. A total that is known is that of all entries.
func (s *suite) page(what string, l scim.List, want []string, more bool, total int) {
	s.Helper()
	s.equal(what, idsOf(l), append([]string{}, want...))
	s.equal(what+": more", l.More, more)
	if l.Total != total && l.Total != -1 {
		s.Errorf("%s: total %d, want %d", what, l.Total, total)
	}
}
