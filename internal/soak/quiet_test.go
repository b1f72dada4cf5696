package soak

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
)

// scan is everything that the service has.
type scan struct {
	users, groups map[string]map[string]any
}

// read sends a request of a quiet moment, which must succeed.
func (w *world) read(path string) answer {
	a := w.s.do("GET", path, "", "", 0)
	if a.status != 200 {
		w.fault("quiet", path, "GET %s: %d %v", path, a.status, a.body)
	}
	return a
}

// all reads all resources of an endpoint by cursor and by index; both, and the totals, must agree.
func (w *world) all(path string) map[string]map[string]any {
	byCursor, byIndex := map[string]map[string]any{}, map[string]bool{}
	var next string
	var total int
	for {
		a := w.read(path + "?count=40&cursor=" + next)
		for _, r := range resources(a) {
			byCursor[r["id"].(string)] = r
		}
		if next = a.text("nextCursor"); next == "" {
			break
		}
	}
	for start := 1; ; start += 40 {
		a := w.read(fmt.Sprintf("%s?count=40&startIndex=%d", path, start))
		n, _ := a.body["totalResults"].(float64)
		total = int(n)
		for _, id := range ids(a) {
			byIndex[id] = true
		}
		if len(ids(a)) < 40 {
			break
		}
	}
	if total != len(byCursor) || len(byIndex) != len(byCursor) {
		w.fault("total", path, "%s: %d by cursor, %d by index, totalResults %d", path, len(byCursor), len(byIndex), total)
	}
	return byCursor
}

func (w *world) scan() scan {
	sc := scan{users: w.all("/Users"), groups: w.all("/Groups")}
	for id := range sc.groups {
		if a := w.read("/Groups/" + id); a.status == 200 {
			sc.groups[id] = a.body
		}
		w.number(id)
	}
	return sc
}

// number checks the number of members that a group has kept.
func (w *world) number(id string) {
	l, err := w.s.store.Members(w.t.Context(), w.s.tenant, id, scim.Page{Limit: 10_000})
	if err != nil || l.Total != len(l.Members) {
		w.fault("number", id, "group %s has %d members, and counts %d: %v", id, len(l.Members), l.Total, err)
	}
}

// inspect checks everything while nothing is going on, and then takes over what the service has.
func (w *world) inspect(workers []*worker) {
	sc := w.scan()
	w.edges(sc)
	w.values(sc)
	w.model(sc, workers)
	w.adopt(sc, workers)
	w.freed(sc)
}

// edges compares Group.members with User.groups, in both directions, with the indirect groups.
func (w *world) edges(sc scan) {
	parents := map[string][]string{} // id → groups with this member
	for gid, g := range sc.groups {
		for id := range memberIDs(g) {
			if parents[id] = append(parents[id], gid); sc.users[id] == nil && sc.groups[id] == nil {
				w.fault("dangling", gid, "group %s has the member %s, which does not exist", gid, id)
				w.more(id)
			}
		}
	}
	for id, u := range sc.users {
		want, got := above(id, parents), map[string]string{}
		list, _ := u["groups"].([]any)
		for _, v := range list {
			m, _ := v.(map[string]any)
			got[fmt.Sprint(m["value"])] = fmt.Sprint(m["type"])
		}
		if !maps.Equal(got, want) {
			w.fault("edges", id, "the groups of %s are %v, by Group.members %v", id, got, want)
		}
		for gid, kind := range want {
			if a := w.read(query("/Users", fmt.Sprintf(`groups.value eq "%s" and id eq "%s"`, gid, id)) + "&attributes=userName"); !slices.Contains(ids(a), id) {
				w.fault("filter", gid, "groups.value eq %q does not find %s, a member: %s", gid, id, kind)
			}
			break
		}
	}
}

// above are the groups of a user, each with its type.
func above(id string, parents map[string][]string) map[string]string {
	out := map[string]string{}
	for _, g := range parents[id] {
		out[g] = "direct"
	}
	for queue := slices.Clone(parents[id]); len(queue) > 0; queue = queue[1:] {
		for _, g := range parents[queue[0]] {
			if out[g] == "" {
				out[g] = "indirect"
				queue = append(queue, g)
			}
		}
	}
	return out
}

// more prints the history of a second resource of a fault.
func (w *world) more(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.faults > 0 && w.faults <= 10 {
		w.t.Log(id + ": " + strings.Join(w.history[id], "\n        "))
	}
}

// values checks that names are unique and that each filter finds what a scan finds.
func (w *world) values(sc scan) {
	names := map[string][]string{}
	for id, u := range sc.users {
		names[strings.ToLower(fmt.Sprint(u["userName"]))] = append(names[strings.ToLower(fmt.Sprint(u["userName"]))], id)
		for _, attr := range []string{"userName", "externalId"} {
			if v, ok := u[attr].(string); ok {
				w.finds("/Users", attr, v, id)
			}
		}
		if list, _ := u["emails"].([]any); len(list) > 0 {
			w.finds("/Users", "emails.value", fmt.Sprint(list[0].(map[string]any)["value"]), id)
		}
	}
	for name, holders := range names {
		if len(holders) > 1 {
			w.fault("unique", holders[0], "userName %s belongs to %v", name, holders)
		}
	}
	for id, g := range sc.groups {
		w.finds("/Groups", "displayName", fmt.Sprint(g["displayName"]), id)
		for member := range memberIDs(g) {
			if a := w.read(query("/Groups", fmt.Sprintf(`members.value eq "%s"`, member)) + "&attributes=displayName"); !slices.Contains(ids(a), id) {
				w.fault("filter", id, "members.value eq %q does not find %s", member, id)
			}
			break
		}
	}
}

func (w *world) finds(path, attr, value, id string) {
	a := w.read(query(path, fmt.Sprintf(`%s eq "%s"`, attr, value)) + "&attributes=id")
	if got := ids(a); len(got) != 1 || got[0] != id || a.body["totalResults"] != 1.0 {
		w.fault("filter", id, "%s eq %q finds %v, not %s", attr, value, got, id)
	}
}

// model compares what the service has with what was acknowledged.
func (w *world) model(sc scan, workers []*worker) {
	for id := range w.dead {
		if sc.users[id] != nil {
			w.fault("undead", id, "user %s, whose removal was acknowledged, exists", id)
		}
	}
	for _, k := range workers {
		for _, u := range k.users {
			if u == nil {
				continue
			}
			body := sc.users[u.id]
			if body == nil {
				if !u.unsure {
					w.fault("lost", u.id, "user %s is lost", u.id)
				}
				continue
			}
			w.sameUser(u, body)
		}
		for _, g := range k.groups {
			if g == nil {
				continue
			}
			body := sc.groups[g.id]
			if body == nil {
				if !g.unsure {
					w.fault("lost", g.id, "group %s is lost", g.id)
				}
				continue
			}
			k.sameMembers(g, memberIDs(body), true)
		}
		k.managers(sc)
	}
}

// adopt makes the model equal to what the service has. Resources of creates without an answer are
// deleted.
func (w *world) adopt(sc scan, workers []*worker) {
	left := map[string]string{}
	for id := range sc.users {
		left[id] = "/Users/"
	}
	for id := range sc.groups {
		left[id] = "/Groups/"
	}
	w.users = nil
	for _, k := range workers {
		for _, id := range k.common {
			delete(left, id)
		}
		maps.DeleteFunc(k.seen, func(id, _ string) bool { return sc.users[id] == nil && sc.groups[id] == nil })
		k.adoptUsers(sc, left)
		k.adoptGroups(sc, left)
	}
	for id, path := range left {
		if a := w.s.do("DELETE", path+id, "", "", 0); a.status != 204 {
			w.fault("quiet", id, "DELETE %s: %d %v", id, a.status, a.body)
		}
		delete(sc.users, id)
	}
	clear(w.dead)
	clear(w.acks)
	clear(w.history)
}

func (w *worker) adoptUsers(sc scan, left map[string]string) {
	for i, u := range w.users {
		if u == nil {
			continue
		}
		body := sc.users[u.id]
		delete(left, u.id)
		if body == nil {
			w.users[i] = nil
			continue
		}
		u.unsure = false
		u.gone.Store(false)
		u.name.last, u.title.last = []string{fmt.Sprint(body["userName"])}, []string{fmt.Sprint(body["title"])}
		u.manager.last = []string{managerOf(body)}
		u.active.last, u.ext.last = []string{fmt.Sprint(body["active"])}, []string{fmt.Sprint(body["externalId"])}
		if list, _ := body["emails"].([]any); len(list) > 0 {
			u.mail.last = []string{fmt.Sprint(list[0].(map[string]any)["value"])}
		}
		w.alive(u)
	}
}

func (w *worker) adoptGroups(sc scan, left map[string]string) {
	for i, g := range w.groups {
		if g == nil {
			continue
		}
		body := sc.groups[g.id]
		delete(left, g.id)
		if body == nil {
			w.groups[i] = nil
			continue
		}
		g.unsure = false
		clear(g.members)
		for id := range memberIDs(body) {
			g.members[id] = in
		}
	}
}

// freed checks that a name without a holder can be taken.
func (w *world) freed(sc scan) {
	held := map[string]bool{}
	for _, u := range sc.users {
		held[fmt.Sprint(u["userName"])] = true
	}
	for i := range contended {
		name := fmt.Sprintf("contended-%d", i)
		if held[name] {
			continue
		}
		a := w.s.do("POST", "/Users", userBody(name, "t", "true", name+"@x.example", name), "", 0)
		if a.status != 201 {
			w.fault("freed name", name, "the name %s has no holder and cannot be taken: %d %v", name, a.status, a.body)
			continue
		}
		if d := w.s.do("DELETE", "/Users/"+a.text("id"), "", "", 0); d.status != 204 {
			w.fault("quiet", name, "DELETE: %d %v", d.status, d.body)
		}
	}
}

// summary is one line with all counts.
func (w *world) summary() string {
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(w.counts)) {
		parts = append(parts, fmt.Sprintf("%s %d", strings.TrimPrefix(k, "op "), w.counts[k]))
	}
	return fmt.Sprintf("%d operations: %s", w.operations(), strings.Join(parts, ", "))
}

// operations is how many there were.
func (w *world) operations() (n int) {
	for k, count := range w.counts {
		if strings.HasPrefix(k, "op ") {
			n += count
		}
	}
	return n
}
