package record

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/scimstack/scimstack/internal/replay"
	"github.com/scimstack/scimstack/pkg/dialect"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// Limits of a recording. Requests beyond them are left out and counted.
const (
	maxSteps = 20000
	maxBody  = 8 << 20
	maxBytes = 256 << 20 // of all bodies
)

// Tenant is what a Recorder has to know about a tenant.
type Tenant struct {
	IdP   string                 // identity provider, or ""
	Types []*schema.ResourceType // nil means User and Group
}

// Recorder keeps the traffic of all tenants. It is safe for concurrent use; concurrent requests
// are kept in the order of their responses.
type Recorder struct {
	prefix string // of the service, "/scim/v2"
	tenant func(name string) Tenant

	mu      sync.Mutex
	tenants map[string]*tape
	order   []string
	steps   int
	bytes   int
	left    int
}

// tape is the traffic of one tenant.
type tape struct {
	redactor *redactor
	steps    []replay.Step
}

// New returns a Recorder for a service under a prefix. tenant returns what is known of a tenant,
// and the zero Tenant if it is unknown.
func New(prefix string, tenant func(name string) Tenant) *Recorder {
	return &Recorder{prefix: prefix + "/", tenant: tenant, tenants: map[string]*tape{}}
}

// Wrap returns a handler that records the requests to next and their responses. The body of a
// request is recorded as far as next reads it.
func (r *Recorder) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		rest, ok := strings.CutPrefix(req.RequestURI, r.prefix)
		if !ok {
			next.ServeHTTP(w, req)
			return
		}
		var sent bytes.Buffer
		if req.Body != nil {
			req.Body = &tee{ReadCloser: req.Body, into: &sent}
		}
		answer := &copied{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(answer, req)
		name, path := rest, ""
		if i := strings.IndexAny(rest, "/?"); i >= 0 {
			name, path = rest[:i], rest[i:]
		}
		r.add(name, path, req, sent.Bytes(), answer)
	})
}

func (r *Recorder) add(name, path string, req *http.Request, sent []byte, a *copied) {
	r.mu.Lock()
	defer r.mu.Unlock()
	size := len(sent) + a.body.Len()
	if r.steps >= maxSteps || len(sent) >= maxBody || r.bytes+size > maxBytes || unrepeatable(req, a.status) {
		r.left++
		return
	}
	r.steps++
	r.bytes += size
	t := r.tenants[name]
	if t == nil {
		t = &tape{redactor: newRedactor(newWords(r.tenant(name).Types))}
		r.tenants[name], r.order = t, append(r.order, name)
	}
	headers := t.redactor.headers(req, a.status)
	if text, ok := plain(sent, req.Header); ok {
		sent = text
		delete(headers, "Content-Encoding")
	}
	step := replay.Step{
		As: fmt.Sprintf("r%d", len(t.steps)+1), Method: t.redactor.phrase(req.Method), Path: t.redactor.target(path),
		Headers: headers, Body: t.redactor.body(sent), ExpectStatus: []int{a.status},
	}
	learned := t.learn(step.As, a)
	step.Recorded = t.redactor.body(a.body.Bytes())
	step.Expect.Assert = learned.assertions(t.redactor.words)
	t.steps = append(t.steps, step)
}

// unrepeatable reports whether a replay cannot get the same answer: the service was overloaded, or
// the request has a header twice, which a scenario cannot say.
func unrepeatable(req *http.Request, status int) bool {
	return status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable || len(req.Header["Authorization"]) > 1
}

// Write writes one scenario for each tenant. The last request of the tenant is the request of the
// scenario, the others are its setup.
func (r *Recorder) Write(w io.Writer) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	scenarios := make([]replay.Scenario, 0, len(r.order))
	for i, name := range r.order {
		steps := r.tenants[name].steps
		last := steps[len(steps)-1]
		expect := replay.Expect{Status: last.ExpectStatus}
		expect.Assert = last.Expect.Assert
		last.ExpectStatus, last.Expect = nil, replay.Expect{}
		idp := r.tenant(name).IdP
		if _, known := dialect.ByName(idp); !known {
			idp = "default"
		}
		scenarios = append(scenarios, replay.Scenario{
			ID: fmt.Sprintf("recorded-%03d", i+1), IdP: idp, Profile: idp, Quirks: []string{}, Setup: steps[:len(steps)-1], Request: last, Expect: expect,
			Description: fmt.Sprintf("%d recorded requests; values are pseudonyms", len(steps)),
		})
	}
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	e.SetEscapeHTML(false)
	return e.Encode(scenarios)
}

// Steps returns the number of requests that are kept.
func (r *Recorder) Steps() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.steps
}

// LeftOut returns the number of requests that are not in the recording.
func (r *Recorder) LeftOut() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.left
}

// tee keeps a copy of what is read, up to maxBody.
type tee struct {
	io.ReadCloser
	into *bytes.Buffer
}

func (t *tee) Read(p []byte) (int, error) {
	n, err := t.ReadCloser.Read(p)
	if t.into.Len() < maxBody {
		t.into.Write(p[:n])
	}
	return n, err
}

// copied keeps a copy of the status and the body of a response.
type copied struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (c *copied) WriteHeader(status int) {
	c.status = status
	c.ResponseWriter.WriteHeader(status)
}

func (c *copied) Write(p []byte) (int, error) {
	if c.body.Len() < maxBody {
		c.body.Write(p)
	}
	return c.ResponseWriter.Write(p)
}
