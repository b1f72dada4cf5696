package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
)

// side is one server under test and the path of its users.
type side struct {
	name    string
	handler http.Handler
	base    string
}

// do sends one request in process and fails loudly on another status: a wrong answer must
// never be timed.
func (s side) do(method, path, body string, want int) []byte {
	r := httptest.NewRequest(method, s.base+path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer x")
	r.Header.Set("Content-Type", "application/scim+json")
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	if w.Code != want {
		panic(fmt.Sprintf("%s: %s %s answered %d, want %d: %s", s.name, method, path, w.Code, want, w.Body))
	}
	return w.Body.Bytes()
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
