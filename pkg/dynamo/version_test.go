package dynamo_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

func number(n string) types.AttributeValue { return &types.AttributeValueMemberN{Value: n} }

// versionItem replaces the version item; without attributes it is removed, as in a table of an older
// build.
func versionItem(t *testing.T, api *dynamodb.Client, attributes map[string]string) {
	t.Helper()
	key := record("", "T#~#CFG", "#", "").Keys
	if attributes == nil {
		if _, err := api.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: aws.String(table), Key: key}); err != nil {
			t.Fatal(err)
		}
		return
	}
	for name, n := range attributes {
		key[name] = number(n)
	}
	if _, err := api.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String(table), Item: key}); err != nil {
		t.Fatal(err)
	}
}

// refused fails the test unless err is a *dynamo.VersionError that says what to do.
func refused(t *testing.T, what string, err error) {
	t.Helper()
	var version *dynamo.VersionError
	if !errors.As(err, &version) || !version.Newer || !strings.Contains(err.Error(), "use ") {
		t.Errorf("%s: %v, want a newer build to be asked for", what, err)
	}
}

// TestUpgradeAndRollback walks through docs/how-to/upgrade.md with three builds. The older and the
// newer one are simulated by what they leave in the table.
func TestUpgradeAndRollback(t *testing.T) {
	t.Parallel()
	ix := beginIndexed(t, tenant.Settings{})
	ix.create("/Users", `{"userName":"ann"}`)
	// A table of the build before: no version item, no states.
	versionItem(t, ix.api, nil)
	ix.settingsItem(func(it map[string]types.AttributeValue) {
		delete(it, "ix")
		delete(it, "ixv")
		delete(it, "need")
	})
	fresh := func() *dynamo.Tenants { return dynamo.NewTenants(ix.api, table, nil) }
	if err := dynamo.CheckVersion(t.Context(), ix.api, table); err != nil {
		t.Errorf("a table of the build before: %v", err)
	}
	if n := ix.found("/Users", `userName eq "ann"`); n != 1 {
		t.Errorf("a table of the build before: %v found", n)
	}
	// Upgrade.
	ix.reindex()
	if err := dynamo.Upgrade(t.Context(), ix.api, table); err != nil {
		t.Fatal(err)
	}
	if _, err := fresh().Resolve(t.Context(), ix.id); err != nil {
		t.Errorf("after the upgrade: %v", err)
	}
	// A newer build brings the table to its format: this build, rolled back to, refuses it.
	versionItem(t, ix.api, map[string]string{"f": "4", "need": "4"})
	_, err := fresh().Resolve(t.Context(), ix.id)
	refused(t, "a request", err)
	refused(t, "a new tenant", fresh().Create(t.Context(), tenant.Settings{ID: id(t, "globex")}))
	refused(t, "settings", fresh().Put(t.Context(), tenant.Settings{ID: ix.id}))
	refused(t, "an upgrade", dynamo.Upgrade(t.Context(), ix.api, table))
	_, err = fresh().Reindex(t.Context(), ix.id, dynamo.ReindexOptions{})
	refused(t, "reindex", err)
	failed, err := dynamo.NewConsumer(ix.api, dynamo.Options{Table: table}).Process(t.Context(), []dynamo.StreamRecord{inserted(ix.id, "User", "u", 7)})
	if refused(t, "the stream", err); failed != "7" {
		t.Errorf("the stream goes on from %q", failed)
	}
	// A newer build that this one may follow: it writes more, and nothing that this build misreads.
	versionItem(t, ix.api, map[string]string{"f": "4", "need": "3"})
	if _, err := fresh().Resolve(t.Context(), ix.id); err != nil {
		t.Errorf("a newer table that older builds may use: %v", err)
	}
	// A role that cannot read the version item still meets the format of each tenant.
	ix.settingsItem(func(it map[string]types.AttributeValue) { it["need"] = number("4") })
	_, err = fresh().Resolve(t.Context(), ix.id)
	refused(t, "a tenant of a newer build", err)
	if status, m := ix.once("GET", "/Users", ""); status != http.StatusInternalServerError {
		t.Errorf("a tenant of a newer build: %d %v", status, m)
	}
}

// TestOldTable: a build that no longer reads the format of a table names the way.
func TestOldTable(t *testing.T) {
	t.Parallel()
	ix := beginIndexed(t, tenant.Settings{})
	versionItem(t, ix.api, map[string]string{"f": "0", "need": "0"})
	err := dynamo.CheckVersion(t.Context(), ix.api, table)
	var version *dynamo.VersionError
	if !errors.As(err, &version) || version.Newer || !strings.Contains(err.Error(), "scimstack table reindex") {
		t.Error(err)
	}
}

// TestCodec: a resource that a newer build has encoded is a *VersionError.
func TestCodec(t *testing.T) {
	t.Parallel()
	ix := beginIndexed(t, tenant.Settings{})
	user := ix.create("/Users", `{"userName":"ann"}`)
	key := record("", "T#acme#E#User#0", user, "").Keys
	if _, err := ix.api.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{TableName: aws.String(table), Key: key,
		UpdateExpression: aws.String("SET c = :c"), ExpressionAttributeValues: map[string]types.AttributeValue{":c": number("1")}}); err != nil {
		t.Fatal(err)
	}
	_, err := ix.server.Store.Get(t.Context(), ix.id, "User", user)
	refused(t, "codec", err)
	if errors.Is(err, scim.ErrNotFound) {
		t.Error(err)
	}
}
