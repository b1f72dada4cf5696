package lambdarun

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"
)

// Program is what a Function runs.
type Program struct {
	Name    string   // names the function in its environment and in errors
	Path    string   // the bootstrap
	Env     []string // its whole environment, beside what Lambda adds
	Max     int      // environments at one time; 4 by default
	Timeout time.Duration
	Log     io.Writer // what the program writes; safe for concurrent use
}

// Function runs a program in as many environments as requests need, up to a limit. Safe for
// concurrent use.
type Function struct {
	p     Program
	slots chan struct{}     // one per environment that may exist
	idle  chan *environment // those without a request

	mu     sync.Mutex
	all    map[*environment]struct{}
	closed bool
}

// errClosed says that the Function was closed.
var errClosed = errors.New("the function is closed")

// NewFunction makes a Function; no process starts before the first request.
func NewFunction(p Program) *Function {
	if p.Max <= 0 {
		p.Max = 4
	}
	if p.Timeout <= 0 {
		p.Timeout = 29 * time.Second
	}
	if p.Log == nil {
		p.Log = io.Discard
	}
	return &Function{p: p, slots: make(chan struct{}, p.Max), idle: make(chan *environment, p.Max), all: map[*environment]struct{}{}}
}

// Invoke hands an event to an environment and gives what the function answered. A
// FunctionError is the function's own; any other error is a failure to run it.
func (f *Function) Invoke(ctx context.Context, event []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, f.p.Timeout)
	defer cancel()
	for {
		e, err := f.acquire(ctx)
		if err != nil {
			return nil, err
		}
		answer, err := e.invoke(ctx, event)
		if e.usable() {
			f.idle <- e
			return answer, err
		}
		f.discard(e)
		if !errors.Is(err, errGone) { // it ended after the request before, not because of this one
			return answer, err
		}
	}
}

// acquire prefers an idle environment, then a new one, then waits.
func (f *Function) acquire(ctx context.Context) (*environment, error) {
	for {
		select {
		case e := <-f.idle:
			if e.usable() {
				return e, nil
			}
			f.discard(e)
			continue
		default:
		}
		select {
		case e := <-f.idle:
			if e.usable() {
				return e, nil
			}
			f.discard(e)
		case f.slots <- struct{}{}:
			return f.start(ctx)
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func (f *Function) start(ctx context.Context) (*environment, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		<-f.slots
		return nil, errClosed
	}
	e, err := newEnvironment(ctx, f.p)
	if err != nil {
		<-f.slots
		return nil, err
	}
	f.all[e] = struct{}{}
	return e, nil
}

func (f *Function) discard(e *environment) {
	e.stop()
	f.mu.Lock()
	delete(f.all, e)
	f.mu.Unlock()
	<-f.slots
}

// Recycle gives up the environments that are idle now, as Lambda does from time to time; what
// they had cached is gone with them.
func (f *Function) Recycle() {
	for {
		select {
		case e := <-f.idle:
			f.discard(e)
		default:
			return
		}
	}
}

// Close ends every process. Requests under way fail.
func (f *Function) Close() {
	f.mu.Lock()
	f.closed = true
	all := make([]*environment, 0, len(f.all))
	for e := range f.all {
		all = append(all, e)
	}
	f.mu.Unlock()
	for _, e := range all {
		e.stop()
	}
}
