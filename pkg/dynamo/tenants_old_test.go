package dynamo_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// TestOldTenant: what an older build has stored is read, and can be changed: settings without a version,
// tokens without the fields of today.
func TestOldTenant(t *testing.T) {
	t.Parallel()
	ix := beginIndexed(t, tenant.Settings{IdP: "okta"})
	ix.settingsItem(func(it map[string]types.AttributeValue) {
		delete(it, "sv")
		it["need"] = number("2")
		it["doc"] = &types.AttributeValueMemberB{Value: []byte(`{"idp":"okta"}`)}
	})
	it := record("", "T#acme#TOK", "old", "").Keys
	it["h"], it["sc"], it["cr"] = &types.AttributeValueMemberB{Value: make([]byte, 32)}, number("31"), number("1767323045000")
	if _, err := ix.api.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String(table), Item: it}); err != nil {
		t.Fatal(err)
	}
	ts := dynamo.NewTenants(ix.api, table, nil)
	r, err := ts.Resolve(t.Context(), ix.id)
	if err != nil || r.Settings.Version != 1 || r.Settings.IdP != "okta" || r.Tokens[0].KeyID != "old" || r.Tokens[0].Scopes != scim.All || !r.Tokens[0].Used.IsZero() {
		t.Fatalf("%+v %v", r, err)
	}
	// A connection of its own is something that the older build must not ignore.
	if err := ts.ChangeToken(t.Context(), ix.id, "old", tenant.TokenChange{Connection: &tenant.Connection{IdP: "entra"}}); err != nil {
		t.Fatal(err)
	}
	var need string
	ix.settingsItem(func(it map[string]types.AttributeValue) { need = it["need"].(*types.AttributeValueMemberN).Value })
	if need != "3" {
		t.Errorf("builds of format %s serve the tenant", need)
	}
	if err := ts.Put(t.Context(), r.Settings); err != nil {
		t.Error(err)
	}
	if err := ts.Put(t.Context(), r.Settings); !errors.Is(err, tenant.ErrChanged) {
		t.Error(err)
	}
	// A newer build has written the settings: no credential is added for it.
	ix.settingsItem(func(it map[string]types.AttributeValue) { it["need"] = number("9") })
	refused(t, "a client", ts.PutClient(t.Context(), ix.id, tenant.Client{ID: "c", Method: tenant.ClientSecret, Secrets: make([]tenant.Secret, 1)}))
}

// TestVersionBesideIndexes: building an index, and new credentials, do not make the change of an operator
// fail who read the settings before.
func TestVersionBesideIndexes(t *testing.T) {
	t.Parallel()
	ix := beginIndexed(t, tenant.Settings{})
	ix.create("/Users", `{"userName":"ann","externalId":"1"}`)
	ts := dynamo.NewTenants(ix.api, table, nil)
	if err := ts.Put(t.Context(), tenant.Settings{ID: ix.id, UniqueExternalID: true}); err != nil {
		t.Fatal(err)
	}
	r, err := ts.Resolve(t.Context(), ix.id)
	if err != nil || r.Settings.Indexes == nil {
		t.Fatalf("no index is to be built: %v", err)
	}
	ix.reindex()
	if r, err := ts.Resolve(t.Context(), ix.id); err != nil || r.Settings.Indexes != nil {
		t.Fatalf("no index was built: %v", err)
	}
	r.Settings.IdP = "okta"
	if err := ts.Put(t.Context(), r.Settings); err != nil {
		t.Errorf("the version has changed with an index: %v", err)
	}
}

// TestOnceIsForgotten: what was used once is deleted by time to live, and a lost response does not make the
// first use look like a second one.
func TestOnceIsForgotten(t *testing.T) {
	t.Parallel()
	ts, api, now := newTenants(t)
	createTenants(t, ts, tenant.Settings{ID: id(t, "acme")})
	if first, err := ts.Once(t.Context(), id(t, "acme"), "jti", now); !first || err != nil {
		t.Error(first, err)
	}
	out, err := api.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String(table)})
	if err != nil {
		t.Fatal(err)
	}
	found := slices.ContainsFunc(out.Items, func(it map[string]types.AttributeValue) bool {
		ttl, ok := it["ttl"].(*types.AttributeValueMemberN)
		return ok && ttl.Value == "1767323046"
	})
	if !found {
		t.Error("it has no time to live")
	}
}
