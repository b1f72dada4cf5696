package engine

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// maxWaiting bounds the passwords of one tenant that wait for their turn.
const maxWaiting = 256

// Hasher hashes passwords, at most one fewer at a time than there are cores (GOMAXPROCS), but at
// least one, in all Providers that share it. A hash that has to wait is queued by tenant, and tenants
// take turns: a flood of one delays the password of another by one hash of every tenant that waits,
// not by the flood. At most 256 passwords of a tenant wait; the next one is answered with 503 and Retry-After.
//
// A password hash is slow and takes much memory by design, so a client must not decide how many
// are made at the same time. One core is left to all other requests, which otherwise wait for the
// scheduler: milliseconds each. A Hasher is safe for concurrent use. The zero value is not usable; see
// NewHasher.
type Hasher struct {
	hash func(password string) (string, error)

	mu     sync.Mutex
	free   int
	queues map[scim.TenantID][]chan struct{} // closed when their turn has come; no empty queues
	turns  []scim.TenantID                   // the tenants that wait, the next one first
}

// NewHasher returns a Hasher over a hash function, which must be safe for concurrent use. Without
// one it returns nil, which Options take for none.
func NewHasher(hash func(password string) (string, error)) *Hasher {
	if hash == nil {
		return nil
	}
	return &Hasher{hash: hash, free: max(1, runtime.GOMAXPROCS(0)-1), queues: map[scim.TenantID][]chan struct{}{}}
}

// Hash returns the hash of a password of a tenant. It waits for its turn, at most until ctx ends,
// and then returns the error of ctx. A full queue is an *scim.Error with CodeBusy.
func (h *Hasher) Hash(ctx context.Context, t scim.TenantID, password string) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	turn, err := h.enter(t)
	if err != nil {
		return "", err
	}
	select {
	case <-turn:
	case <-ctx.Done():
		if h.withdraw(t, turn) {
			return "", ctx.Err()
		}
	}
	defer h.leave() // also after a panic
	if err := ctx.Err(); err != nil {
		return "", err
	}
	return h.hash(password)
}

// enter takes a free core, or the next place in the queue of a tenant. The channel is closed when
// the turn has come.
func (h *Hasher) enter(t scim.TenantID) (turn chan struct{}, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	turn = make(chan struct{})
	queue := h.queues[t]
	switch {
	case h.free > 0: // then none waits
		h.free--
		close(turn)
		return turn, nil
	case len(queue) >= maxWaiting:
		return nil, scim.NewError(scim.CodeBusy, "too many passwords of this tenant wait to be stored; try again later").Retry(time.Second)
	case len(queue) == 0:
		h.turns = append(h.turns, t)
	}
	h.queues[t] = append(queue, turn)
	return turn, nil
}

// leave gives a core to the next tenant, or back.
func (h *Hasher) leave() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.turns) == 0 {
		h.free++
		return
	}
	t := h.turns[0]
	h.turns = h.turns[1:]
	queue := h.queues[t]
	close(queue[0])
	if queue = queue[1:]; len(queue) == 0 {
		delete(h.queues, t)
		return
	}
	h.queues[t] = queue
	h.turns = append(h.turns, t)
}

// withdraw leaves the queue of a tenant. It is false if the turn has come in the meantime.
func (h *Hasher) withdraw(t scim.TenantID, turn chan struct{}) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	queue := h.queues[t]
	at := slices.Index(queue, turn)
	if at < 0 {
		return false
	}
	if queue = slices.Delete(queue, at, at+1); len(queue) > 0 {
		h.queues[t] = queue
		return true
	}
	delete(h.queues, t)
	h.turns = slices.DeleteFunc(h.turns, func(waiting scim.TenantID) bool { return waiting == t })
	return true
}
