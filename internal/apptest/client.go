package apptest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// Client sends requests of a test, with a token unless it is "".
type Client struct {
	Base, Token string       // Base is what paths follow
	Handler     http.Handler // is called without a network, unless it is nil
	Accept      string
	Header      http.Header // more fields of each request
}

// With returns a client that sends these fields, too.
func (c Client) With(h http.Header) Client {
	c.Header = h
	return c
}

// Send sends a request and returns the status and the body. A body of the request is JSON.
func (c Client) Send(t testing.TB, method, path, body string) (status int, text string) {
	t.Helper()
	res, text := c.Do(t, method, path, body) //nolint:bodyclose // it has been read and closed
	return res.StatusCode, text
}

// Wants is Send, and fails the test unless the answer has a status and contains a text.
func (c Client) Wants(t testing.TB, status int, text, line, body string) {
	t.Helper()
	method, path, _ := strings.Cut(line, " ")
	if got, answer := c.Send(t, method, path, body); got != status || !strings.Contains(answer, text) {
		t.Errorf("%s: %d %s, want %d %s", line, got, answer, status, text)
	}
}

// Do is Send with the whole response, whose body has been read.
func (c Client) Do(t testing.TB, method, path, body string) (res *http.Response, text string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, c.Base+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if c.Token != "" {
		r.Header.Set("Authorization", "Bearer "+c.Token)
	}
	if c.Accept != "" {
		r.Header.Set("Accept", c.Accept)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for name, values := range c.Header {
		r.Header[name] = values
	}
	if c.Handler != nil {
		w := httptest.NewRecorder()
		c.Handler.ServeHTTP(w, r)
		return w.Result(), w.Body.String()
	}
	if res, err = http.DefaultClient.Do(r); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	all, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(all)
}
