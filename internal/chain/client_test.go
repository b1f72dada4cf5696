package chain

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// seen is what a client was told of one resource.
type seen struct {
	from, to int64 // when the request began and when it had ended, by a clock of the test
	id       string
	what     string  // the request, for people
	change   *change // nil for a read and for a deletion
	ifMatch  int64   // 0: none
	deleted  bool    // the request deletes
	status   int
	version  int64  // of a 2xx; 0 if the answer has none
	is       *state // of a 2xx; nil if the answer has none
}

// world is what the clients share.
type world struct {
	*service
	ticks atomic.Int64

	mu     sync.Mutex
	seen   []seen
	users  []string // ids
	groups []string
	names  map[string]string // of users by id
	mails  []string
	newest map[string]int64 // version by id
}

// client is one of those who ask at the same time.
type client struct {
	*world
	n, serial int
	r         *rand.Rand
}

func (c *client) own() string {
	c.serial++
	return fmt.Sprintf("own-%d-%d@example.com", c.n, c.serial)
}

func (w *world) pick(r *rand.Rand, list *[]string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return (*list)[r.IntN(len(*list))]
}

func (w *world) note(s seen) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen = append(w.seen, s)
	if s.version > 0 {
		w.newest[s.id] = max(w.newest[s.id], s.version)
	}
}

// create makes a user or a group.
func (c *client) create(endpoint string) error {
	own := c.own()
	body := fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":%q,"title":"first","active":true}`, own)
	if endpoint == "Groups" {
		body = fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":%q}`, own)
	}
	for range 20 {
		w := c.send(c.r.IntN(2), "POST", "/scim/v2/acme/"+endpoint, "", body)
		d, ok := read(w.Body.Bytes())
		if w.Code != 201 || !ok {
			continue // a fault below the store; a 409 is that of one whose answer was lost
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		if endpoint == "Groups" {
			c.groups = append(c.groups, d.ID)
		} else {
			c.users, c.names[d.ID] = append(c.users, d.ID), own
		}
		return nil
	}
	return fmt.Errorf("no %s was created in 20 requests", endpoint)
}

// step sends one random request.
func (c *client) step() {
	if c.r.IntN(40) == 0 {
		c.end(map[bool]string{true: "Users", false: "Groups"}[c.r.IntN(3) > 0])
		return
	}
	if id := c.pick(c.r, &c.users); c.r.IntN(3) > 0 {
		c.ofUser(id)
	} else {
		c.ofGroup(c.pick(c.r, &c.groups))
	}
}

// end deletes a user or a group, while the others go on with it, and makes a new one in its place.
func (c *client) end(endpoint string) {
	list := &c.users
	if endpoint == "Groups" {
		list = &c.groups
	}
	id := c.pick(c.r, list)
	if c.create(endpoint) != nil {
		return
	}
	c.ask(seen{id: id, deleted: true, what: "DELETE"}, "DELETE", endpoint+"/"+id, "", "")
	c.mu.Lock()
	defer c.mu.Unlock()
	*list = slices.DeleteFunc(*list, func(one string) bool { return one == id })
}

func (c *client) ofUser(id string) {
	switch c.r.IntN(10) {
	case 0:
		c.get("Users", id)
	case 1:
		c.search("Users?filter="+url.QueryEscape(fmt.Sprintf("userName eq %q", c.name(id))), "Users")
	case 2:
		c.search("Users?count=100", "Users")
	case 3:
		c.bulk(id, c.pick(c.r, &c.users))
	default:
		c.change("Users", id, c.changeOf(id), c.match(id))
	}
}

func (c *client) ofGroup(id string) {
	if c.r.IntN(4) == 0 {
		c.get("Groups", id)
		return
	}
	c.change("Groups", id, changeOfGroup(c.r, c.own(), c.pick(c.r, &c.users), c.pick(c.r, &c.users)), c.match(id))
}

func (c *client) name(id string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.names[id]
}

// changeOf is a change of a user with an address that another client may have added.
func (c *client) changeOf(id string) change {
	return changeOfUser(c.r, c.name(id), c.own(), c.pick(c.r, &c.mails))
}

// used lets all clients use what this one has written.
func (c *client) used(ch *change) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.mails = append(c.mails[max(0, len(c.mails)-5):], ch.text)
}

// match is the newest version that any client has seen, for If-Match, or 0 for a request without.
func (c *client) match(id string) int64 {
	if c.r.IntN(3) > 0 {
		return 0
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.newest[id]
}

func (c *client) change(endpoint, id string, ch change, match int64) {
	s := seen{id: id, change: &ch, ifMatch: match, what: ch.method + " " + ch.body}
	header := ""
	if match > 0 {
		header = tag(match)
	}
	c.ask(s, ch.method, endpoint+"/"+id, header, ch.body)
	c.used(&ch)
}

func (c *client) get(endpoint, id string) {
	c.ask(seen{id: id, what: "GET"}, "GET", endpoint+"/"+id, "", "")
}

// ask sends a request for one resource and notes the answer.
func (c *client) ask(s seen, method, path, header, body string) {
	s.from = c.ticks.Add(1)
	w := c.send(c.r.IntN(2), method, "/scim/v2/acme/"+path, header, body)
	s.to, s.status = c.ticks.Add(1), w.Code
	if ok(w) {
		s.version = version(w.Header().Get("Etag"))
		if d, found := read(w.Body.Bytes()); found && d.whole() {
			is := d.state()
			s.is = &is
		}
	}
	c.note(s)
}

func ok(w *httptest.ResponseRecorder) bool { return w.Code >= 200 && w.Code < 300 }

// search notes each resource of a page.
func (c *client) search(query, what string) {
	from := c.ticks.Add(1)
	w := c.send(c.r.IntN(2), "GET", "/scim/v2/acme/"+query, "", "")
	to := c.ticks.Add(1)
	var page struct{ Resources []json.RawMessage }
	if !ok(w) || json.Unmarshal(w.Body.Bytes(), &page) != nil {
		return
	}
	for _, raw := range page.Resources {
		if d, found := read(raw); found {
			is := d.state()
			c.note(seen{from: from, to: to, id: d.ID, what: "search of " + what, status: w.Code, version: version(d.Meta.Version), is: &is})
		}
	}
}

// bulk changes two users in one request.
func (c *client) bulk(ids ...string) {
	var ops []string
	var all []seen
	for _, id := range ids {
		ch := c.changeOf(id)
		s, condition := seen{id: id, change: &ch, ifMatch: c.match(id), what: "Bulk with " + ch.method + " " + ch.body}, ""
		if s.ifMatch > 0 {
			condition = fmt.Sprintf(`"version":%q,`, tag(s.ifMatch))
		}
		ops = append(ops, fmt.Sprintf(`{"method":%q,"path":"/Users/%s",%s"data":%s}`, ch.method, id, condition, ch.body))
		all = append(all, s)
	}
	from := c.ticks.Add(1)
	w := c.send(c.r.IntN(2), "POST", "/scim/v2/acme/Bulk", "", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[`+strings.Join(ops, ",")+`]}`)
	to := c.ticks.Add(1)
	var answer struct {
		Operations []struct{ Status, Version string }
	}
	_ = json.Unmarshal(w.Body.Bytes(), &answer) // without operations, nothing is known of them
	for i, s := range all {
		s.from, s.to, s.status = from, to, w.Code
		if ok(w) && i < len(answer.Operations) {
			_, _ = fmt.Sscan(answer.Operations[i].Status, &s.status)
			if s.status < 300 {
				s.version = version(answer.Operations[i].Version)
			}
		}
		c.note(s)
		c.used(s.change)
	}
}
