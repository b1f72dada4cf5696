package storetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
)

// rangeValues are values of an index whose order by bytes differs from that of letters, lengths and numbers.
func rangeValues() []string {
	return []string{"0", "10", "9", "ABC", "B", "_", "a", "a ", "a!", "ab", "abc", "b", "ba", "é", "z", "zz", "~", "\ue000", "\U0001f600", "\U0010ffff"}
}

// ranges checks scim.Ranger, if the store has it: every range of every kind against the sorted values.
func ranges(s *suite) {
	ranger, ok := s.store.(scim.Ranger)
	if !ok {
		return
	}
	values := rangeValues()
	rand.New(rand.NewPCG(3, 4)).Shuffle(len(values), func(i, j int) { values[i], values[j] = values[j], values[i] })
	for i, v := range values {
		s.commit(named(i+1, v, "twin"))
	}
	r := &ranged{suite: s, ranger: ranger}
	r.holds("a new store")
	r.changes()
	other := *s
	other.id = tenantID(s.T, "other")
	other.commit(named(1, "a", "other"))
	s.commit(group(50, "a"))
	r.holds("after changes")
	(&ranged{suite: &other, ranger: ranger}).holds("another tenant")
	r.refused(other.id)
}

// named is a user with a unique key of its own and two that it shares or not.
func named(n int, values ...string) scim.Change {
	c := user(n, fmt.Sprint("u", n))
	c.Keys = c.Keys[1:]
	c.Keys[0].Attr = "nickName"
	for _, v := range values {
		c.Keys = append(c.Keys, scim.IndexKey{Attr: "name", Value: v})
	}
	return c
}

// ranged is a store whose ranges are checked.
type ranged struct {
	*suite
	ranger scim.Ranger
	want   []string                  // all entries of the index "name", in order
	now    map[string]*scim.Resource // what Get returns while nothing is written, by id
}

// changes moves, adds and removes keys.
func (r *ranged) changes() {
	for n, values := range map[int][]string{1: {"moved", "twin"}, 2: {}, 3: {"third", "c", "c"}} {
		c := named(n, values...)
		c.If = scim.IfAny
		r.commit(c)
	}
	r.commit(scim.Change{Type: "User", ID: id(4), If: scim.IfAny, Now: start, Remove: true})
	r.commit(named(40, "a", "aa"))
}

// entry is an entry as the check compares it.
func entry(value, id string) string { return value + "|" + id }

// read is one call, in short.
func (r *ranged) read(kr scim.KeyRange, page scim.Page) ([]string, bool) {
	r.Helper()
	kr.Attr = "name"
	l, err := r.ranger.Range(r.Context(), r.id, "User", kr, page)
	if err != nil {
		r.Fatalf("%+v %+v: %v", kr, page, err)
	}
	out := []string{}
	for _, e := range l.Entries {
		out = append(out, entry(e.Value, e.Resource.ID))
		r.equal("resource of a range", e.Resource, r.stored(e.Resource.ID))
	}
	return out, l.More
}

// stored is a resource as Get returns it. It is asked for once: a range is read some hundred times.
func (r *ranged) stored(id string) *scim.Resource {
	if r.now[id] == nil {
		r.now[id] = r.get("User", idNumber(id))
	}
	return r.now[id]
}

// holds compares every range with the entries that Lookup finds.
func (r *ranged) holds(when string) {
	r.Helper()
	r.want, r.now = nil, map[string]*scim.Resource{}
	for _, v := range append(rangeValues(), "twin", "moved", "third", "c", "aa", "other") {
		for _, found := range r.lookup("User", "name", v, scim.Page{Limit: 100}) {
			r.want = append(r.want, entry(v, found))
		}
	}
	slices.SortFunc(r.want, func(a, b string) int {
		x, y := strings.SplitN(a, "|", 2), strings.SplitN(b, "|", 2)
		return slices.Compare(x, y)
	})
	for _, kr := range []scim.KeyRange{
		{}, {Prefix: "a"}, {Prefix: "ab"}, {Prefix: "tw"}, {Prefix: "none"}, {Prefix: "\U0010ffff"}, {Prefix: "\ud7ff"}, {From: "a"}, {From: scim.Above("a")}, {To: "a"}, {To: scim.Above("a")},
		{From: "a", To: "b"}, {From: scim.Above("a"), To: scim.Above("b")}, {From: "b", To: "a"}, {From: "a", To: "a"}, {From: "a", To: scim.Above("a")},
		{Prefix: "a", From: "ab"}, {Prefix: "a", To: "ab"}, {Prefix: "a", From: "b"}, {From: "twin", To: "twin\x00"},
	} {
		for _, kr.Reverse = range []bool{false, true} {
			r.part(when, kr)
		}
	}
}

// part checks one range: whole, by offset, and as a walk.
func (r *ranged) part(when string, kr scim.KeyRange) {
	r.Helper()
	want := []string{}
	for _, e := range r.want {
		if value, _, _ := strings.Cut(e, "|"); kr.Contains(value) {
			want = append(want, e)
		}
	}
	if kr.Reverse {
		slices.Reverse(want)
	}
	what := fmt.Sprintf("%s: %+v", when, kr)
	got, more := r.read(kr, scim.Page{Limit: 100})
	r.equal(what, got, want)
	r.equal(what+" more", more, false)
	if len(want) > 0 {
		for _, n := range []int{0, 1, len(want) / 2, len(want) - 1, len(want), len(want) + 1} {
			got, more = r.read(kr, scim.Page{Offset: n, Limit: 2})
			from, to := min(n, len(want)), min(n+2, len(want))
			r.equal(fmt.Sprint(what, " offset ", n), got, nonNil(want[from:to]))
			r.equal(fmt.Sprint(what, " more at ", n), more, to < len(want))
		}
	}
	for _, position := range []string{entry("b", id(0)), entry("twin", id(99))} { // of no entry
		kr := kr
		var page scim.Page
		kr.After, page.After, _ = strings.Cut(position, "|")
		if page.Limit = 100; !kr.Contains(kr.After) {
			continue
		}
		rest := slices.DeleteFunc(slices.Clone(want), func(e string) bool {
			return slices.Compare(strings.SplitN(e, "|", 2), strings.SplitN(position, "|", 2)) < 0 != kr.Reverse
		})
		got, _ = r.read(kr, page)
		r.equal(what+" after "+position, got, nonNil(rest))
	}
	got, page := []string{}, scim.Page{Limit: 3}
	for walked := kr; ; {
		part, more := r.read(walked, page)
		got = append(got, part...)
		if !more || len(part) == 0 || len(got) > len(want) {
			break
		}
		walked.After, page.After, _ = strings.Cut(part[len(part)-1], "|")
	}
	r.equal(what+" as a walk", got, want)
}

// refused: a range of a type, an attribute or a tenant that has none is empty; no tenant is refused.
func (r *ranged) refused(other scim.TenantID) {
	for _, c := range []struct {
		t         scim.TenantID
		typ, attr string
	}{{r.id, "Robot", "name"}, {r.id, "User", "title"}, {tenantID(r.T, "third"), "User", "name"}, {other, "Group", "displayName"}} {
		l, err := r.ranger.Range(r.Context(), c.t, c.typ, scim.KeyRange{Attr: c.attr}, scim.Page{Limit: 9})
		if err != nil || len(l.Entries) > 0 || l.More {
			r.Errorf("%s %s %s: %v %v", c.t, c.typ, c.attr, l, err)
		}
	}
	l, err := r.ranger.Range(r.Context(), r.id, "User", scim.KeyRange{Attr: "name"}, scim.Page{})
	r.equal("a range of nothing", err, nil)
	r.equal("its entries", len(l.Entries), 0)
	if _, err := r.ranger.Range(r.Context(), scim.TenantID{}, "User", scim.KeyRange{Attr: "name"}, scim.Page{Limit: 1}); err != scim.ErrNoTenant { //nolint:errorlint // the contract names it
		r.Errorf("no tenant: %v", err)
	}
}
