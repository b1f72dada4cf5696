package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/scimstack/scimstack/internal/async"
)

type object = map[string]any

// answer is a response that has been read.
type answer struct {
	status int
	doc    object // nil without a JSON body
	text   string
}

// wire sends the requests of one client. It is safe for concurrent use.
type wire struct {
	base   string
	header http.Header
	client *http.Client
	tries  int // at most, of one request
	wait   func(context.Context, time.Duration) error

	mu    sync.Mutex
	token string

	requests, repeats atomic.Int64
}

func newWire(base, token string, header http.Header, transport http.RoundTripper, tries int) *wire {
	return &wire{base: strings.TrimRight(base, "/"), token: token, header: header, tries: tries, wait: sleep,
		client: &http.Client{Transport: transport, Timeout: 30 * time.Second}}
}

func (w *wire) useToken(token string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.token = token
}

// maxAnswer limits the size of a response, maxWait how long a server may ask to wait.
const (
	maxAnswer = 16 << 20
	maxWait   = 30 * time.Second
)

// do sends a request. It retries after a lost response, and after a 429 or 503 when the time in
// Retry-After is over.
func (w *wire) do(ctx context.Context, method, path string, body any) (*answer, error) {
	var data []byte
	if body != nil {
		var err error
		if data, err = json.Marshal(body); err != nil {
			return nil, err
		}
	}
	for try := 1; ; try++ {
		a, wait, err := w.once(ctx, method, path, data)
		switch {
		case errors.Is(err, errLost) && try < w.tries:
		case err != nil:
			return nil, fmt.Errorf("%s %s: %w", method, path, err)
		case wait >= 0 && try < w.tries:
			if err := w.wait(ctx, wait); err != nil {
				return nil, err
			}
		default:
			return a, nil
		}
		w.repeats.Add(1)
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	return async.Sleep(ctx, d)
}

// once sends a request once. wait is negative unless the server asks to retry.
func (w *wire) once(ctx context.Context, method, path string, data []byte) (*answer, time.Duration, error) {
	var body io.Reader
	if data != nil {
		body = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(ctx, method, w.base+path, body)
	if err != nil {
		return nil, -1, err
	}
	for k, v := range w.header {
		if data != nil || k != "Content-Type" {
			req.Header[k] = v
		}
	}
	w.mu.Lock()
	if w.token != "" {
		req.Header.Set("Authorization", "Bearer "+w.token)
	}
	w.mu.Unlock()
	w.requests.Add(1)
	res, err := w.client.Do(req)
	if err != nil {
		return nil, -1, err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return nil, -1, err
	}
	a := &answer{status: res.StatusCode, text: string(raw)}
	_ = json.Unmarshal(raw, &a.doc) // doc stays nil if the body is not an object
	if a.status != http.StatusTooManyRequests && a.status != http.StatusServiceUnavailable {
		return a, -1, nil
	}
	seconds, err := strconv.Atoi(res.Header.Get("Retry-After"))
	if err != nil || seconds < 0 {
		seconds = 1
	}
	return a, min(time.Duration(seconds)*time.Second, maxWait), nil
}

// expect is do, and fails unless the response has one of the statuses.
func (w *wire) expect(ctx context.Context, method, path string, body any, statuses ...int) (*answer, error) {
	a, err := w.do(ctx, method, path, body)
	if err != nil {
		return nil, err
	}
	for _, s := range statuses {
		if a.status == s {
			return a, nil
		}
	}
	return nil, fmt.Errorf("%s %s: the response is %d, expected %v: %.300s", method, path, a.status, statuses, a.text)
}

func (a *answer) id() string {
	id, _ := a.doc["id"].(string)
	return id
}

// resources returns the Resources of a list response.
func (a *answer) resources() []object {
	list, _ := a.doc["Resources"].([]any)
	out := make([]object, 0, len(list))
	for _, e := range list {
		if m, ok := e.(object); ok {
			out = append(out, m)
		}
	}
	return out
}

func (a *answer) total() int {
	n, _ := a.doc["totalResults"].(float64)
	return int(n)
}
