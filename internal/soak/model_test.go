package soak

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// register is an attribute with one writer. last are the values that it may have: the acknowledged
// one, and those of later writes without an answer.
type register struct{ last []string }

func (r *register) wrote(v string, a answer) {
	switch {
	case a.ok():
		r.last = []string{v}
	case a.unknown():
		r.last = append(r.last, v)
	}
}

func (r *register) may(v string) bool { return slices.Contains(r.last, v) }

// user is a user that one worker writes and all workers read.
type user struct {
	id     string
	acked  atomic.Int64 // the number in the last acknowledged title
	gone   atomic.Bool  // a DELETE was sent
	unsure bool         // a DELETE had no answer
	name   register
	title  register
	active register
	mail   register
	ext    register
	// manager is the id of another user of the same worker, or "". It may be late that a user who is
	// deleted is the manager of no user, but not for long.
	manager register
}

// state says whether a user is a member of a group.
type state int

const (
	in state = iota + 1
	unsure
)

// group is a group that one worker writes.
type group struct {
	id      string
	name    register
	members map[string]state // what is missing is no member
	unsure  bool
}

// world is the model of all workers.
type world struct {
	t *testing.T
	s *service

	mu      sync.Mutex
	users   []*user         // alive, as far as is known
	dead    map[string]bool // ids of users whose removal was acknowledged, since the last pause
	acks    map[string]int  // by id and version: acknowledged writes that change something
	history map[string][]string
	counts  map[string]int // operations by kind, statuses, faults
	faults  int
}

func newWorld(t *testing.T, s *service) *world {
	return &world{t: t, s: s, dead: map[string]bool{}, acks: map[string]int{}, history: map[string][]string{}, counts: map[string]int{}}
}

// fault reports a broken promise, with what has happened to the resource.
func (w *world) fault(kind, id, format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.counts["fault "+kind]++
	if w.faults++; w.faults > 10 {
		return
	}
	w.t.Errorf("%s: %s", kind, fmt.Sprintf(format, args...))
	for _, line := range w.history[id] {
		w.t.Log("    " + line)
	}
}

// note counts an operation and keeps it in the history of its resource.
func (w *world) note(op, id string, a answer) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.counts["op "+op]++
	w.counts[fmt.Sprintf("status %d", a.status)]++
	if a.hung {
		w.counts["hung up"]++
	}
	w.history[id] = append(w.history[id], fmt.Sprintf("%s %s: %d hung up %v %s %s", time.Now().Format("05.000000"), op, a.status, a.hung, a.version(), a.text("detail")))
	if h := w.history[id]; len(h) > 30 {
		w.history[id] = h[len(h)-30:]
	}
}

// check reports statuses that no request may get.
func (w *world) check(op, id string, a answer) {
	switch {
	case a.status == 503 && (w.s.faulty || a.hung), a.status < 500 && a.status != 0:
	case a.hung && a.status != 500:
	default:
		w.fault("status", id, "%s: %d %v", op, a.status, a.body)
	}
}

// acked records that a write made this version of a resource. No two writes make the same one.
func (w *world) acked(op, id, version string) {
	if version == "" {
		return
	}
	w.mu.Lock()
	w.acks[id+" "+version]++
	twice := w.acks[id+" "+version] > 1
	w.mu.Unlock()
	if twice {
		w.fault("version", id, "%s: two writes of %s were acknowledged as version %s", op, id, version)
	}
}

func (w *world) alive(u *user) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.users = append(w.users, u)
}

func (w *world) died(u *user, acknowledged bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.users = slices.DeleteFunc(w.users, func(o *user) bool { return o == u })
	if acknowledged {
		w.dead[u.id] = true
	}
}

// anyone returns a copy of the users that are alive.
func (w *world) anyone() []*user {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.users)
}
