package storetest

import (
	"fmt"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// pair is one store with two tenants, which use the same ids and keys for different data.
type pair struct{ acme, other *suite }

// twoTenants fills both. What only one of them has: users 1 (acme), 4 and 5 (other), groups 51 (acme)
// and 52 (other). What both have differs in its document, and group 50 in its members.
func twoTenants(s *suite) pair {
	other := *s
	other.id = tenantID(s.T, "acme-2") // begins as the first one does
	p := pair{s, &other}
	for _, n := range []int{1, 2, 3} {
		p.acme.commit(p.acme.twin(n))
	}
	for _, n := range []int{2, 3, 4, 5} {
		p.other.commit(p.other.twin(n))
	}
	p.acme.commit(group(50, "g50", 1, 2))
	p.acme.commit(group(51, "g51", 2))
	p.other.commit(group(50, "g50", 2, 3))
	p.other.commit(group(52, "g52", 2, 4))
	return p
}

// twin is a user that other tenants have under the same id and the same keys.
func (s *suite) twin(n int) scim.Change {
	c := user(n, fmt.Sprint("n", n))
	c.Put.Document = fmt.Appendf(nil, `{"schemas":[],"title":%q}`, s.id)
	c.Keys = append(c.Keys, scim.IndexKey{Attr: "displayName", Value: "same"})
	return c
}

// ownReads checks every method of two tenants with the same ids: each sees its own data, all of it.
func ownReads(s *suite) {
	p := twoTenants(s)
	p.acme.sees(world{users: []int{1, 2, 3}, groups: map[int][]int{50: {1, 2}, 51: {2}}})
	p.other.sees(world{users: []int{2, 3, 4, 5}, groups: map[int][]int{50: {2, 3}, 52: {2, 4}}})
	third := *s
	third.id = tenantID(s.T, "acm")
	third.sees(world{})
}

// ownWrites checks every kind of write in one of two tenants with the same ids: it changes nothing
// that the other one sees.
func ownWrites(s *suite) {
	change := func(typ string, n int, c scim.Change) scim.Change {
		c.Type, c.ID, c.If, c.Now = typ, id(n), scim.IfAny, start.Add(time.Hour)
		return c
	}
	p := twoTenants(s)
	named := p.other.twin(2)
	named.If, named.Display = 1, "Other"
	p.other.commit(named)
	other := p.other.everything()
	moved := p.acme.twin(2)
	moved.Keys[0].Value, moved.Display = "moved", "Moved"
	regroup, remove := group(50, "g52", 3), scim.Change{Remove: true}
	for _, step := range []struct {
		what    string
		changes []scim.Change
	}{
		{"create", []scim.Change{p.acme.twin(4), group(52, "g52", 1, 4)}}, // ids and keys of the other tenant
		{"put", []scim.Change{change("User", 2, moved), change("User", 2, p.acme.twin(2))}},
		{"edges", []scim.Change{change("Group", 50, scim.Change{AddMembers: edges(3)}), change("Group", 50, scim.Change{RemoveMembers: ids(2, 3)})}},
		{"clear", []scim.Change{change("Group", 50, scim.Change{ClearMembers: true, AddMembers: edges(2)}), change("Group", 50, scim.Change{ClearMembers: true})}},
		{"put again", []scim.Change{change("Group", 52, remove), change("Group", 50, regroup)}}, // the name is free
		{"remove users", []scim.Change{change("User", 2, remove), change("User", 3, remove), change("User", 4, remove)}},
		{"remove groups", []scim.Change{change("Group", 51, remove), change("Group", 50, remove), change("User", 1, remove)}},
	} {
		for _, c := range step.changes {
			p.acme.commit(c)
		}
		p.other.equal("after "+step.what+" in another tenant", p.other.everything(), other)
		if p.other.Failed() {
			return
		}
	}
	p.acme.sees(world{})
	p.acme.commit(p.acme.twin(2)) // its keys are free, whatever the other tenant holds
	taken := p.other.twin(6)
	taken.Keys[0].Value = "n2"
	p.other.taken("a key that both tenants have", taken, "userName")
}

// foreignMember: a resource of another tenant is no member, even if this tenant had one of that id.
func foreignMember(s *suite) {
	p := twoTenants(s)
	add := func(n int, m []scim.Member) scim.Change {
		return scim.Change{Type: "Group", ID: id(n), If: scim.IfAny, Now: start, AddMembers: m}
	}
	before := p.acme.everything()
	p.acme.refused("user", add(50, edges(4)), id(4))
	p.acme.refused("group", add(50, subgroups(52)), id(52))
	p.acme.refused("create", group(53, "g53", 5), id(5))
	p.other.refused("user", add(50, edges(1)), id(1))
	p.acme.equal("unchanged", p.acme.everything(), before)
	p.acme.commit(scim.Change{Type: "User", ID: id(3), If: 1, Now: start, Remove: true})
	p.acme.refused("removed", add(50, edges(3)), id(3))
	p.other.commit(add(52, edges(3)))
	p.other.equal("members", p.other.members(52), ids(2, 3, 4))
}
