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
	"github.com/scimstack/scimstack/pkg/scim/httpapi"
)

// Limits of a recording. Requests beyond them are left out and counted.
const (
	maxSteps = 20000
	maxBody  = 8 << 20
)

// Recorder keeps the traffic of all tenants. It is safe for concurrent use; concurrent requests
// are kept in the order of their responses.
type Recorder struct {
	prefix string // of the service, "/scim/v2"
	idp    func(tenant string) string

	mu      sync.Mutex
	tenants map[string]*tape
	order   []string
	steps   int
	left    int
}

// tape is the traffic of one tenant.
type tape struct {
	redactor *redactor
	steps    []replay.Step
}

// New returns a Recorder for a service under a prefix. idp returns the identity provider of a
// tenant, or "" if it is unknown.
func New(prefix string, idp func(tenant string) string) *Recorder {
	return &Recorder{prefix: prefix + "/", idp: idp, tenants: map[string]*tape{}}
}

// kept are the request headers that a recording keeps.
var kept = []string{"User-Agent", "Accept", "Accept-Charset", "Content-Type", "If-Match", "If-None-Match"}

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
		tenant, path, _ := strings.Cut(rest, "/")
		r.add(tenant, "/"+path, req, sent.Bytes(), answer)
	})
}

func (r *Recorder) add(tenant, path string, req *http.Request, sent []byte, a *copied) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.steps >= maxSteps || len(sent) >= maxBody {
		r.left++
		return
	}
	r.steps++
	t := r.tenants[tenant]
	if t == nil {
		t = &tape{redactor: newRedactor()}
		r.tenants[tenant], r.order = t, append(r.order, tenant)
	}
	step := replay.Step{
		As: fmt.Sprintf("r%d", len(t.steps)+1), Method: req.Method, Path: t.redactor.target(path),
		Headers: headers(req, a.status), Body: t.redactor.body(sent), ExpectStatus: []int{a.status},
	}
	t.learn(step.As, a)
	step.Recorded = t.redactor.body(a.body.Bytes())
	t.steps = append(t.steps, step)
}

// learn makes the id of a new resource a placeholder in all later steps.
func (t *tape) learn(as string, a *copied) {
	var v struct{ ID string }
	if a.status == http.StatusCreated && json.Unmarshal(a.body.Bytes(), &v) == nil && v.ID != "" {
		t.redactor.ids[v.ID] = "{{" + as + ".id}}"
	}
}

func headers(req *http.Request, status int) map[string]*string {
	out := map[string]*string{}
	for _, name := range kept {
		if v, ok := req.Header[name]; ok {
			s := strings.Join(v, ", ")
			out[name] = &s
		}
	}
	auth, token := req.Header.Get("Authorization"), httpapi.Credential(req)
	switch {
	case auth == "":
		out["Authorization"] = nil // the request had none
	case status == http.StatusUnauthorized:
		s := "Bearer not-a-token"
		out["Authorization"] = &s
	case token != "" && auth != "Bearer "+token && strings.Contains(auth, token):
		s := strings.ReplaceAll(auth, token, "{{token}}")
		out["Authorization"] = &s
	}
	return out
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
		last.ExpectStatus = nil
		idp := r.idp(name)
		if idp == "" {
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

// LeftOut returns the number of requests beyond the limits.
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
