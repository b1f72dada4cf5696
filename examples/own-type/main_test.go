package main

import (
	"testing"

	"github.com/scimstack/scimstack/internal/apptest"
)

// TestDevices: the type is announced, checked, found by its unique attribute, and has its extension.
func TestDevices(t *testing.T) {
	t.Parallel()
	h, token, err := service("http://example.com/scim/v2")
	if err != nil {
		t.Fatal(err)
	}
	client := apptest.Client{Base: "/scim/v2/acme", Token: token, Handler: h}
	for _, c := range []struct {
		line, body string
		status     int
		want       string
	}{
		{"GET /ResourceTypes", "", 200, `"endpoint":"/Devices"`},
		{"GET /Schemas", "", 200, "urn:example:params:scim:schemas:extension:Warranty"},
		{"POST /Devices", `{"serial":"S-1","model":"X1","tags":["old"],"urn:example:params:scim:schemas:extension:Warranty":{"until":"2027-01-01T00:00:00Z"}}`, 201, `"until":"2027-01-01T00:00:00.000Z"`},
		{"POST /Devices", `{"serial":"S-1"}`, 409, "uniqueness"},
		{"POST /Devices", `{"model":"X1"}`, 400, "serial"},
		{"GET /Devices?filter=serial+eq+%22S-1%22", "", 200, `"totalResults":1`},
	} {
		client.Wants(t, c.status, c.want, c.line, c.body)
	}
}
