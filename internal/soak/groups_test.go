package soak

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

// some returns ids of users of all workers. Every tenth time there are more than one transaction takes.
func (w *worker) some() []string {
	all := w.anyone()
	n := 1 + rand.IntN(12)
	if oneIn(10) {
		n = 120
	}
	rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	out := []string{}
	for _, u := range all[:min(n, len(all))] {
		out = append(out, u.id)
	}
	return out
}

func members(list []string) string {
	parts := make([]string, len(list))
	for i, id := range list {
		parts[i] = fmt.Sprintf(`{"value":%q}`, id)
	}
	return "[" + strings.Join(parts, ",") + "]"
}

func groupBody(name string, list []string) string {
	return fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":%q,"members":%s}`, name, members(list))
}

func (w *worker) createGroup(i int) {
	name := fmt.Sprintf("w%d-g%s", w.n, w.next())
	list := w.some()
	a := w.ask("create group", name, "POST", "/Groups", groupBody(name, list), "")
	switch {
	case a.status == 201:
		g := &group{id: a.text("id"), name: register{[]string{name}}, members: map[string]state{}}
		for _, id := range list {
			g.members[id] = in
		}
		w.groups[i] = g
	case a.unknown(), a.status == 400 && w.someDied(list):
	default:
		w.fault("create", name, "create of group %s: %d %v", name, a.status, a.body)
	}
}

// living are the users, and the groups of the worker, that were not, and are not being, deleted.
func (w *worker) living() map[string]bool {
	alive := map[string]bool{}
	for _, u := range w.anyone() {
		alive[u.id] = !u.gone.Load()
	}
	for _, g := range w.groups {
		if g != nil && !g.unsure {
			alive[g.id] = true
		}
	}
	return alive
}

// nest makes another group of the worker a member of one. Circles come about.
func (w *worker) nest(g *group) {
	inner := w.groups[rand.IntN(groupsEach)]
	if inner == nil || inner == g {
		return
	}
	list := []string{inner.id}
	a := w.ask("nest", g.id, "PATCH", "/Groups/"+g.id, patch(`{"op":"add","path":"members","value":`+members(list)+`}`), "")
	w.changed("nest", g, a, list, in)
}

// left notes that a group is, or may be, a member of none from now on.
func (w *worker) left(id string, s state) {
	for _, g := range w.groups {
		if g != nil && g.members[id] != 0 {
			set(g, id, s)
		}
	}
}

// someDied reports whether one of the members was, or is being, deleted: a request with it may be refused.
func (w *worker) someDied(list []string) bool {
	alive := w.living()
	for _, id := range list {
		if !alive[id] {
			return true
		}
	}
	return false
}

func (w *worker) deleteGroup(i int) {
	g := w.groups[i]
	a := w.ask("delete group", g.id, "DELETE", "/Groups/"+g.id, "", "")
	switch {
	case a.status == 204, a.status == 404 && g.unsure:
		w.groups[i] = nil
		w.left(g.id, 0)
	case a.unknown():
		g.unsure = true
		w.left(g.id, unsure)
	default:
		w.fault("delete", g.id, "delete of group %s: %d %v", g.id, a.status, a.body)
	}
}

// changed takes over the answer of a change of members. effect is what the change makes of a member.
func (w *worker) changed(op string, g *group, a answer, list []string, effect state) {
	switch {
	case a.ok():
		for _, id := range list {
			if g.members[id] != unsure { // a change without an answer may still take effect
				set(g, id, effect)
			}
		}
	case a.unknown():
		for _, id := range list {
			g.members[id] = unsure
		}
	case a.status == 404 && g.unsure:
		w.forget(g)
	case a.status == 400 && w.someDied(list):
	default:
		w.fault("write", g.id, "%s of group %s: %d %v", op, g.id, a.status, a.body)
	}
}

func set(g *group, id string, s state) {
	if s == 0 {
		delete(g.members, id)
		return
	}
	g.members[id] = s
}

func (w *worker) forget(g *group) {
	for i := range w.groups {
		if w.groups[i] == g {
			w.groups[i] = nil
			w.left(g.id, 0)
		}
	}
}

func (w *worker) addMembers(g *group) {
	list := w.some()
	a := w.ask("add members", g.id, "PATCH", "/Groups/"+g.id, patch(`{"op":"add","path":"members","value":`+members(list)+`}`), "")
	w.changed("add members", g, a, list, in)
}

// removeMembers removes some members, by value path or by value.
func (w *worker) removeMembers(g *group) {
	var list []string
	for id := range g.members {
		if list = append(list, id); len(list) >= 5 {
			break
		}
	}
	if len(list) == 0 {
		return
	}
	op := `{"op":"remove","path":"members","value":` + members(list) + `}`
	if oneIn(2) {
		list = list[:1]
		op = `{"op":"remove","path":` + strconv.Quote(fmt.Sprintf(`members[value eq "%s"]`, list[0])) + `}`
	}
	a := w.ask("remove members", g.id, "PATCH", "/Groups/"+g.id, patch(op), "")
	if a.status == 400 { // the last of them was deleted, so that the path has no target
		return
	}
	w.changed("remove members", g, a, list, 0)
}

func (w *worker) replaceMembers(g *group, method string) {
	list := w.some()
	body := patch(`{"op":"replace","path":"members","value":` + members(list) + `}`)
	if method == "PUT" {
		body = groupBody(g.name.last[0], list)
	}
	a := w.ask("replace members "+method, g.id, method, "/Groups/"+g.id, body, "")
	affected := append([]string{}, list...)
	for id := range g.members {
		affected = append(affected, id)
	}
	if !a.ok() {
		w.changed("replace members", g, a, affected, unsure)
		return
	}
	for id := range g.members {
		set(g, id, keep(g.members[id]))
	}
	w.changed("replace members", g, a, list, in)
}

// keep is the state of a member that an acknowledged replacement leaves out: a change without an
// answer may still take effect after it.
func keep(s state) state {
	if s == unsure {
		return unsure
	}
	return 0
}

// readGroup compares the members of one of the worker's groups with the model.
func (w *worker) readGroup(g *group) {
	a := w.ask("get group", g.id, "GET", "/Groups/"+g.id, "", "")
	switch a.status {
	case 200:
		w.saw(g.id, a.body)
		w.sameMembers(g, memberIDs(a.body), false)
	case 404:
		if !g.unsure {
			w.fault("lost", g.id, "group %s is lost", g.id)
		}
		w.forget(g)
	}
}

func memberIDs(body map[string]any) map[string]bool {
	list, _ := body["members"].([]any)
	out := map[string]bool{}
	for _, v := range list {
		m, _ := v.(map[string]any)
		id, _ := m["value"].(string)
		out[id] = true
	}
	return out
}

// sameMembers compares the members that were read with the model. exact says that nothing else is
// going on: then a deleted user belongs to no group.
func (w *worker) sameMembers(g *group, got map[string]bool, exact bool) {
	alive := w.living()
	for id, s := range g.members {
		if s == in && !got[id] && alive[id] {
			w.fault("lost member", g.id, "%s, added to %s, is no member", id, g.id)
		}
	}
	for id := range got {
		if g.members[id] == 0 && (alive[id] || exact) {
			w.fault("extra member", g.id, "%s is a member of %s, though it was not added or was removed", id, g.id)
		}
	}
}
