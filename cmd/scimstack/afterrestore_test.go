package main

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/activity/dynamolog"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
)

// TestAfterRestoreCommand: a token that was revoked after the restored time is accepted by the restored
// table until the command revokes it. The command names the tenants that must synchronise again, prints
// the commands that the endpoint does not support, and does nothing when repeated.
func TestAfterRestoreCommand(t *testing.T) {
	t.Parallel()
	server := endpoint(t)
	client := server.Client()
	run := func(table string, args ...string) string {
		t.Helper()
		out, err := typing(t, "", append(args, "--endpoint", server.URL, "--table", table)...)
		if err != nil {
			t.Fatal(out, err)
		}
		return out
	}
	run("scim", "table", "create")
	created := run("scim", "tenant", "create", "acme")
	key := value(strings.Split(created, "\n"), "key")
	run("scim", "tenant", "create", "still")
	acme, err := scim.ParseTenantID("acme")
	if err != nil {
		t.Fatal(err)
	}
	still, err := scim.ParseTenantID("still")
	if err != nil {
		t.Fatal(err)
	}
	since := time.Now().Add(time.Hour).Truncate(time.Second) // what the test does itself is before
	log := dynamolog.New(client, dynamolog.Options{Table: "scim"})
	for _, r := range []activity.Record{
		{Tenant: still, Time: since.Add(-time.Minute), Operation: "create", Status: 201},
		{Tenant: still, Time: since.Add(time.Minute), Operation: "get", Status: 200},
		{Tenant: acme, Time: since.Add(time.Minute), Operation: "patch", Changed: []string{"active"}, Status: 200},
	} {
		if err := log.Append(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	if err := dynamo.Create(t.Context(), client, "scim-2"); err != nil {
		t.Fatal(err)
	}
	items, err := client.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String("scim")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := dynamo.New(client, dynamo.Options{Table: "scim"}).RestartFeed(t.Context(), still, 6); err != nil { // facts of after the restored time
		t.Fatal(err)
	}
	for _, it := range items.Items { // a restore makes such a table
		if _, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("scim-2"), Item: it}); err != nil {
			t.Fatal(err)
		}
	}
	run("scim", "token", "revoke", "acme", key)
	if list := run("scim-2", "token", "list", "acme"); !strings.Contains(list, "live") {
		t.Fatal("the restore does not revive the token; the test shows nothing")
	}
	restore := []string{"table", "after-restore", "--old-table", "scim", "--since", since.UTC().Format(time.RFC3339)}
	listed := run("scim-2", restore...)
	for _, want := range []string{"acme: token " + key, "1 tokens; repeat the command with --revoke", "acme: 1 changes since",
		"update-table --table-name scim-2 --deletion-protection-enabled", "time to live: set", "table recount --table scim-2"} {
		if !strings.Contains(listed, want) {
			t.Errorf("%q is missing:\n%s", want, listed)
		}
	}
	if strings.Contains(listed, "still:") || strings.Contains(run("scim-2", "token", "list", "acme"), "revoked") {
		t.Error(listed)
	}
	if out := run("scim-2", append(restore, "--revoke")...); !strings.Contains(out, "; revoked") || !strings.Contains(out, "still: goes on after 8; each reader") {
		t.Error(out)
	}
	if list := run("scim-2", "token", "list", "acme"); strings.Contains(list, "live") {
		t.Error(list)
	}
	if out := run("scim-2", restore...); !strings.Contains(out, "accepted again\nnone") {
		t.Error(out)
	}
	doubt := run("scim-2", "table", "after-restore", "--since", since.UTC().Format(time.RFC3339))
	if !strings.Contains(doubt, "in doubt") || !strings.Contains(doubt, "Not known without the old table") {
		t.Error(doubt)
	}
}
