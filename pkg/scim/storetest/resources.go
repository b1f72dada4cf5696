package storetest

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/scimstack/scimstack/pkg/scim"
)

func createAndGet(s *suite) {
	c := user(1, "ann")
	c.Put.Created = start.Add(-time.Hour)
	c.Put.Hidden = []byte(`{"password":"hash"}`)
	r := s.commit(c)
	s.equal("version", r.Version, int64(1))
	got := s.get("User", 1)
	s.equal("stored", got, r)
	s.equal("document", string(got.Document), string(c.Put.Document))
	s.equal("hidden", string(got.Hidden), `{"password":"hash"}`)
	s.equal("created", got.Created.Equal(c.Put.Created) && got.LastModified.Equal(start), true)
	s.equal("external id", got.ExternalID, "ext-ann")
	s.fails("creating twice", scim.ErrVersion, second(s.store.Commit(s.Context(), s.id, user(1, "other"))))
	s.equal("unchanged", s.get("User", 1), r)
}

func replace(s *suite) {
	first := user(1, "ann")
	first.Put.Hidden = []byte(`{"password":"hash"}`)
	s.commit(first)
	c := user(1, "ann")
	c.If, c.Now = 1, start.Add(time.Hour)
	c.Put.Created = start.Add(time.Hour) // the store keeps the time of creation
	c.Put.Document, c.Put.Hidden, c.Put.ExternalID = []byte(`{"schemas":[],"title":"x"}`), nil, ""
	r := s.commit(c)
	s.equal("document", string(r.Document)+r.ExternalID+string(r.Hidden), `{"schemas":[],"title":"x"}`)
	s.equal("stored", s.get("User", 1), r, cmpopts.EquateEmpty())
	s.equal("version", r.Version, int64(2))
	s.equal("times", r.Created.Equal(start) && r.LastModified.Equal(start.Add(time.Hour)), true)
	s.fails("stale version", scim.ErrVersion, second(s.store.Commit(s.Context(), s.id, c)))
	c.If = scim.IfAny
	s.equal("any version", s.commit(c).Version, int64(3))
	missing := user(9, "x")
	for _, v := range []int64{1, scim.IfAny} {
		missing.If = v
		s.fails(fmt.Sprintf("changing a missing resource at %d", v), scim.ErrNotFound, second(s.store.Commit(s.Context(), s.id, missing)))
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
	s.taken("create with a taken name", user(3, "ann"), "userName")
	s.fails("a refused create left data", scim.ErrNotFound, second(s.store.Get(s.Context(), s.id, "User", id(3))))
	c := user(2, "ann")
	c.If = 1
	s.taken("change to a taken name", c, "userName")
	s.equal("unchanged", s.get("User", 2).Version, int64(1))
	s.equal("still found", s.lookup("User", "userName", "bob", scim.Page{Limit: 5}), ids(2))
	g := group(4, "ann") // uniqueness is per resource type
	g.Keys = append(g.Keys, user(4, "ann").Keys...)
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
	s.fails("stale removal", scim.ErrVersion, second(s.store.Commit(s.Context(), s.id, del)))
	del.If = 1
	if r := s.commit(del); r != nil {
		s.Errorf("removal returned %v", r)
	}
	s.fails("after removal", scim.ErrNotFound, second(s.store.Get(s.Context(), s.id, "User", id(1))))
	s.equal("key", s.lookup("User", "userName", "ann", scim.Page{Limit: 5}), ids())
	got, _ := s.list("User", scim.Page{Limit: 5})
	s.equal("list", got, ids())
	s.fails("second removal", scim.ErrNotFound, second(s.store.Commit(s.Context(), s.id, del)))
	s.commit(user(2, "ann"))
}

func unknown(s *suite) {
	for _, typ := range []string{"User", "Group", "Device"} {
		s.fails("Get of a "+typ+" of an empty store", scim.ErrNotFound, second(s.store.Get(s.Context(), s.id, typ, id(1))))
		got, _ := s.list(typ, scim.Page{Limit: 5})
		s.equal("list", got, ids())
	}
	s.equal("members", s.members(1), ids())
	s.commit(user(1, "ann"))
	s.absent("Group", 1)
}

// exact: ids and keys are compared byte by byte. What is folded was folded by the caller.
func exact(s *suite) {
	for i, name := range []string{"ann", "Ann", "ANN", "ann ", "annx", "\u00e4nn", "a\u0308nn"} {
		c := user(i+1, name)
		c.Type, c.Put.Type = "Device", "Device"
		s.commit(c)
		s.equal(name, s.lookup("Device", "userName", name, scim.Page{Limit: 9}), ids(i+1))
	}
	s.equal("prefix", s.lookup("Device", "userName", "an", scim.Page{Limit: 9}), ids())
	s.equal("empty", s.lookup("Device", "userName", "", scim.Page{Limit: 9}), ids())
	s.equal("attribute", s.lookup("Device", "username", "ann", scim.Page{Limit: 9}), ids())
	c := user(9, "lower")
	c.ID = "01900000-abcd"
	s.commit(c)
	s.commit(scim.Change{Type: "Group", ID: id(50), Now: start, Put: group(50, "g").Put, AddMembers: []scim.Member{{ID: c.ID, Type: "User"}}})
	for _, other := range []string{"01900000-ABCD", "01900000-abc", "01900000-abcd ", ""} {
		s.fails(fmt.Sprintf("Get %q", other), scim.ErrNotFound, second(s.store.Get(s.Context(), s.id, "User", other)))
		is, err := s.store.IsMember(s.Context(), s.id, id(50), []string{other, c.ID})
		s.equal("IsMember", err, nil)
		s.equal("is member", is, map[string]bool{c.ID: true})
		s.refused("member "+other, scim.Change{Type: "Group", ID: id(50), If: 1, Now: start, AddMembers: []scim.Member{{ID: other, Type: "User"}}}, other)
	}
	s.fails("type in another case", scim.ErrNotFound, second(s.store.Get(s.Context(), s.id, "user", c.ID)))
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
			s.Errorf("%s: error %v, want a *scim.TooLargeError with Bytes above Limit", what, err)
		}
	}
	got, _ := s.list("User", scim.Page{Limit: 5})
	s.equal("list", got, ids())
}

// versions: each change that has an effect advances the version by one, and none is written at
// another version than it asks for.
func versions(s *suite) {
	s.people(1, 2)
	for i, c := range []scim.Change{
		group(50, "g"),
		{If: 1, AddMembers: edges(1)},
		{If: scim.IfAny, AddMembers: edges(2)},
		{If: 3, RemoveMembers: ids(1)},
		{If: 4, ClearMembers: true},
		{If: 5, Put: group(50, "g").Put, Keys: group(50, "g").Keys, AddMembers: edges(1), Display: "G"},
	} {
		c.Type, c.ID, c.Now = "Group", id(50), start.Add(time.Duration(i)*time.Minute)
		r := s.commit(c)
		s.equal("version", r.Version, int64(i+1))
		s.equal("times", r.Created.Equal(start) && r.LastModified.Equal(c.Now), true)
		s.equal("stored", s.get("Group", 50), r, cmpopts.EquateEmpty())
	}
	before, members := s.get("Group", 50), s.members(50)
	for _, version := range []int64{scim.IfAbsent, 1, 5, 7} {
		for _, c := range []scim.Change{{Remove: true}, {AddMembers: edges(2)}, {RemoveMembers: ids(1)}, {ClearMembers: true}, {Put: group(50, "h").Put, Keys: group(50, "h").Keys}} {
			if version == scim.IfAbsent && c.Put == nil {
				continue // a create has a state
			}
			c.Type, c.ID, c.If, c.Now = "Group", id(50), version, start
			s.fails(fmt.Sprintf("at version %d", version), scim.ErrVersion, second(s.store.Commit(s.Context(), s.id, c)))
		}
	}
	s.equal("group", s.get("Group", 50), before)
	s.equal("members", s.members(50), members)
	s.equal("key", s.lookup("Group", "displayName", "h", scim.Page{Limit: 2}), ids())
}

// taken checks that a key is taken by its attribute and value together, and that a change that
// names a taken one changes nothing: it claims no other key and writes no edge.
func taken(s *suite) {
	key := func(attr, value string) scim.IndexKey { return scim.IndexKey{Attr: attr, Value: value, Unique: true} }
	s.people(8, 9)
	first, second := user(1, "ann"), user(2, "bob")
	first.Keys = []scim.IndexKey{key("userName", "ann"), key("employeeNumber", "7")}
	second.Keys = []scim.IndexKey{key("userName", "7"), key("employeeNumber", "ann")}
	s.commit(first)
	s.commit(second) // the values of the first, of the other attribute
	s.equal("name", s.lookup("User", "userName", "7", scim.Page{Limit: 5}), ids(2))
	s.equal("number", s.lookup("User", "employeeNumber", "7", scim.Page{Limit: 5}), ids(1))

	create := user(3, "eve")
	create.Keys = []scim.IndexKey{key("userName", "eve"), {Attr: "emails.value", Value: "eve"}, key("employeeNumber", "7")}
	create.AddMembers = edges(8)
	s.taken("create", create, "employeeNumber")
	s.absent("User", 3)
	change := create
	change.ID, change.If, change.ClearMembers = id(2), 1, true
	before := s.get("User", 2)
	s.taken("change", change, "employeeNumber")
	s.equal("unchanged", s.get("User", 2), before)
	for _, n := range []int{2, 3} {
		s.equal("members", s.members(n), ids())
	}
	s.equal("groups", s.groupsOf(8), map[string][]string{})
	for _, attr := range []string{"userName", "emails.value"} {
		s.equal("not claimed", s.lookup("User", attr, "eve", scim.Page{Limit: 5}), ids())
	}
	s.equal("still found", s.lookup("User", "userName", "7", scim.Page{Limit: 5}), ids(2))
	s.commit(user(4, "eve"))
	s.commit(scim.Change{Type: "User", ID: id(1), If: 1, Now: start, AddMembers: edges(9)}) // keys stay
	s.taken("after a change of edges", create, "userName")
	own := first
	own.If, own.Keys = 2, []scim.IndexKey{key("userName", "ann"), key("employeeNumber", "8")}
	s.commit(own)
	s.commit(scim.Change{Type: "User", ID: id(4), If: 1, Now: start, Remove: true})
	s.commit(create) // the number and the name are free now
	s.equal("freed", s.lookup("User", "employeeNumber", "7", scim.Page{Limit: 5}), ids(3))
}

// taken commits a change that names a taken key.
func (s *suite) taken(what string, c scim.Change, attr string) {
	s.Helper()
	var taken *scim.TakenError
	if _, err := s.store.Commit(s.Context(), s.id, c); !errors.As(err, &taken) || taken.Attr != attr {
		s.Errorf("%s: %v, want that %s is taken", what, err, attr)
	}
}
