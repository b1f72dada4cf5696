package main

import (
	"strings"
	"testing"
)

// TestTableWebhooks: the webhooks of a table are managed as those of a database.
func TestTableWebhooks(t *testing.T) {
	t.Parallel()
	server := endpoint(t)
	on := []string{"--endpoint", server.URL, "--table", "scim"}
	run := func(want string, args ...string) {
		t.Helper()
		if out, err := command(t, append(args, on...)...); err != nil || !strings.Contains(out, want) {
			t.Fatalf("%v: %v %q, want %q", args, err, out, want)
		}
	}
	hook := func(want string, args ...string) {
		t.Helper()
		run(want, append(append([]string{"webhook"}, args...), "--store", "dynamodb")...)
	}
	run("ready", "table", "create")
	run("", "tenant", "create", "acme")
	hook("whsec_", "create", "billing", "https://billing.example.com/hook", "--tenant", "acme", "--types", "user.*")
	hook("billing.example.com", "list")
	hook("is paused", "pause", "billing", "--reason", "the receiver moves")
	hook("the receiver moves", "get", "billing")
	hook("is resumed", "resume", "billing")
	hook("0 facts are sent again", "redeliver", "billing", "acme", "--since", "24h")
	hook("", "dead-letters", "billing")
	hook("whsec_", "rotate", "billing")
	hook("is deleted", "delete", "billing")
}
