package storetest

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Behaviour checks the contract of each method of a Store, and of the optional interfaces that
// it implements.
func Behaviour(t *testing.T, open Open) {
	for _, c := range []struct {
		name string
		run  func(*suite)
	}{
		{"create and get", createAndGet}, {"replace", replace}, {"index keys move", keysMove},
		{"A-33 unique keys", unique}, {"remove", remove}, {"list in pages", pages}, {"P-04 a page by offset is of now", jump}, {"lookup in pages", lookupPages},
		{"members", members}, {"members only", membersOnly}, {"L-11 clear members", clearMembers}, {"removal leaves groups", leaves},
		{"N-08 tenants are apart", apart}, {"unknown resources", unknown}, {"large values", large}, {"too large", tooLarge},
		{"GetMany", getMany}, {"with edges", withEdges},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.run(begin(t, open))
		})
	}
}

func createAndGet(s *suite) {
	c := user(1, "ann")
	c.Put.Hidden = []byte(`{"password":"hash"}`)
	r := s.commit(c)
	s.equal("version", r.Version, int64(1))
	got := s.get("User", 1)
	s.equal("stored", got, r)
	s.equal("document", string(got.Document), string(c.Put.Document))
	s.equal("hidden", string(got.Hidden), `{"password":"hash"}`)
	s.equal("created", got.Created.Equal(start) && got.LastModified.Equal(start), true)
	s.equal("external id", got.ExternalID, "ext-ann")
	if _, err := s.store.Commit(s.Context(), s.id, user(1, "other")); !errors.Is(err, scim.ErrVersion) {
		s.Errorf("creating twice: %v", err)
	}
	s.equal("unchanged", s.get("User", 1), r)
}

func replace(s *suite) {
	s.commit(user(1, "ann"))
	c := user(1, "ann")
	c.If, c.Now = 1, start.Add(time.Hour)
	c.Put.Created = start.Add(time.Hour) // the store keeps the time of creation
	r := s.commit(c)
	s.equal("version", r.Version, int64(2))
	s.equal("times", r.Created.Equal(start) && r.LastModified.Equal(start.Add(time.Hour)), true)
	if _, err := s.store.Commit(s.Context(), s.id, c); !errors.Is(err, scim.ErrVersion) {
		s.Errorf("stale version: %v", err)
	}
	c.If = scim.IfAny
	s.equal("any version", s.commit(c).Version, int64(3))
	missing := user(9, "x")
	for _, v := range []int64{1, scim.IfAny} {
		missing.If = v
		if _, err := s.store.Commit(s.Context(), s.id, missing); !errors.Is(err, scim.ErrNotFound) {
			s.Errorf("changing a missing resource at %d: %v", v, err)
		}
	}
}

func keysMove(s *suite) {
	s.commit(user(1, "ann"))
	c := user(1, "bob")
	c.If = 1
	s.commit(c)
	s.equal("old key", s.lookup("User", "userName", "ann", scim.Page{Limit: 5}), ids())
	s.equal("new key", s.lookup("User", "userName", "bob", scim.Page{Limit: 5}), ids(1))
	s.commit(user(2, "ann")) // the old name is available again
	s.equal("freed", s.lookup("User", "userName", "ann", scim.Page{Limit: 5}), ids(2))
	s.equal("other type", s.lookup("Group", "userName", "ann", scim.Page{Limit: 5}), ids())
}

func unique(s *suite) {
	s.commit(user(1, "ann"))
	s.commit(user(2, "bob"))
	var taken *scim.TakenError
	if _, err := s.store.Commit(s.Context(), s.id, user(3, "ann")); !errors.As(err, &taken) || taken.Attr != "userName" {
		s.Errorf("create with a taken name: %v", err)
	}
	if _, err := s.store.Get(s.Context(), s.id, "User", id(3)); !errors.Is(err, scim.ErrNotFound) {
		s.Errorf("a refused create left data: %v", err)
	}
	c := user(2, "ann")
	c.If = 1
	if _, err := s.store.Commit(s.Context(), s.id, c); !errors.As(err, &taken) {
		s.Errorf("change to a taken name: %v", err)
	}
	s.equal("unchanged", s.get("User", 2).Version, int64(1))
	s.equal("still found", s.lookup("User", "userName", "bob", scim.Page{Limit: 5}), ids(2))
	g := group(4, "ann") // uniqueness is per resource type
	s.commit(g)
	own := user(1, "ann")
	own.If = 1
	s.commit(own) // its own value is not a conflict
	shared := user(5, "eve")
	shared.Keys[1].Value = "ext-ann"
	s.commit(shared) // not unique: both may have the value
	s.equal("both", s.lookup("User", "externalId", "ext-ann", scim.Page{Limit: 5}), ids(1, 5))
}

func remove(s *suite) {
	s.commit(user(1, "ann"))
	del := scim.Change{Type: "User", ID: id(1), If: 7, Now: start, Remove: true}
	if _, err := s.store.Commit(s.Context(), s.id, del); !errors.Is(err, scim.ErrVersion) {
		s.Errorf("stale removal: %v", err)
	}
	del.If = 1
	if r := s.commit(del); r != nil {
		s.Errorf("removal returned %v", r)
	}
	if _, err := s.store.Get(s.Context(), s.id, "User", id(1)); !errors.Is(err, scim.ErrNotFound) {
		s.Errorf("after removal: %v", err)
	}
	s.equal("key", s.lookup("User", "userName", "ann", scim.Page{Limit: 5}), ids())
	got, _ := s.list("User", scim.Page{Limit: 5})
	s.equal("list", got, ids())
	if _, err := s.store.Commit(s.Context(), s.id, del); !errors.Is(err, scim.ErrNotFound) {
		s.Errorf("second removal: %v", err)
	}
	s.commit(user(2, "ann"))
}

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

func members(s *suite) {
	for n := 1; n <= 20; n++ {
		s.commit(user(n, "u"+id(n)))
	}
	s.commit(group(50, "g", 3, 1, 2))
	s.equal("members", s.members(50), ids(1, 2, 3))
	s.equal("groups", s.groupsOf(1, 4), map[string][]string{id(1): ids(50)})
	s.commit(group(51, "h", 1, 50))
	s.equal("two groups", s.groupsOf(1, 50), map[string][]string{id(1): ids(50, 51), id(50): ids(51)})
	is, err := s.store.IsMember(s.Context(), s.id, id(50), ids(1, 4, 3))
	if err != nil {
		s.Fatal(err)
	}
	s.equal("is member", is, map[string]bool{id(1): true, id(3): true})
	l, err := s.store.Members(s.Context(), s.id, id(50), scim.Page{Offset: 1, Limit: 1})
	if err != nil {
		s.Fatal(err)
	}
	s.equal("offset", l.Members, []scim.Member{{ID: id(2), Type: "User", Display: "u2"}})
	s.equal("more", l.More, true)
}

func membersOnly(s *suite) {
	s.commit(group(50, "g", 1, 2))
	c := scim.Change{Type: "Group", ID: id(50), If: 1, Now: start.Add(time.Hour), AddMembers: edges(3), RemoveMembers: ids(1, 9)}
	r := s.commit(c)
	s.equal("version", r.Version, int64(2))
	s.equal("document stays", string(r.Document), string(group(50, "g").Put.Document))
	s.equal("members", s.members(50), ids(2, 3))
	s.equal("left", s.groupsOf(1, 2, 3), map[string][]string{id(2): ids(50), id(3): ids(50)})
	s.equal("key stays", s.lookup("Group", "displayName", "g", scim.Page{Limit: 5}), ids(50))
	if _, err := s.store.Commit(s.Context(), s.id, c); !errors.Is(err, scim.ErrVersion) {
		s.Errorf("stale: %v", err)
	}
	// L-10: adding an existing edge and removing a missing one have no effect.
	for _, c := range []scim.Change{
		{Type: "Group", ID: id(50), If: scim.IfAny, Now: start, AddMembers: edges(3), RemoveMembers: ids(1, 9)},
		{Type: "Group", ID: id(50), If: 2, Now: start, Prior: r, ClearMembers: true, AddMembers: edges(2, 3)},
	} {
		same := s.commit(c)
		s.equal("no effect", same.Version, int64(2))
		s.equal("not modified", s.get("Group", 50).LastModified.Equal(start.Add(time.Hour)), true)
	}
	r = s.commit(scim.Change{Type: "Group", ID: id(50), If: scim.IfAny, Now: start, Prior: r, AddMembers: edges(3, 4)})
	s.equal("one of two has an effect", r.Version, int64(3))
	s.equal("members", s.members(50), ids(2, 3, 4))
}

func clearMembers(s *suite) {
	s.commit(group(50, "g", 1, 2, 3))
	s.commit(scim.Change{Type: "Group", ID: id(50), If: 1, Now: start, ClearMembers: true, AddMembers: edges(3, 4)})
	s.equal("members", s.members(50), ids(3, 4))
	s.commit(scim.Change{Type: "Group", ID: id(50), If: scim.IfAny, Now: start, ClearMembers: true})
	s.equal("none", s.members(50), ids())
	s.equal("groups", s.groupsOf(1, 2, 3, 4), map[string][]string{})
}

func leaves(s *suite) {
	s.commit(user(1, "ann"))
	s.commit(user(2, "bob"))
	s.commit(group(50, "g", 1, 2))
	s.commit(group(51, "h", 1))
	s.commit(scim.Change{Type: "User", ID: id(1), If: 1, Now: start.Add(time.Hour), Remove: true})
	s.equal("members", s.members(50), ids(2))
	s.equal("members", s.members(51), ids())
	s.equal("version", s.get("Group", 50).Version, int64(2))
	s.equal("modified", s.get("Group", 51).LastModified.Equal(start.Add(time.Hour)), true)
	s.commit(scim.Change{Type: "Group", ID: id(50), If: 2, Now: start, Remove: true})
	s.equal("groups", s.groupsOf(2), map[string][]string{})
	s.equal("members of a removed group", s.members(50), ids())
}

func apart(s *suite) {
	other := *s
	other.id = tenantID(s.T, "other")
	s.commit(user(1, "ann"))
	s.commit(group(50, "g", 1))
	other.commit(user(1, "ann"))
	s.equal("groups", other.groupsOf(1), map[string][]string{})
	s.equal("members", other.members(50), ids())
	other.commit(scim.Change{Type: "User", ID: id(1), If: 1, Now: start, Remove: true})
	s.get("User", 1)
	s.equal("lookup", other.lookup("User", "userName", "ann", scim.Page{Limit: 5}), ids())
	if _, err := s.store.Get(s.Context(), other.id, "Group", id(50)); !errors.Is(err, scim.ErrNotFound) {
		s.Errorf("foreign group: %v", err)
	}
}

func unknown(s *suite) {
	for _, typ := range []string{"User", "Group", "Device"} {
		if _, err := s.store.Get(s.Context(), s.id, typ, id(1)); !errors.Is(err, scim.ErrNotFound) {
			s.Errorf("%s: %v", typ, err)
		}
		got, _ := s.list(typ, scim.Page{Limit: 5})
		s.equal("list", got, ids())
	}
	s.equal("members", s.members(1), ids())
	s.commit(user(1, "ann"))
	if _, err := s.store.Get(s.Context(), s.id, "Group", id(1)); !errors.Is(err, scim.ErrNotFound) {
		s.Errorf("another type: %v", err)
	}
}

// large checks a document near the size limit, and keys that are long or look like syntax.
func large(s *suite) {
	c := user(1, "ann")
	c.Put.Document = slices.Concat([]byte(`{"schemas":[],"title":"`), slices.Repeat([]byte("x"), 200<<10), []byte(`"}`))
	long := string(slices.Repeat([]byte("k"), 3000))
	c.Keys = append(c.Keys, scim.IndexKey{Attr: "displayName", Value: long}, scim.IndexKey{Attr: "emails.value", Value: "a#b|c 'd' :e \"f\""})
	s.commit(c)
	s.equal("size", len(s.get("User", 1).Document), len(c.Put.Document))
	s.equal("long key", s.lookup("User", "displayName", long, scim.Page{Limit: 2}), ids(1))
	s.equal("odd key", s.lookup("User", "emails.value", "a#b|c 'd' :e \"f\"", scim.Page{Limit: 2}), ids(1))
	s.equal("part of a long key", s.lookup("User", "displayName", long[:2999], scim.Page{Limit: 2}), ids())
}

// tooLarge checks that what the store cannot keep changes nothing.
func tooLarge(s *suite) {
	c := user(1, "ann")
	c.Put.Document = slices.Concat([]byte(`{"schemas":[],"title":"`), slices.Repeat([]byte("x"), scim.MaxResource), []byte(`"}`))
	keys := user(1, "ann")
	for i := range 4 {
		keys.Keys = append(keys.Keys, scim.IndexKey{Attr: "emails.value", Value: string(slices.Repeat([]byte{byte('a' + i)}, scim.MaxResource/4))})
	}
	for what, c := range map[string]scim.Change{"document": c, "keys": keys} {
		var large *scim.TooLargeError
		if _, err := s.store.Commit(s.Context(), s.id, c); !errors.As(err, &large) || large.Bytes <= large.Limit {
			s.Errorf("%s: %v", what, err)
		}
	}
	got, _ := s.list("User", scim.Page{Limit: 5})
	s.equal("list", got, ids())
}
