package demo

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// Faults of the network between identity provider and server.
const (
	FaultLost        = "lost"        // a change is applied, but its response never arrives
	FaultDuplicate   = "duplicate"   // a change arrives twice
	FaultThrottle    = "throttle"    // a gateway answers 429 instead of the server
	FaultUnavailable = "unavailable" // a gateway answers 503 instead of the server
)

// FaultKinds returns all faults.
func FaultKinds() []string {
	return []string{FaultLost, FaultDuplicate, FaultThrottle, FaultUnavailable}
}

// errLost is a timeout: the client cannot know whether the change was applied.
var errLost = errors.New("the response was lost")

// network is a RoundTripper with faults. Safe for concurrent use.
type network struct {
	next  http.RoundTripper
	kinds []string
	every int // every so many changes have a fault

	mu      sync.Mutex
	changes int
	refuse  []int // statuses of the next responses; used before any fault
	count   map[string]int
}

func newNetwork(kinds []string) (*network, error) {
	for _, k := range kinds {
		if !slices.Contains(FaultKinds(), k) {
			return nil, fmt.Errorf("unknown fault %q; known faults are %s", k, strings.Join(FaultKinds(), ", "))
		}
	}
	return &network{next: http.DefaultTransport, kinds: kinds, every: 4, count: map[string]int{}}, nil
}

// refuseNext answers the next requests with these statuses, like a gateway.
func (n *network) refuseNext(statuses ...int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.refuse = append(n.refuse, statuses...)
}

// fault decides what happens to a request: a refusal with a status, a kind of fault, or neither.
func (n *network) fault(change bool) (status int, kind string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.refuse) > 0 {
		status, n.refuse = n.refuse[0], n.refuse[1:]
		return status, ""
	}
	if !change || len(n.kinds) == 0 {
		return 0, ""
	}
	if n.changes++; n.changes%n.every != 0 {
		return 0, ""
	}
	kind = n.kinds[n.changes/n.every%len(n.kinds)]
	n.count[kind]++
	return 0, kind
}

func (n *network) counted() map[string]int {
	n.mu.Lock()
	defer n.mu.Unlock()
	out := map[string]int{}
	for k, v := range n.count {
		out[k] = v
	}
	return out
}

// RoundTrip implements http.RoundTripper.
func (n *network) RoundTrip(req *http.Request) (*http.Response, error) {
	change := req.Method != http.MethodGet
	status, kind := n.fault(change)
	switch {
	case status != 0:
		return refusal(req, status, "1"), nil
	case kind == FaultThrottle:
		return refusal(req, http.StatusTooManyRequests, "0"), nil
	case kind == FaultUnavailable:
		return refusal(req, http.StatusServiceUnavailable, "0"), nil
	case kind == FaultLost:
		res, err := n.next.RoundTrip(req)
		if err != nil {
			return nil, err
		}
		drain(res)
		return nil, errLost
	case kind == FaultDuplicate:
		duplicate, err := copyOf(req)
		if err != nil {
			return nil, err
		}
		res, err := n.next.RoundTrip(duplicate)
		if err != nil {
			return nil, err
		}
		drain(res)
	}
	return n.next.RoundTrip(req)
}

func copyOf(req *http.Request) (*http.Request, error) {
	duplicate := req.Clone(req.Context())
	if req.GetBody == nil {
		return duplicate, nil
	}
	body, err := req.GetBody()
	duplicate.Body = body
	return duplicate, err
}

func drain(res *http.Response) {
	_, _ = io.Copy(io.Discard, res.Body) // so that the connection can be reused
	_ = res.Body.Close()
}

func refusal(req *http.Request, status int, after string) *http.Response {
	return &http.Response{
		StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: req,
		Header: http.Header{"Retry-After": {after}}, Body: io.NopCloser(strings.NewReader("try again")),
	}
}
