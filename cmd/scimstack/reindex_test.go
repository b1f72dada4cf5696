package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// TestReindexCommand: the built binary builds what new settings ask for, lists duplicates without their
// values, fails while some are left, and refuses a table of a newer build.
func TestReindexCommand(t *testing.T) {
	t.Parallel()
	server := endpoint(t)
	on := []string{"--endpoint", server.URL, "--table", "scim"}
	env := []string{"AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=local", "AWS_SECRET_ACCESS_KEY=local"}
	run := func(want int, args ...string) string {
		t.Helper()
		status, text := runBinary(t, env, append(args, on...)...)
		if status != want {
			t.Fatalf("%v: status %d, want %d: %s", args, status, want, text)
		}
		return text
	}
	run(0, "table", "create")
	run(0, "tenant", "create", "acme")
	if text := run(0, "table", "reindex"); !strings.Contains(text, "acme    yes       0     0") {
		t.Error(text)
	}
	client := server.Client()
	tenants, store := dynamo.NewTenants(client, "scim", nil), dynamo.New(client, dynamo.Options{Table: "scim"})
	id, err := scim.ParseTenantID("acme")
	if err != nil {
		t.Fatal(err)
	}
	const value = "an-external-id"
	for i := range 2 {
		key := scim.IndexKey{Attr: "externalId", Value: value}
		doc := fmt.Appendf(nil, `{"schemas":[%q],"userName":"u%d","externalId":%q}`, schema.URNUser, i, value)
		if _, err := store.Commit(t.Context(), id, scim.Change{Type: "User", ID: fmt.Sprint("user", i), Now: time.Now(), Keys: []scim.IndexKey{key},
			Put: &scim.Resource{ExternalID: value, Document: doc, Created: time.Now()}}); err != nil {
			t.Fatal(err)
		}
	}
	r, err := tenants.Resolve(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	r.Settings.UniqueExternalID = true
	if err := tenants.Put(t.Context(), r.Settings); err != nil {
		t.Fatal(err)
	}
	if text := run(0, "tenant", "show", "acme"); !strings.Contains(text, "User externalId") {
		t.Error(text)
	}
	text := run(1, "table", "reindex", "--settle", "1ms")
	if !strings.Contains(text, "user0") || !strings.Contains(text, "user1") || !strings.Contains(text, "externalId") || !strings.Contains(text, "1 duplicates are left") {
		t.Error(text)
	}
	if strings.Contains(text, value) {
		t.Errorf("a value is shown: %s", text)
	}
	if text := run(1, "table", "reindex", "--tenant", "acme", "--values", "--settle", "1ms"); !strings.Contains(text, value) {
		t.Error(text)
	}
	if _, err := store.Commit(t.Context(), id, scim.Change{Type: "User", ID: "user0", If: scim.IfAny, Now: time.Now(), Remove: true}); err != nil {
		t.Fatal(err)
	}
	run(0, "table", "reindex", "--tenant", "acme", "--settle", "1ms")
	if text := run(0, "tenant", "show", "acme"); strings.Contains(text, "not complete") {
		t.Error(text)
	}
	if text := run(1, "table", "reindex", "--tenant", "globex"); !strings.Contains(text, "no tenant globex") {
		t.Error(text)
	}
	newerTable(t, server)
	if text := run(1, "table", "reindex"); !strings.Contains(text, "use a build that knows format 99") {
		t.Error(text)
	}
	if text := run(1, "tenant", "show", "acme"); !strings.Contains(text, "use a build that knows format 99") {
		t.Error(text)
	}
}

// newerTable marks the table as one of a build to come.
func newerTable(t *testing.T, server *dynamotest.Server) {
	t.Helper()
	item := map[string]types.AttributeValue{
		"PK": &types.AttributeValueMemberS{Value: "T#~#CFG"}, "SK": &types.AttributeValueMemberS{Value: "#"},
		"f": &types.AttributeValueMemberN{Value: "99"}, "need": &types.AttributeValueMemberN{Value: "99"},
	}
	if _, err := server.Client().PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("scim"), Item: item}); err != nil {
		t.Fatal(err)
	}
}
