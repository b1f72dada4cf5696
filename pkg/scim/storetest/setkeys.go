package storetest

import (
	"fmt"

	"github.com/scimstack/scimstack/pkg/scim"
)

// setKeys checks scim.KeySetter, if the store has it: keys that are set find their resource, those that are not set any more
// do not, and nothing else of it changes.
func setKeys(s *suite) {
	a, ok := s.store.(scim.KeySetter)
	if !ok {
		return
	}
	other := *s
	other.id = tenantID(s.T, "other")
	for _, tn := range []*suite{s, &other} {
		for n := 1; n <= 4; n++ {
			tn.commit(user(n, fmt.Sprint("u", n)))
		}
	}
	s.commit(group(1, "g")) // with the id of a user
	all := func() []*scim.Resource {
		return []*scim.Resource{s.get("User", 1), s.get("User", 2), s.get("User", 3), s.get("Group", 1)}
	}
	was := all()
	k := &keySets{suite: s, setter: a}
	list := []scim.Keyed{
		{ID: id(1), Version: 1, Keys: titles("a", "b", "a")}, {ID: id(2), Version: 1, Keys: append(titles("a"), scim.IndexKey{Attr: "nickName", Value: "no"})},
		{ID: id(3), Version: 7, Keys: titles("a")}, {ID: id(9), Version: 1, Keys: titles("a")}, {ID: id(4), Version: 1},
	}
	for range 2 { // and again
		k.set("set", list, id(3))
		k.found("a", id(1), id(2))
		k.found("b", id(1))
	}
	k.set("nothing", nil)
	s.equal("another attribute", s.lookup("User", "nickName", "no", scim.Page{Limit: 9}), []string{})
	s.equal("keys of before", s.lookup("User", "userName", "u1", scim.Page{Limit: 9}), []string{id(1)})
	s.equal("another type", len(s.lookup("Group", "title", "a", scim.Page{Limit: 9})), 0)
	s.equal("another tenant", len(other.lookup("User", "title", "a", scim.Page{Limit: 9})), 0)
	s.equal("resources", all(), was)
	k.inOrder("a", "a", "b")
	k.set("other keys", []scim.Keyed{{ID: id(1), Version: 1, Keys: titles("0")}})
	k.found("a", id(2))
	k.found("b")
	k.inOrder("0", "a")
	k.later()
	_, err := a.SetKeys(s.Context(), scim.TenantID{}, "User", []string{"title"}, list)
	s.equal("no tenant", err, scim.ErrNoTenant)
}

// keySets sets keys of the attribute title.
type keySets struct {
	*suite
	setter scim.KeySetter
}

func titles(values ...string) (keys []scim.IndexKey) {
	for _, v := range values {
		keys = append(keys, scim.IndexKey{Attr: "title", Value: v, Unique: true})
	}
	return keys
}

func (k *keySets) set(what string, list []scim.Keyed, want ...string) {
	k.Helper()
	changed, err := k.setter.SetKeys(k.Context(), k.id, "User", []string{"title"}, list)
	k.equal(what, err, nil)
	k.equal(what+" changed", nonNil(changed), nonNil(want))
}

func (k *keySets) found(value string, ids ...string) {
	k.Helper()
	k.equal(value, nonNil(k.lookup("User", "title", value, scim.Page{Limit: 9})), nonNil(ids))
}

// inOrder checks the index in the order of its values, if the store has one.
func (k *keySets) inOrder(want ...string) {
	k.Helper()
	r, ok := k.store.(scim.Ranger)
	if !ok {
		return
	}
	list, err := r.Range(k.Context(), k.id, "User", scim.KeyRange{Attr: "title"}, scim.Page{Limit: 9})
	k.equal("range", err, nil)
	var got []string
	for _, e := range list.Entries {
		got = append(got, e.Value)
	}
	k.equal("in order", got, want)
}

// later checks commits that follow: they see the keys, and replace them.
func (k *keySets) later() {
	k.Helper()
	c := user(5, "u5")
	c.Keys = append(c.Keys, titles("c")...)
	k.commit(c)
	k.set("a key that another resource holds", []scim.Keyed{{ID: id(4), Version: 1, Keys: titles("c")}})
	k.found("c", id(4), id(5))
	c = user(6, "u6")
	c.Keys = append(c.Keys, titles("a")...)
	k.taken("a unique key that a set one holds", c, "title")
	k.commit(scim.Change{Type: "User", ID: id(1), If: scim.IfAny, Now: start, Remove: true})
	k.found("0")
	c = user(2, "u2")
	c.If = scim.IfAny
	k.commit(c) // without them
	k.found("a")
}
