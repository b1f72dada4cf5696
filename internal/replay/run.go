package replay

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Target is an empty tenant of a running server.
type Target struct {
	Base   string // the tenant's base URL, without a trailing slash
	Token  string
	Client *http.Client // nil: a client with a timeout that follows no redirects
}

// answer is a response that has been read.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// run is one run of a scenario.
type run struct {
	target Target
	vars   map[string]string
}

var placeholder = regexp.MustCompile(`\{\{([A-Za-z0-9_.-]+)\}\}`)

// Run sends the requests of a scenario in order. It returns nil if every response is as expected,
// otherwise an error that names the first step that differs and how.
func Run(ctx context.Context, target Target, s Scenario) error {
	if target.Client == nil {
		target.Client = &http.Client{Timeout: 30 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	r := &run{target: target, vars: map[string]string{
		"token": target.Token, "basic": base64.StdEncoding.EncodeToString([]byte("scim:" + target.Token)),
	}}
	for i, step := range s.Setup {
		a, err := r.send(ctx, step)
		if err != nil {
			return fmt.Errorf("setup %d: %w", i+1, err)
		}
		if len(step.ExpectStatus) > 0 && !slices.Contains(step.ExpectStatus, a.status) {
			return fmt.Errorf("setup %d: %s %s answered %d, want %v: %s", i+1, step.Method, step.Path, a.status, step.ExpectStatus, a.body)
		}
		r.remember(step.As, a.body)
		if err := r.check(a, step.Expect); err != nil {
			return fmt.Errorf("setup %d: %s %s: %w", i+1, step.Method, step.Path, err)
		}
	}
	a, err := r.send(ctx, s.Request)
	if err != nil {
		return err
	}
	r.remember(s.Request.As, a.body)
	if err := r.check(a, s.Expect); err != nil {
		return fmt.Errorf("%s %s: %w", s.Request.Method, s.Request.Path, err)
	}
	for i, step := range s.Expect.Then {
		a, err := r.send(ctx, step)
		if err != nil {
			return fmt.Errorf("then %d: %w", i+1, err)
		}
		r.remember(step.As, a.body)
		if err := r.check(a, step.Expect); err != nil {
			return fmt.Errorf("then %d: %s %s: %w", i+1, step.Method, step.Path, err)
		}
	}
	return nil
}

// remember keeps what later steps use of a response: its id as {{name.id}}, its cursor as
// {{name.nextCursor}}, and the id of the resource of bulk operation n as {{name.n.id}}.
func (r *run) remember(name string, body []byte) {
	if name == "" {
		return
	}
	var v struct {
		ID         string                      `json:"id"`
		NextCursor string                      `json:"nextCursor"`
		Operations []struct{ Location string } `json:"Operations"`
	}
	if json.Unmarshal(body, &v) != nil {
		return
	}
	r.vars[name+".id"], r.vars[name+".nextCursor"] = v.ID, v.NextCursor
	for i, op := range v.Operations {
		r.vars[fmt.Sprintf("%s.%d.id", name, i)] = LastSegment(op.Location)
	}
}

// LastSegment returns what is after the last slash of a URI: the id of a resource.
func LastSegment(uri string) string { return uri[strings.LastIndexByte(uri, '/')+1:] }

func (r *run) fill(s string) string {
	return placeholder.ReplaceAllStringFunc(s, func(m string) string {
		name := m[2 : len(m)-2]
		if name == "invalid" {
			return "\xff"
		}
		if name == "uuid" {
			var b [16]byte
			_, _ = rand.Read(b[:]) // crypto/rand never fails on supported systems
			return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
		}
		return r.vars[name]
	})
}

func (r *run) send(ctx context.Context, step Step) (*answer, error) {
	var body io.Reader
	if text := bodyText(step.Body); text != "" {
		body = strings.NewReader(r.fill(text))
	}
	req, err := http.NewRequestWithContext(ctx, step.Method, r.target.Base+r.fill(step.Path), body)
	if err != nil {
		return nil, err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/scim+json")
	}
	req.Header.Set("Authorization", "Bearer "+r.target.Token)
	for k, v := range step.Headers {
		if req.Header.Del(k); v != nil {
			req.Header.Set(k, r.fill(*v))
		}
	}
	res, err := r.target.Client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	return &answer{status: res.StatusCode, header: res.Header, body: data}, err
}

// bodyText returns the bytes of a body: JSON as it is, and a string's content, which need not be JSON.
// No body has none.
func bodyText(body json.RawMessage) string {
	if string(body) == "null" {
		return ""
	}
	var text string
	if json.Unmarshal(body, &text) == nil {
		return text
	}
	return string(body)
}

func (r *run) check(a *answer, e Expect) error {
	if len(e.Status) > 0 && !slices.Contains(e.Status, a.status) {
		return fmt.Errorf("status %d, want %v: %s", a.status, e.Status, a.body)
	}
	for name, raw := range e.Headers {
		if err := checkHeader(a.header.Get(name), raw); err != nil {
			return fmt.Errorf("header %s: %w", name, err)
		}
	}
	if a.status == http.StatusNoContent || len(e.Assert) == 0 {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(a.body))
	d.UseNumber()
	var doc any
	if err := d.Decode(&doc); err != nil {
		return fmt.Errorf("the body is not JSON: %w: %s", err, a.body)
	}
	for _, as := range e.Assert {
		as.Value = json.RawMessage(r.fill(string(as.Value)))
		as.Path = r.fill(as.Path)
		if err := as.Check(doc); err != nil {
			return fmt.Errorf("%s %s %s: %w in %s", as.Path, as.Op, as.Value, err, a.body)
		}
	}
	return nil
}

func checkHeader(have string, raw json.RawMessage) error {
	var want struct {
		Matches string `json:"matches"`
	}
	if json.Unmarshal(raw, &want) != nil || want.Matches == "" {
		var text string
		if json.Unmarshal(raw, &text) == nil && text == have {
			return nil
		}
		return fmt.Errorf("%q, want %s", have, raw)
	}
	ok, err := regexp.MatchString(want.Matches, have)
	if err == nil && !ok {
		err = errors.New(have + " does not match " + want.Matches)
	}
	return err
}
