package soak

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

// saw checks what one reader sees of a resource: versions ascend, and equal versions have equal
// contents.
func (w *worker) saw(id string, body map[string]any) {
	now := versionOf(body)
	if now == "" {
		return
	}
	content := fmt.Sprint(body["userName"], body["title"], body["active"], body["emails"], body["externalId"], body["displayName"])
	before, content2, seen := strings.Cut(w.seen[id], "|")
	w.seen[id] = now + "|" + content
	if !seen {
		return
	}
	a, b := number(before), number(now)
	switch {
	case b < a:
		w.fault("version", id, "a reader saw version %s of %s after %s", now, id, before)
	case b == a && content != content2:
		w.fault("version", id, "version %s of %s is %q and %q", now, id, content2, content)
	}
}

func number(tag string) int {
	n, _ := strconv.Atoi(strings.Trim(tag, `W/"`))
	return n
}

// getUser reads one of the worker's users: what was acknowledged is there.
func (w *worker) getUser(u *user) {
	a := w.ask("get user", u.id, "GET", "/Users/"+u.id, "", "")
	if a.status != 200 {
		if !a.unknown() && !w.lost(u, a) {
			w.fault("read", u.id, "%d %v", a.status, a.body)
		}
		return
	}
	w.saw(u.id, a.body)
	w.sameUser(u, a.body)
}

// sameUser compares a representation with the model.
func (w *world) sameUser(u *user, body map[string]any) {
	mail := ""
	if list, _ := body["emails"].([]any); len(list) > 0 {
		m, _ := list[0].(map[string]any)
		mail, _ = m["value"].(string)
	}
	for _, c := range []struct {
		name string
		r    *register
		got  string
	}{
		{"userName", &u.name, fmt.Sprint(body["userName"])}, {"title", &u.title, fmt.Sprint(body["title"])}, {"active", &u.active, fmt.Sprint(body["active"])},
		{"emails", &u.mail, mail}, {"externalId", &u.ext, fmt.Sprint(body["externalId"])},
	} {
		if !c.r.may(c.got) {
			w.fault("lost write", u.id, "%s of %s is %q, not one of %q", c.name, u.id, c.got, c.r.last)
		}
	}
}

// readAnyone reads a user of any worker: not older than what was acknowledged before the request.
func (w *worker) readAnyone() {
	all := w.anyone()
	if len(all) == 0 {
		return
	}
	u := all[rand.IntN(len(all))]
	least := u.acked.Load()
	a := w.ask("get anyone", u.id, "GET", "/Users/"+u.id, "", "")
	switch {
	case a.status == 200:
		w.saw(u.id, a.body)
		if n, err := strconv.ParseInt(strings.TrimPrefix(a.text("title"), "t"), 10, 64); err == nil && n < least {
			w.fault("stale read", u.id, "title %s of %s after t%d was acknowledged", a.text("title"), u.id, least)
		}
	case a.status == 404 && !u.gone.Load():
		w.fault("lost", u.id, "user %s, which was not deleted, is lost", u.id)
	}
}

// filters searches for one of the worker's users by its indexed values.
func (w *worker) filters(u *user) {
	for _, c := range []struct {
		attr string
		r    *register
	}{{"userName", &u.name}, {"externalId", &u.ext}, {"emails.value", &u.mail}} {
		if len(c.r.last) != 1 || u.unsure {
			continue
		}
		want := c.r.last[0]
		a := w.ask("filter "+c.attr, u.id, "GET", query("/Users", fmt.Sprintf(`%s eq "%s"`, c.attr, want)), "", "")
		if a.status == 200 && (len(ids(a)) != 1 || ids(a)[0] != u.id || a.body["totalResults"] != 1.0) {
			w.fault("filter", u.id, "%s eq %q finds %v, not %s", c.attr, want, ids(a), u.id)
		}
	}
}

// cursor reads all users by cursor: none twice, and the worker's own among them.
func (w *worker) cursor(u *user) {
	got := map[string]bool{}
	next := ""
	for {
		a := w.ask("list by cursor", u.id, "GET", "/Users?count=50&attributes=userName,title&cursor="+next, "", "")
		if a.status != 200 {
			return
		}
		for _, id := range ids(a) {
			if got[id] {
				w.fault("cursor", id, "a list by cursor has %s twice", id)
			}
			got[id] = true
		}
		if next = a.text("nextCursor"); next == "" {
			break
		}
	}
	if !u.unsure && !got[u.id] {
		w.fault("cursor", u.id, "a list by cursor misses %s", u.id)
	}
}

// index reads a page by index.
func (w *worker) index() {
	a := w.ask("list by index", "", "GET", fmt.Sprintf("/Users?count=20&startIndex=%d", 1+rand.IntN(usersEach*40)), "", "")
	if a.status != 200 {
		return
	}
	seen := map[string]bool{}
	for _, r := range resources(a) {
		id, _ := r["id"].(string)
		if seen[id] {
			w.fault("index", id, "a page has %s twice", id)
		}
		seen[id] = true
		w.saw(id, r)
	}
}

func resources(a answer) []map[string]any {
	list, _ := a.body["Resources"].([]any)
	out := make([]map[string]any, 0, len(list))
	for _, r := range list {
		m, _ := r.(map[string]any)
		out = append(out, m)
	}
	return out
}

func ids(a answer) []string {
	var out []string
	for _, r := range resources(a) {
		id, _ := r["id"].(string)
		out = append(out, id)
	}
	return out
}
