package apptest

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// Client sends requests of a test to one base URL. The zero Token sends none.
type Client struct {
	Base, Token string
	HTTP        *http.Client // http.DefaultClient by default
}

// Send sends a request and returns the status and the body. A body of the request is SCIM's JSON.
func (c Client) Send(t testing.TB, method, path, body string) (status int, text string) {
	t.Helper()
	res, text := c.Do(t, method, path, body)
	return res.StatusCode, text
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
	if body != "" {
		r.Header.Set("Content-Type", "application/scim+json")
	}
	sender := c.HTTP
	if sender == nil {
		sender = http.DefaultClient
	}
	if res, err = sender.Do(r); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	all, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(all)
}
