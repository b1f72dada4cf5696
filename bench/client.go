package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// side is one server under test.
type side struct {
	name    string
	handler http.Handler
	base    string              // path before /Users
	out     *sink               // reused, so that the client costs as little as possible
	urls    map[string]*url.URL // parsed once
}

func newSide(name string, handler http.Handler, base string) side {
	return side{name, handler, base, &sink{head: http.Header{}}, map[string]*url.URL{}}
}

// target returns the URL of a path.
func (s side) target(path string) *url.URL {
	if u := s.urls[path]; u != nil {
		return u
	}
	u, err := url.ParseRequestURI(s.base + path)
	if err != nil {
		panic(err)
	}
	s.urls[path] = u
	return u
}

// sink is a minimal http.ResponseWriter, so that the server is measured and not a recorder.
type sink struct {
	head http.Header
	code int
	body bytes.Buffer
}

func (w *sink) reset() {
	clear(w.head)
	w.code = http.StatusOK
	w.body.Reset()
}

func (w *sink) Header() http.Header         { return w.head }
func (w *sink) WriteHeader(code int)        { w.code = code }
func (w *sink) Write(b []byte) (int, error) { return w.body.Write(b) }

var head = http.Header{"Authorization": {"Bearer x"}, "Content-Type": {"application/scim+json"}}

// do sends one request in process and returns the body, which is valid until the next call. It panics
// on another status than want: a wrong response must not be timed.
func (s side) do(method, path, body string, want int) []byte {
	u := s.target(path)
	r := &http.Request{
		Method: method, URL: u, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Host: "localhost",
		Header: head, Body: http.NoBody, ContentLength: int64(len(body)),
	}
	if body != "" {
		r.Body = io.NopCloser(strings.NewReader(body))
	}
	s.out.reset()
	w := s.out
	s.handler.ServeHTTP(w, r)
	if w.code != want {
		panic(fmt.Sprintf("%s: %s %s: status %d, want %d: %s", s.name, method, path, w.code, want, w.body.Bytes()))
	}
	return w.body.Bytes()
}

// create creates a resource and returns its id.
func (s side) create(path, body string) string {
	var v struct{ ID string }
	if err := json.Unmarshal(s.do("POST", path, body, 201), &v); err != nil || v.ID == "" {
		panic(fmt.Sprintf("%s: the created resource has no id (%v)", s.name, err))
	}
	return v.ID
}

// fill creates n users and returns the id of the one in the middle.
func (s side) fill(n int) string {
	middle := ""
	for i := range n {
		id := s.create("/Users", userBody(i))
		if i == n/2 {
			middle = id
		}
	}
	return middle
}

// expect panics unless a JSON response passes a check.
func expect(name string, body []byte, ok func(map[string]any) bool) {
	var v map[string]any
	if err := json.Unmarshal(body, &v); err != nil || !ok(v) {
		panic(fmt.Sprintf("%s: wrong response: %.300s", name, body))
	}
}
