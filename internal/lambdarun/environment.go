package lambdarun

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"sync"
	"syscall"
	"time"

	"github.com/scimstack/scimstack/internal/async"
)

// FunctionError is an error that a function reported, or the end of its process.
type FunctionError struct {
	Function string
	Type     string
	Message  string
}

func (e *FunctionError) Error() string {
	return fmt.Sprintf("function %s: %s: %s", e.Function, e.Type, e.Message)
}

// environment is one process with a Runtime API of its own.
type environment struct {
	p      Program
	cmd    *exec.Cmd
	api    *runtimeAPI
	server *http.Server
	exited chan struct{} // closed once the process is gone
	once   sync.Once
	over   bool // the process hangs in a request; only its user looks
	served bool // it has answered before
}

// errGone says that a process ended between two requests, as it does after a panic.
var errGone = errors.New("the process has ended")

// grace is how long a process may take to end when asked to.
const grace = 2 * time.Second

func newEnvironment(ctx context.Context, p Program) (*environment, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	e := &environment{p: p, api: newRuntimeAPI(p.Name), exited: make(chan struct{})}
	e.server = &http.Server{Handler: e.api.handler(), ReadHeaderTimeout: 10 * time.Second}
	// The process outlives the request it was started for.
	e.cmd = exec.CommandContext(context.WithoutCancel(ctx), p.Path) //nolint:gosec // the caller's own program
	e.cmd.Env = append(append([]string(nil), p.Env...),
		"AWS_LAMBDA_RUNTIME_API="+listener.Addr().String(), "AWS_LAMBDA_FUNCTION_NAME="+p.Name,
		"AWS_LAMBDA_FUNCTION_VERSION=$LATEST", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=512", "_HANDLER=bootstrap")
	e.cmd.Stdout, e.cmd.Stderr = p.Log, p.Log
	e.cmd.WaitDelay = grace
	if err := e.cmd.Start(); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	async.Go(func() error { return e.server.Serve(listener) }) // ends with ErrServerClosed
	async.Go(func() error {
		err := e.cmd.Wait() // not needed: a function that fails reports it first
		close(e.exited)
		return errors.Join(err, e.server.Close())
	})
	return e, nil
}

// invoke waits for the answer, the end of the process, or the deadline.
func (e *environment) invoke(ctx context.Context, event []byte) ([]byte, error) {
	j := e.api.newJob(ctx, event)
	select {
	case e.api.jobs <- j:
	case <-e.exited:
		if e.served {
			return nil, errGone
		}
		return nil, e.ended()
	case <-ctx.Done():
		e.over = true
		return nil, ctx.Err()
	}
	e.served = true
	select {
	case r := <-j.done:
		return r.answer, r.err
	case <-e.exited:
		select {
		case r := <-j.done: // it reported before it ended
			return r.answer, r.err
		default:
			return nil, e.ended()
		}
	case <-ctx.Done():
		e.over = true
		return nil, ctx.Err()
	}
}

func (e *environment) ended() error {
	if err := e.api.initError(); err != nil {
		return err
	}
	return &FunctionError{Function: e.p.Name, Type: "Runtime.ExitError", Message: "the process ended; its output says why"}
}

// usable tells whether the next request may have it.
func (e *environment) usable() bool {
	select {
	case <-e.exited:
		return false
	default:
		return !e.over
	}
}

// stop ends the process, kindly at first.
func (e *environment) stop() {
	e.once.Do(func() {
		_ = e.cmd.Process.Signal(syscall.SIGTERM) // it may be gone
		select {
		case <-e.exited:
		case <-time.After(grace):
			_ = e.cmd.Process.Kill()
			<-e.exited
		}
	})
}
