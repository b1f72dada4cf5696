package roles

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/scimstack/scimstack/pkg/feed"
)

// State is what a tenant has, as far as roles depend on it. It is not safe for concurrent use. Make it with NewState.
type State struct {
	mapping *Mapping
	groups  map[string]string          // names by id
	users   map[string]*user           // by id
	members map[string]map[string]bool // users by group
}

// user is a user, or what is known as a member only: it may be a group, or a user whose own facts have not come yet.
type user struct {
	name   string
	member bool // nothing but a member
	active bool
	groups map[string]bool
}

// Change says that the roles of a user have changed.
type Change struct {
	User   string   // id
	Name   string   // userName
	Roles  []string // that it has now, in the order of the mapping
	Gained []string
	Lost   []string
}

// NewState returns the state of a tenant without users and groups.
func NewState(m *Mapping) *State {
	return &State{mapping: m, groups: map[string]string{}, users: map[string]*user{}, members: map[string]map[string]bool{}}
}

// Roles are the roles of a user, in the order of the mapping; none if it is not active or not there.
func (s *State) Roles(id string) (roles []string) {
	u := s.users[id]
	if u == nil || !u.active {
		return nil
	}
	has := map[string]bool{}
	for g := range u.groups {
		for _, role := range s.mapping.of(s.groups[g]) {
			has[role] = true
		}
	}
	for _, role := range s.mapping.Roles {
		if has[role] {
			roles = append(roles, role)
		}
	}
	return roles
}

// Users are the ids of all users with a role, ascending, by role.
func (s *State) Users() map[string][]string {
	out := map[string][]string{}
	for _, id := range slices.Sorted(maps.Keys(s.users)) {
		for _, role := range s.Roles(id) {
			out[role] = append(out[role], id)
		}
	}
	return out
}

// Missing are the names of groups in the mapping that the tenant does not have.
func (s *State) Missing() (names []string) {
	known := NewState(s.mapping)
	for _, name := range s.groups {
		for _, role := range s.mapping.of(name) {
			known.groups[role+"\x00"+fold(name)] = name
		}
	}
	for _, role := range s.mapping.Roles {
		for _, name := range s.mapping.Groups[role] {
			if _, ok := known.groups[role+"\x00"+fold(name)]; !ok && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// Apply makes the state what it is after a fact, also one of a snapshot, and returns whose roles have changed.
func (s *State) Apply(f *feed.Fact) []Change { return s.move(f, false) }

// Undo makes the state what it was before a fact, which must be the last one of the state.
func (s *State) Undo(f *feed.Fact) []Change { return s.move(f, true) }

// move changes the state, forwards or backwards.
func (s *State) move(f *feed.Fact, back bool) []Change {
	id, verb := f.Resource.ID, f.Verb()
	there := verb != "deleted"
	if back {
		there = verb != "created" && verb != "snapshot"
	}
	switch {
	case f.Member != nil:
		// Which types of a tenant are users their own facts say. A member that is none, such as a group, is never active here.
		return s.watch([]string{f.Member.ID}, func() { s.member(id, f.Member.ID, (verb != "removed") != back) })
	case f.User != nil:
		return s.watch([]string{id}, func() { s.user(f, there, back) })
	case f.Group != nil:
		return s.watch(slices.Sorted(maps.Keys(s.members[id])), func() { s.group(f, there, back) })
	}
	return nil
}

func (s *State) member(group, id string, in bool) {
	u := s.users[id]
	if u == nil {
		u = &user{member: true, groups: map[string]bool{}}
		s.users[id] = u
	}
	if s.members[group] == nil {
		s.members[group] = map[string]bool{}
	}
	if in {
		u.groups[group], s.members[group][id] = true, true
		return
	}
	delete(u.groups, group)
	delete(s.members[group], id)
}

func (s *State) user(f *feed.Fact, there, back bool) {
	u := s.users[f.Resource.ID]
	if u == nil {
		u = &user{groups: map[string]bool{}}
		s.users[f.Resource.ID] = u
	}
	u.name, u.member, u.active = f.User.UserName, false, there && f.User.Active
	if !back || !there {
		return
	}
	if u.active = activeIn(f); f.Verb() == "deactivated" {
		u.active = true
	} else if f.Verb() == "reactivated" {
		u.active = false
	}
}

// activeIn reports whether the user of a fact is active, by its resource: that of a deletion is as before.
func activeIn(f *feed.Fact) bool {
	var doc struct{ Active *bool }
	return json.Unmarshal(f.SCIM, &doc) == nil && (doc.Active == nil || *doc.Active)
}

func (s *State) group(f *feed.Fact, there, back bool) {
	if !there {
		delete(s.groups, f.Resource.ID)
		return
	}
	name := f.Group.Name
	if before, ok := f.Before["displayName"].(string); ok && back {
		name = before
	}
	s.groups[f.Resource.ID] = name
}

// watch returns how a change of the state changes the roles of users.
func (s *State) watch(ids []string, change func()) (out []Change) {
	before := make([][]string, len(ids))
	for i, id := range ids {
		before[i] = s.Roles(id)
	}
	change()
	for i, id := range ids {
		now := s.Roles(id)
		c := Change{User: id, Roles: now, Gained: without(now, before[i]), Lost: without(before[i], now)}
		if u := s.users[id]; u != nil {
			c.Name = u.name
		}
		if len(c.Gained)+len(c.Lost) > 0 {
			out = append(out, c)
		}
	}
	return out
}

func without(list, others []string) (out []string) {
	for _, v := range list {
		if !slices.Contains(others, v) {
			out = append(out, v)
		}
	}
	return out
}
