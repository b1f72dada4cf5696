package main

import (
	"net/http/httptest"
	"strings"
	"testing"
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
		method, path, _ := strings.Cut(c.line, " ")
		r := httptest.NewRequest(method, "/scim/v2/acme"+path, strings.NewReader(c.body))
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, r); w.Code != c.status || !strings.Contains(w.Body.String(), c.want) {
			t.Errorf("%s: %d %s", c.line, w.Code, w.Body)
		}
	}
}
