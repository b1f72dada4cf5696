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

// FunctionError is an error that a function has reported, or the end of its process.
type FunctionError struct {
	Function string
	Type     string // as the function reports it, or Runtime.ExitError
	Message  string
}

func (e *FunctionError) Error() string {
	return fmt.Sprintf("function %s: %s: %s", e.Function, e.Type, e.Message)
}

// environment is one process and its Runtime API. It serves one request at a time.
type environment struct {
	p      Program
	cmd    *exec.Cmd
	api    *runtimeAPI
	server *http.Server
	exited chan struct{} // closed when the process has ended
	once   sync.Once
	over   bool // a request was abandoned; the process may still work on it
	served bool // it has received a request before
}

// errGone means that a process ended between two requests, as it does after a panic.
var errGone = errors.New("the process has ended")

// grace is the time between SIGTERM and SIGKILL.
const grace = 2 * time.Second

func newEnvironment(ctx context.Context, p Program) (*environment, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	e := &environment{p: p, api: newRuntimeAPI(p.Name), exited: make(chan struct{})}
	e.server = &http.Server{Handler: e.api.handler(), ReadHeaderTimeout: 10 * time.Second}
	// The process outlives the request it was started for.
	e.cmd = exec.CommandContext(context.WithoutCancel(ctx), p.Path) //nolint:gosec // the program of the caller
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

// invoke passes an event to the process, and waits for its response, its end or the deadline of the
// context. It returns errGone if the process had already ended.
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
		return r.response, r.err
	case <-e.exited:
		select {
		case r := <-j.done: // it reported its error before it ended
			return r.response, r.err
		default:
			return nil, e.ended()
		}
	case <-ctx.Done():
		e.over = true
		return nil, ctx.Err()
	}
}

// ended returns the error of a process that has ended.
func (e *environment) ended() error {
	if err := e.api.initError(); err != nil {
		return err
	}
	return &FunctionError{Function: e.p.Name, Type: "Runtime.ExitError", Message: "the process has ended; its output has the reason"}
}

// usable reports whether the environment can serve another request.
func (e *environment) usable() bool {
	select {
	case <-e.exited:
		return false
	default:
		return !e.over
	}
}

// stop ends the process with SIGTERM, and after grace with SIGKILL. It returns when the process has
// ended, and may be called more than once.
func (e *environment) stop() {
	e.once.Do(func() {
		_ = e.cmd.Process.Signal(syscall.SIGTERM) // it may have ended
		select {
		case <-e.exited:
		case <-time.After(grace):
			_ = e.cmd.Process.Kill()
			<-e.exited
		}
	})
}
