package main

import (
	"testing"

	"github.com/scimstack/scimstack/internal/apptest"
)

// TestBadge: a badge number is brought into one form, found in it, unique in it, and refused if it is none.
func TestBadge(t *testing.T) {
	t.Parallel()
	h, token, err := service("http://example.com/scim/v2")
	if err != nil {
		t.Fatal(err)
	}
	const urn = "urn:example:params:scim:schemas:extension:Badge"
	user := func(name, number string) string {
		return `{"userName":"` + name + `","` + urn + `":{"number":"` + number + `"}}`
	}
	client := apptest.Client{Base: "/scim/v2/acme", Token: token, Handler: h}
	for _, c := range []struct {
		line, body string
		status     int
		want       string
	}{
		{"POST /Users", user("ann", " b-17 "), 201, `"number":"B-17"`},
		{"POST /Users", user("bob", "B-17"), 409, "uniqueness"},
		{"POST /Users", user("bob", "17"), 400, "does not have the form B-17"},
		{"GET /Users?filter=" + urn + ":number+eq+%22B-17%22", "", 200, `"totalResults":1`},
		{"GET /Schemas/" + urn, "", 200, `"name":"number"`},
	} {
		client.Wants(t, c.status, c.want, c.line, c.body)
	}
}
