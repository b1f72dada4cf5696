package main

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/scimstack/scimstack/pkg/dynamo"
)

// TestAfterRestoreBeside: an operator token that was revoked and webhooks that were deleted, moved or paused after the restored
// time are back in the restored table. The command revokes and pauses them, leaves the others as they are, and does nothing when
// repeated. Without the old table, all are in doubt.
func TestAfterRestoreBeside(t *testing.T) {
	t.Parallel()
	server := endpoint(t)
	client := server.Client()
	run := func(table string, args ...string) string {
		t.Helper()
		args = append(args, "--endpoint", server.URL, "--table", table)
		if args[0] != "table" {
			args = append(args, "--store", "dynamodb")
		}
		out, err := printedBy(t, args...)
		if err != nil {
			t.Fatal(args, out, err)
		}
		return out
	}
	operator := func(table, name string) (id string) {
		t.Helper()
		list := strings.Split(run(table, "operator", "list"), "\n")
		for _, line := range list {
			if f := strings.Fields(line); len(f) > 1 && f[1] == name {
				return f[0]
			}
		}
		t.Fatal(name, list)
		return ""
	}
	run("scim", "table", "create")
	run("scim", "tenant", "create", "acme")
	for _, name := range []string{"leaver", "stays"} {
		run("scim", "operator", "create", name)
	}
	for _, id := range []string{"deleted", "moved", "rotated", "paused", "remade", "same"} {
		run("scim", "webhook", "create", id, "https://"+id+".example.com")
	}
	copyTo := func(to string) {
		t.Helper()
		if err := dynamo.Create(t.Context(), client, to); err != nil {
			t.Fatal(err)
		}
		items, err := client.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String("scim")})
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range items.Items { // a restore makes such a table
			if _, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String(to), Item: it}); err != nil {
				t.Fatal(err)
			}
		}
	}
	copyTo("scim-2")
	copyTo("scim-3")
	since := time.Now().Add(time.Hour).UTC().Format(time.RFC3339) // what the test does itself is before
	leaver, stays := operator("scim", "leaver"), operator("scim", "stays")
	run("scim", "operator", "revoke", leaver)
	run("scim", "operator", "create", "later")
	run("scim", "webhook", "delete", "deleted")
	run("scim", "webhook", "set", "moved", "--url", "https://new.example.com")
	run("scim", "webhook", "rotate", "rotated")
	run("scim", "webhook", "pause", "paused")
	run("scim", "webhook", "delete", "remade")
	time.Sleep(2 * time.Millisecond) // a webhook is known by the millisecond of its creation
	run("scim", "webhook", "create", "remade", "https://remade.example.com")
	run("scim", "webhook", "create", "later", "https://later.example.com")

	restore := []string{"table", "after-restore", "--old-table", "scim", "--since", since}
	has := func(out string, wants ...string) {
		t.Helper()
		for _, want := range wants {
			if !strings.Contains(out, want) {
				t.Errorf("%q is missing:\n%s", want, out)
			}
		}
	}
	live := func(table, id string) bool { // an operator
		for line := range strings.Lines(run(table, "operator", "list")) {
			if strings.HasPrefix(line, id) {
				return strings.Contains(line, " live ")
			}
		}
		return false
	}
	sends := func(table, id string) bool {
		return !strings.Contains(run(table, "webhook", "get", id), "after a restore")
	}
	has(run("scim-2", restore...), "operator token "+leaver, "1 operator tokens; repeat the command with --revoke", "5 webhooks; repeat", "webhook deleted, deleted since",
		"webhook moved, changed since", "webhook later was created since", "operator token "+operator("scim", "later")+" was created since")
	if !live("scim-2", leaver) || !sends("scim-2", "deleted") {
		t.Fatal("without --revoke something has changed")
	}
	has(run("scim-2", append(restore, "--revoke")...), "removed since; revoked", "paused: delete it")
	if live("scim-2", leaver) || !live("scim-2", stays) {
		t.Error(run("scim-2", "operator", "list"))
	}
	for _, id := range []string{"deleted", "moved", "rotated", "paused", "remade", "same"} {
		if sends("scim-2", id) != (id == "same") {
			t.Errorf("webhook %s sends: %t", id, sends("scim-2", id))
		}
	}
	has(run("scim-2", restore...), "no operator tokens", "no webhooks")

	has(run("scim-3", "table", "after-restore", "--since", since, "--revoke"), "operator token "+stays, "in doubt: it may have been revoked", "webhook same, in doubt")
	if live("scim-3", stays) || sends("scim-3", "same") {
		t.Error("without the old table not all are in doubt")
	}
}
