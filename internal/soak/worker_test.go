package soak

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	usersEach  = 5
	groupsEach = 2
	shared     = 4 // users that all workers write
	contended  = 8 // names that all workers want
)

// worker is one client. It is the only writer of its users and groups.
type worker struct {
	*world
	n      int
	serial int
	users  [usersEach]*user
	groups [groupsEach]*group
	common []string          // ids of the shared users
	seen   map[string]string // the last version and state that this reader saw, by id
}

// ask sends a request; every now and then it hangs up.
func (w *worker) ask(op, id, method, path, body, ifMatch string) answer {
	hangUp := time.Duration(0)
	if oneIn(25) {
		hangUp = time.Duration(1 + rand.IntN(3_000_000))
	}
	a := w.s.do(method, path, body, ifMatch, hangUp)
	w.note(op, id, a)
	w.check(op, id, a)
	return a
}

func (w *worker) next() string { w.serial++; return strconv.Itoa(w.serial) }

// fill makes all users and groups of the worker.
func (w *worker) fill() {
	for i := range w.users {
		for w.users[i] == nil {
			w.createUser(i)
		}
	}
	for g := range w.groups {
		for w.groups[g] == nil {
			w.createGroup(g)
		}
	}
}

// step does one random operation.
func (w *worker) step() {
	i, g := rand.IntN(usersEach), rand.IntN(groupsEach)
	u, gr := w.users[i], w.groups[g]
	switch {
	case u == nil:
		w.createUser(i)
		return
	case gr == nil:
		w.createGroup(g)
		return
	}
	ops := []func(){
		func() { w.getUser(u) }, func() { w.getUser(u) }, func() { w.readAnyone() }, func() { w.readAnyone() },
		func() { w.putUser(u) }, func() { w.patchActive(u) }, func() { w.patchMail(u) }, func() { w.rename(u) },
		func() { w.ifMatch(u) }, func() { w.common1() }, func() { w.common1() },
		func() { w.filters(u) }, func() { w.cursor(u) }, func() { w.index() }, func() { w.bulk(u) },
		func() { w.addMembers(gr) }, func() { w.addMembers(gr) }, func() { w.removeMembers(gr) }, func() { w.replaceMembers(gr, "PATCH") },
		func() { w.replaceMembers(gr, "PUT") }, func() { w.readGroup(gr) },
		func() { w.nest(gr) }, func() { w.setManager(u) },
		func() {
			if oneIn(2) {
				w.deleteUser(i)
			} else if oneIn(4) {
				w.deleteGroup(g)
			}
		},
	}
	ops[rand.IntN(len(ops))]()
}

func userBody(name, title, active, mail, ext string) string {
	return fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":%q,"title":%q,"active":%s,"externalId":%q,"emails":[{"type":"work","value":%q}]}`,
		name, title, active, ext, mail)
}

func (w *worker) createUser(i int) {
	n := w.next()
	name := fmt.Sprintf("w%d-u%s", w.n, n)
	fight := oneIn(4)
	if fight {
		name = fmt.Sprintf("contended-%d", rand.IntN(contended))
	}
	title, mail, ext := "t"+n, name+"-"+n+"@x.example", fmt.Sprintf("e%d-%s", w.n, n)
	a := w.ask("create user", name, "POST", "/Users", userBody(name, title, "true", mail, ext), "")
	switch {
	case a.status == 201:
		u := &user{id: a.text("id"), name: register{[]string{name}}, title: register{[]string{title}}, active: register{[]string{"true"}}, mail: register{[]string{mail}}, ext: register{[]string{ext}}, manager: register{[]string{""}}}
		u.acked.Store(int64(w.serial))
		w.users[i] = u
		w.alive(u)
	case a.unknown(), a.status == 409 && fight:
	default:
		w.fault("create", name, "create of a new name %s: %d %v", name, a.status, a.body)
	}
}

func (w *worker) deleteUser(i int) {
	u := w.users[i]
	u.gone.Store(true)
	a := w.ask("delete user", u.id, "DELETE", "/Users/"+u.id, "", "")
	switch {
	case a.status == 204, a.status == 404 && u.unsure:
		w.reportsOf(u)
		w.died(u, true)
		w.users[i] = nil
	case a.unknown():
		w.reportsOf(u)
		u.unsure = true
		w.died(u, false)
	default:
		w.fault("delete", u.id, "delete of %s: %d %v", u.id, a.status, a.body)
	}
}

// lost forgets a user that is gone because an earlier DELETE without an answer took effect.
func (w *worker) lost(u *user, a answer) bool {
	if a.status != 404 {
		return false
	}
	if !u.unsure {
		w.fault("lost", u.id, "user %s is lost", u.id)
	}
	for i := range w.users {
		if w.users[i] == u {
			w.users[i] = nil
		}
	}
	w.died(u, true)
	return true
}

// wrote checks the answer of a write of one of the worker's users and keeps what it may have
// changed: pairs of register and value.
func (w *worker) wrote(op string, u *user, a answer, title string, pairs ...any) {
	for i := 0; i < len(pairs); i += 2 {
		pairs[i].(*register).wrote(pairs[i+1].(string), a)
	}
	switch {
	case a.ok():
		if n, err := strconv.ParseInt(strings.TrimPrefix(title, "t"), 10, 64); err == nil {
			u.acked.Store(n)
		}
		w.acked(op, u.id, a.version())
	case a.unknown(), w.lost(u, a):
	default:
		w.fault("write", u.id, "%s of %s: %d %v", op, u.id, a.status, a.body)
	}
}

func (w *worker) putUser(u *user) {
	n := w.next()
	name := u.name.last[len(u.name.last)-1]
	title, active, mail, ext := "t"+n, strconv.FormatBool(oneIn(2)), fmt.Sprintf("m%d-%s@x.example", w.n, n), fmt.Sprintf("e%d-%s", w.n, n)
	if strings.HasPrefix(name, "contended") {
		name = fmt.Sprintf("w%d-u%s", w.n, n)
	}
	a := w.ask("put user", u.id, "PUT", "/Users/"+u.id, userBody(name, title, active, mail, ext), "")
	w.wrote("put user", u, a, title, &u.name, name, &u.title, title, &u.active, active, &u.mail, mail, &u.ext, ext, &u.manager, "")
}

func patch(ops ...string) string {
	return `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[` + strings.Join(ops, ",") + `]}`
}

func replace(path, value string) string {
	return fmt.Sprintf(`{"op":"replace","path":%q,"value":%s}`, path, value)
}

// patchActive changes the title as well, so that each write changes something.
func (w *worker) patchActive(u *user) {
	title, active := "t"+w.next(), strconv.FormatBool(oneIn(2))
	a := w.ask("patch active", u.id, "PATCH", "/Users/"+u.id, patch(replace("active", active), replace("title", strconv.Quote(title))), "")
	w.wrote("patch active", u, a, title, &u.active, active, &u.title, title)
}

func (w *worker) patchMail(u *user) {
	mail := fmt.Sprintf("p%d-%s@x.example", w.n, w.next())
	a := w.ask("patch value path", u.id, "PATCH", "/Users/"+u.id, patch(replace(`emails[type eq "work"].value`, strconv.Quote(mail))), "")
	w.wrote("patch value path", u, a, "", &u.mail, mail)
}

// rename takes a name that others want too.
func (w *worker) rename(u *user) {
	name := fmt.Sprintf("contended-%d", rand.IntN(contended))
	if u.name.may(name) { // it would change nothing, and so make no version
		name = fmt.Sprintf("w%d-r%s", w.n, w.next())
	}
	a := w.ask("rename", u.id, "PATCH", "/Users/"+u.id, patch(replace("userName", strconv.Quote(name))), "")
	if a.status == 409 && strings.HasPrefix(name, "contended") {
		return
	}
	w.wrote("rename", u, a, "", &u.name, name)
}

// ifMatch writes with the present version, which must succeed, and with an old one, which must not.
func (w *worker) ifMatch(u *user) {
	g := w.ask("get user", u.id, "GET", "/Users/"+u.id, "", "")
	if g.status != 200 {
		return
	}
	settled := len(u.title.last)+len(u.name.last)+len(u.active.last)+len(u.mail.last)+len(u.manager.last) == 5
	title := "t" + w.next()
	body := patch(replace("title", strconv.Quote(title)))
	a := w.ask("if-match", u.id, "PATCH", "/Users/"+u.id, body, g.version())
	if a.status == 412 && !a.hung {
		if settled {
			w.fault("false 412", u.id, "If-Match %s of %s, which has one writer: 412", g.version(), u.id)
		}
		u.title.last = append(u.title.last, title)
		return
	}
	w.wrote("if-match", u, a, title, &u.title, title)
	if !a.ok() {
		return
	}
	if old := w.ask("old if-match", u.id, "PATCH", "/Users/"+u.id, patch(replace("title", `"old"`)), g.version()); old.ok() {
		w.fault("stale write", u.id, "If-Match %s of %s after version %s: %d", g.version(), u.id, a.version(), old.status)
	}
}

// common1 writes a user that all workers write: of all writers that saw a version, one succeeds.
func (w *worker) common1() {
	id := w.common[rand.IntN(len(w.common))]
	g := w.ask("get common", id, "GET", "/Users/"+id, "", "")
	if g.status != 200 {
		return
	}
	w.saw(id, g.body)
	tag := ""
	if oneIn(2) {
		tag = g.version()
	}
	a := w.ask("write common", id, "PATCH", "/Users/"+id, patch(replace("title", strconv.Quote(fmt.Sprintf("c%d-%s", w.n, w.next())))), tag)
	if a.ok() {
		w.acked("write common", id, a.version())
		w.saw(id, a.body)
	}
}

func (w *worker) bulk(u *user) {
	title := "t" + w.next()
	fresh := fmt.Sprintf("w%d-b%s", w.n, w.next())
	op := func(method, path, rest string) string {
		return fmt.Sprintf(`{"method":%q,"path":%q%s}`, method, path, rest)
	}
	body := `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[` + strings.Join([]string{
		op("POST", "/Users", fmt.Sprintf(`,"bulkId":"b","data":{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":%q}`, fresh)),
		op("PATCH", "/Users/"+u.id, `,"data":`+patch(replace("title", strconv.Quote(title)))),
		op("PATCH", "/Users/bulkId:b", `,"data":`+patch(replace("title", `"x"`))),
		op("DELETE", "/Users/bulkId:b", ""),
	}, ",") + `]}`
	a := w.ask("bulk", u.id, "POST", "/Bulk", body, "")
	list, _ := a.body["Operations"].([]any)
	if a.status != 200 || len(list) != 4 {
		w.wrote("bulk", u, a, "", &u.title, title)
		return
	}
	inner := make([]answer, 4)
	for i := range list {
		m, _ := list[i].(map[string]any)
		inner[i].hung = a.hung
		inner[i].status, _ = strconv.Atoi(fmt.Sprint(m["status"]))
		inner[i].body, _ = m["response"].(map[string]any)
		w.check("in bulk", u.id, inner[i])
	}
	w.wrote("in bulk", u, inner[1], title, &u.title, title)
	if s := inner[0].status; s != 201 && !inner[0].unknown() {
		w.fault("create", u.id, "POST in bulk: %v", list[0])
	}
	if inner[0].ok() && inner[2].status == 404 || inner[2].ok() && inner[3].status == 404 {
		w.fault("lost", u.id, "a user that was created in bulk is lost: %v", list)
	}
}

func query(path, filter string) string { return path + "?filter=" + url.QueryEscape(filter) }
