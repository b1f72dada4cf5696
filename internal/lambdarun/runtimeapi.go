package lambdarun

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// maxResponse is the largest response of a function, in bytes.
const maxResponse = 6<<20 + 1024

// runtimeAPI is the server from which a bootstrap fetches its events.
type runtimeAPI struct {
	name string
	jobs chan *job

	mu      sync.Mutex
	now     *job
	count   int
	initErr error
}

// job is one event and its outcome.
type job struct {
	id       string
	event    []byte
	deadline time.Time
	done     chan outcome // has room for one
}

type outcome struct {
	response []byte
	err      error
}

func newRuntimeAPI(name string) *runtimeAPI { return &runtimeAPI{name: name, jobs: make(chan *job)} }

// newJob returns a job for an event. The context must have a deadline, which the function
// receives.
func (a *runtimeAPI) newJob(ctx context.Context, event []byte) *job {
	deadline, _ := ctx.Deadline()
	a.mu.Lock()
	defer a.mu.Unlock()
	a.count++
	return &job{id: a.name + "-" + strconv.Itoa(a.count), event: event, deadline: deadline, done: make(chan outcome, 1)}
}

func (a *runtimeAPI) initError() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.initErr
}

func (a *runtimeAPI) handler() http.Handler {
	const base = "/2018-06-01/runtime"
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+base+"/invocation/next", a.next)
	mux.HandleFunc("POST "+base+"/invocation/{id}/response", a.response)
	mux.HandleFunc("POST "+base+"/invocation/{id}/error", a.failure)
	mux.HandleFunc("POST "+base+"/init/error", a.initFailure)
	return mux
}

// next responds with the next event, and blocks until there is one.
func (a *runtimeAPI) next(w http.ResponseWriter, r *http.Request) {
	var j *job
	select {
	case j = <-a.jobs:
	case <-r.Context().Done():
		return
	}
	a.mu.Lock()
	a.now = j
	a.mu.Unlock()
	head := w.Header()
	head.Set("Content-Type", "application/json")
	head.Set("Lambda-Runtime-Aws-Request-Id", j.id)
	head.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(j.deadline.UnixMilli(), 10))
	head.Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:local:000000000000:function:"+a.name)
	head.Set("Lambda-Runtime-Trace-Id", "Root=1-00000000-000000000000000000000000;Sampled=0")
	_, _ = w.Write(j.event) // fails if the process has ended, which is noticed elsewhere
}

// take removes the job that a request names, so that only its first outcome counts. It returns nil if
// there is no such job.
func (a *runtimeAPI) take(r *http.Request) *job {
	a.mu.Lock()
	defer a.mu.Unlock()
	j := a.now
	if j == nil || j.id != r.PathValue("id") {
		return nil
	}
	a.now = nil
	return j
}

func (a *runtimeAPI) response(w http.ResponseWriter, r *http.Request) {
	j := a.take(r)
	if j == nil {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxResponse+1))
	if err == nil && len(body) > maxResponse {
		err = &FunctionError{Function: a.name, Type: "Function.ResponseSizeTooLarge", Message: "the response is larger than 6 MB, the limit of Lambda"}
	}
	j.done <- outcome{body, err}
	w.WriteHeader(http.StatusAccepted)
}

func (a *runtimeAPI) failure(w http.ResponseWriter, r *http.Request) {
	j := a.take(r)
	if j == nil {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	j.done <- outcome{err: a.reported(r)}
	w.WriteHeader(http.StatusAccepted)
}

func (a *runtimeAPI) initFailure(w http.ResponseWriter, r *http.Request) {
	err := a.reported(r)
	a.mu.Lock()
	a.initErr = err
	a.mu.Unlock()
	w.WriteHeader(http.StatusAccepted)
}

// reported reads an error in the form in which functions report it.
func (a *runtimeAPI) reported(r *http.Request) error {
	var v struct {
		ErrorType    string `json:"errorType"`
		ErrorMessage string `json:"errorMessage"`
	}
	if err := json.NewDecoder(io.LimitReader(r.Body, 1<<20)).Decode(&v); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	return &FunctionError{Function: a.name, Type: v.ErrorType, Message: v.ErrorMessage}
}
