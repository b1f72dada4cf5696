package soak

import (
	"fmt"
	"math/rand/v2"
)

const enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

// setManager makes another user of the worker the manager of one, or removes the manager.
func (w *worker) setManager(u *user) {
	boss := w.users[rand.IntN(usersEach)]
	id := ""
	op := fmt.Sprintf(`{"op":"remove","path":"%s:manager"}`, enterprise)
	if boss != nil && boss != u && !boss.unsure && !oneIn(4) {
		id = boss.id
		op = replace(enterprise+":manager", fmt.Sprintf(`{"value":%q}`, id))
	}
	title := "t" + w.next()
	a := w.ask("set manager", u.id, "PATCH", "/Users/"+u.id, patch(op, replace("title", fmt.Sprintf("%q", title))), "")
	w.wrote("set manager", u, a, title, &u.title, title, &u.manager, id)
}

// reportsOf notes that those who report to a user may have no manager from now on.
func (w *worker) reportsOf(boss *user) {
	for _, u := range w.users {
		if u != nil && u.manager.may(boss.id) && !u.manager.may("") {
			u.manager.last = append(u.manager.last, "")
		}
	}
}

func managerOf(body map[string]any) string {
	ext, _ := body[enterprise].(map[string]any)
	manager, _ := ext["manager"].(map[string]any)
	id, _ := manager["value"].(string)
	return id
}

// managers checks the managers of all users of the worker: the one that was set, or none if it was deleted.
func (w *worker) managers(sc scan) {
	for _, u := range w.users {
		if u == nil || sc.users[u.id] == nil {
			continue
		}
		switch id := managerOf(sc.users[u.id]); {
		case id != "" && sc.users[id] == nil:
			w.fault("dangling manager", u.id, "the manager %s of %s does not exist", id, u.id)
			w.more(id)
		case !u.manager.may(id):
			w.fault("lost write", u.id, "the manager of %s is %q, not one of %q", u.id, id, u.manager.last)
		}
	}
}
