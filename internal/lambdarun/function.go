package lambdarun

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"
)

// Program is what a Function runs. Path is required.
type Program struct {
	Name    string        // of the function, in its environment and in errors
	Path    string        // of the bootstrap
	Env     []string      // its whole environment, without the variables of Lambda
	Max     int           // environments at a time; 4 by default
	Timeout time.Duration // of one invocation; 29 s by default
	Log     io.Writer     // receives the output of the program; safe for concurrent use; discarded by default
}

// Function runs a program in as many environments as concurrent requests need, up to a limit. It is
// safe for concurrent use.
type Function struct {
	p     Program
	slots chan struct{}     // one for each environment that exists
	idle  chan *environment // environments without a request

	mu     sync.Mutex
	all    map[*environment]struct{}
	closed bool
}

// errClosed is returned after Close.
var errClosed = errors.New("the function is closed")

// NewFunction returns a Function. No process is started before the first request. The caller must
// call Close.
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

// Invoke passes an event to an environment and returns the response of the function. It waits while
// all environments are busy. A *FunctionError is the function's own; context.DeadlineExceeded means
// that the function, or the wait, took too long; any other error is a failure to run the program.
func (f *Function) Invoke(ctx context.Context, event []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, f.p.Timeout)
	defer cancel()
	for {
		e, err := f.acquire(ctx)
		if err != nil {
			return nil, err
		}
		response, err := e.invoke(ctx, event)
		if e.usable() {
			f.idle <- e
			return response, err
		}
		f.discard(e)
		if !errors.Is(err, errGone) { // it ended after an earlier request, not because of this one
			return response, err
		}
	}
}

// acquire returns an idle environment, or a new one, or waits for one.
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

// start starts an environment in a slot that the caller has taken. It gives the slot back on an error.
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

// discard ends an environment and gives its slot back.
func (f *Function) discard(e *environment) {
	e.stop()
	f.mu.Lock()
	delete(f.all, e)
	f.mu.Unlock()
	<-f.slots
}

// Recycle ends the environments that are idle now, as Lambda does from time to time. Their caches are
// lost.
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

// Close ends every process. Running and later requests fail.
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
