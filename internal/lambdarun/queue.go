package lambdarun

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/scimstack/scimstack/internal/async"
)

// message is a message of a queue.
type message struct {
	id       string
	body     string
	due      time.Time
	received int // how often it was passed on
}

// queue is a standard queue of SQS and its event source: due messages are passed on in batches, several at a time, and
// those that fail come again. It has no order.
type queue struct {
	mu      sync.Mutex
	list    []message
	count   int
	arrived chan struct{} // has room for one
}

func newQueue() *queue { return &queue{arrived: make(chan struct{}, 1)} }

// What the template says of the queue and its event source (infra/cdk/stack/facts.go).
const (
	batchSize     = 10
	batchesAtOnce = 10
	visibility    = 6 * time.Minute // until a message that has failed comes again
	mostReceived  = 5               // then it is a dead letter
)

// send adds a message that is due after a delay, and returns its id.
func (q *queue) send(body string, delay time.Duration) string {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.count++
	m := message{id: strconv.Itoa(q.count), body: body, due: time.Now().Add(delay)}
	q.list = append(q.list, m)
	q.notify()
	return m.id
}

// again puts a message back.
func (q *queue) again(m message) {
	q.mu.Lock()
	defer q.mu.Unlock()
	m.due = time.Now().Add(visibility)
	q.list = append(q.list, m)
	q.notify()
}

func (q *queue) notify() {
	select {
	case q.arrived <- struct{}{}:
	default: // it is known that there are new ones
	}
}

// take removes a batch of what is due. If nothing is, it returns when to look again.
func (q *queue) take(now time.Time) (batch []message, wait time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	wait = time.Hour
	q.list = slices.DeleteFunc(q.list, func(m message) bool {
		if m.due.After(now) {
			wait = min(wait, m.due.Sub(now))
			return false
		}
		if len(batch) == batchSize {
			return false
		}
		m.received++
		batch = append(batch, m)
		return true
	})
	return batch, wait
}

// run passes batches to handle, which returns those that have failed, until the context ends and the last call has returned.
// given gets the dead letters.
func (q *queue) run(ctx context.Context, handle func(context.Context, []message) (failed []message), given func(message)) {
	slots := make(chan struct{}, batchesAtOnce)
	for ctx.Err() == nil {
		batch, wait := q.take(time.Now())
		if len(batch) == 0 {
			select {
			case <-ctx.Done():
			case <-q.arrived:
			case <-time.After(wait):
			}
			continue
		}
		slots <- struct{}{}
		async.Go(func() error {
			defer func() { <-slots }()
			for _, m := range handle(ctx, batch) {
				if m.received == mostReceived {
					given(m)
					continue
				}
				q.again(m)
			}
			return nil
		})
	}
	for range batchesAtOnce {
		slots <- struct{}{}
	}
}
