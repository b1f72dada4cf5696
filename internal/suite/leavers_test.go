package suite_test

import (
	"testing"

	"github.com/scimstack/scimstack/internal/apptest"
	"github.com/scimstack/scimstack/pkg/scim"
)

// TestLeavers: a token that is linked to a user is refused as soon as the user is inactive or deleted,
// and no user sets its own active (IPSIE AL 5.1).
func TestLeavers(t *testing.T) {
	t.Parallel()
	e, s := expecting(t), apptest.Start(t, nil)
	c := connect(t, s, "acme", nil)
	user := c.create("/Users", `{"userName":"ann"}`)
	own := &client{t, c.base, s.Token(t, "acme", scim.All, user)}
	if status, _, _ := own.do("GET", "/Me", ""); status != 200 {
		t.Fatalf("GET /Me of an active user: %d", status)
	}
	active := patchBody(`{"op":"replace","path":"active","value":true}`)
	inactive := patchBody(`{"op":"replace","path":"active","value":false}`)
	c.do("PATCH", "/Users/"+user, inactive)
	e.check("leaver-inactive", own.refused("GET", "/Me", "") && own.refused("PATCH", "/Me", active) &&
		own.refused("GET", "/Users", "") && c.active(user) == false)
	c.do("DELETE", "/Users/"+user, "")
	e.check("leaver-deleted", own.refused("GET", "/Me", "") && own.refused("GET", "/Users", "") &&
		own.refused("POST", "/Users", `{"userName":"bob"}`))
}

// refused reports whether a request is answered with 401.
func (c *client) refused(method, path, body string) bool {
	status, _, _ := c.do(method, path, body)
	return status == 401
}

// active returns the attribute active of a user, as decoded JSON.
func (c *client) active(user string) any {
	_, _, m := c.do("GET", "/Users/"+user, "")
	return m["active"]
}
