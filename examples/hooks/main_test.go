package main

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/scimstack/scimstack/internal/apptest"
)

// TestHooks: the application follows what the identity provider does.
func TestHooks(t *testing.T) {
	t.Parallel()
	app := &application{seats: 2, accounts: map[string]*account{}}
	handler, token, err := service("http://example.com/scim/v2", app)
	if err != nil {
		t.Fatal(err)
	}
	client := apptest.Client{Base: "/scim/v2/acme", Token: token, Handler: handler}
	send := func(want int, method, path, body string) (id string) {
		t.Helper()
		status, text := client.Send(t, method, path, body)
		var made struct{ ID, DisplayName string }
		if status != want || status == http.StatusCreated && (json.Unmarshal([]byte(text), &made) != nil || made.DisplayName == "") {
			t.Fatalf("%s %s: %d %s", method, path, status, text)
		}
		return made.ID
	}
	ann := send(201, "POST", "/Users", `{"userName":"ann@example.com"}`)
	bob := send(201, "POST", "/Users", `{"userName":"bob@example.com"}`)
	send(400, "POST", "/Users", `{"userName":"eve@elsewhere.test"}`)
	send(403, "POST", "/Users", `{"userName":"cid@example.com"}`)
	admins := send(201, "POST", "/Groups", `{"displayName":"admins","members":[{"value":"`+ann+`"},{"value":"`+bob+`"}]}`)
	if a := app.accounts[ann]; a == nil || a.Email != "ann@example.com" || !a.Roles[admins] {
		t.Fatalf("%+v", a)
	}
	app.accounts[ann].Sessions, app.accounts[bob].Sessions = []string{"a"}, []string{"b"}

	send(200, "PATCH", "/Users/"+ann, `{"Operations":[{"op":"replace","path":"active","value":false}]}`)
	if a := app.accounts[ann]; len(a.Sessions) > 0 || !a.Disabled || !a.Roles[admins] {
		t.Errorf("deactivated: %+v", a)
	}
	send(201, "POST", "/Users", `{"userName":"cid@example.com"}`) // a seat is free
	send(204, "PATCH", "/Groups/"+admins, `{"Operations":[{"op":"remove","path":"members"}]}`)
	if app.accounts[ann].Roles[admins] || app.accounts[bob].Roles[admins] {
		t.Error("the role is left after all members were removed")
	}
	b := app.accounts[bob]
	send(204, "DELETE", "/Users/"+bob, "")
	if app.accounts[bob] != nil || len(b.Sessions) > 0 {
		t.Errorf("deleted: %+v", b)
	}
}
