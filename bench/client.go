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

// side is one server under test and the path of its users.
type side struct {
	name    string
	handler http.Handler
	base    string
	out     *sink               // reused: the client shall cost as little as it can
	urls    map[string]*url.URL // parsed once
}

func newSide(name string, handler http.Handler, base string) side {
	return side{name, handler, base, &sink{head: http.Header{}}, map[string]*url.URL{}}
}

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

// sink is the least http.ResponseWriter: what is measured is the server, not a recorder.
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

// do sends one request in process and fails loudly on another status: a wrong answer must
// never be timed.
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
		panic(fmt.Sprintf("%s: %s %s answered %d, want %d: %s", s.name, method, path, w.code, want, w.body.Bytes()))
	}
	return w.body.Bytes()
}

func (s side) create(path, body string) string {
	var v struct{ ID string }
	if err := json.Unmarshal(s.do("POST", path, body, 201), &v); err != nil || v.ID == "" {
		panic(fmt.Sprintf("%s: create gave no id (%v)", s.name, err))
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

// expect checks a fact about a JSON answer.
func expect(name string, body []byte, ok func(map[string]any) bool) {
	var v map[string]any
	if err := json.Unmarshal(body, &v); err != nil || !ok(v) {
		panic(fmt.Sprintf("%s: wrong answer: %.300s", name, body))
	}
}
