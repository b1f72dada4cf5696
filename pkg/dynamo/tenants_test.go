package dynamo_test

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/scimstack/scimstack/internal/racing"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// newTenants returns the tenants of a new table, with a clock that always shows now.
func newTenants(t *testing.T) (ts *dynamo.Tenants, api *dynamodb.Client, now time.Time) {
	t.Helper()
	now = time.UnixMilli(1767323045000).UTC()
	_, api = serve(t)
	return dynamo.NewTenants(api, table, func() time.Time { return now }), api, now
}

func createTenants(t *testing.T, ts *dynamo.Tenants, list ...tenant.Settings) {
	t.Helper()
	for _, s := range list {
		if err := ts.Create(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
}

// TestTenantSettings: all settings of a tenant are stored and read back, with its schemas.
func TestTenantSettings(t *testing.T) {
	t.Parallel()
	ts, _, _ := newTenants(t)
	acme, globex := id(t, "acme"), id(t, "globex")
	types, err := schema.LoadDir(os.DirFS("../../internal/suite/testdata/custom"), ".")
	if err != nil {
		t.Fatal(err)
	}
	settings := tenant.Settings{ID: acme, IdP: "entra", Strict: true, SharedGroupNames: true, UniqueExternalID: true, NoPassword: true,
		SensitiveFilters: true, KeepValues: true, Limits: scim.Limits{MaxResults: 50, Rate: 7}, Types: types}
	if _, err := ts.Resolve(t.Context(), acme); !errors.Is(err, tenant.ErrUnknown) {
		t.Errorf("before: %v", err)
	}
	createTenants(t, ts, settings, tenant.Settings{ID: globex})
	if err := ts.Create(t.Context(), settings); !errors.Is(err, tenant.ErrExists) {
		t.Errorf("twice: %v", err)
	}
	r, err := ts.Resolve(t.Context(), acme)
	if err != nil {
		t.Fatal(err)
	}
	if r.Settings.CursorKey == [32]byte{} {
		t.Error("no cursor key was made")
	}
	same := cmpopts.IgnoreFields(tenant.Settings{}, "CursorKey", "Types", "Version")
	if d := cmp.Diff(settings, r.Settings, same, cmp.Comparer(func(a, b scim.TenantID) bool { return a == b })); d != "" {
		t.Errorf("settings (-want +got): %s", d)
	}
	if d := cmp.Diff(describeTypes(types), describeTypes(r.Settings.Types)); d != "" || len(types) < 3 {
		t.Errorf("%d types (-want +got): %s", len(types), d)
	}
	if names, err := ts.Names(t.Context(), "", 10); err != nil || len(names) != 2 || names[0] != acme || names[1] != globex {
		t.Errorf("list: %v %v", names, err)
	}
	settings.Strict, settings.CursorKey = false, [32]byte{}
	if err := ts.Put(t.Context(), settings); err != nil {
		t.Fatal(err)
	}
	if err := ts.Put(t.Context(), tenant.Settings{ID: id(t, "absent")}); !errors.Is(err, tenant.ErrUnknown) {
		t.Errorf("put: %v", err)
	}
}

func describeTypes(list []*schema.ResourceType) (out []string) {
	for _, rt := range list {
		out = append(out, string(rt.AppendJSON(nil, ""))+string(rt.Schema.AppendJSON(nil, "")))
		for _, e := range rt.Extensions {
			out = append(out, string(e.Schema.AppendJSON(nil, "")))
		}
	}
	return out
}

// TestTenantTokens: tokens are stored as hashes, read back with the tenant, and revoked.
func TestTenantTokens(t *testing.T) {
	t.Parallel()
	ts, api, now := newTenants(t)
	acme, globex := id(t, "acme"), id(t, "globex")
	text, token := tenant.NewToken(acme, scim.Read|scim.Users)
	if err := ts.AddToken(t.Context(), acme, token); !errors.Is(err, tenant.ErrUnknown) {
		t.Errorf("a token of an unknown tenant: %v", err)
	}
	createTenants(t, ts, tenant.Settings{ID: acme}, tenant.Settings{ID: globex})
	token.Expires, token.UserID = now.Add(time.Hour), "u1"
	if err := ts.AddToken(t.Context(), acme, token); err != nil {
		t.Fatal(err)
	}
	token.Created = now
	r, err := ts.Resolve(t.Context(), acme)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]tenant.Token{token}, r.Tokens); d != "" {
		t.Errorf("token (-want +got): %s", d)
	}
	// Z-05: no stored value can be used as a token.
	out, err := api.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String(table)})
	if err != nil {
		t.Fatal(err)
	}
	secret := text[strings.LastIndexByte(text, '_')+1:]
	if stored := cmp.Diff(nil, out.Items); strings.Contains(stored, secret) {
		t.Error("the secret is in the table")
	}
	for _, want := range []struct {
		tenant scim.TenantID
		err    error
	}{{acme, nil}, {acme, nil}, {globex, tenant.ErrNotFound}} {
		if err := tenant.Revoke(t.Context(), ts, want.tenant, token.KeyID); !errors.Is(err, want.err) {
			t.Errorf("revoke a token of %s: %v", want.tenant, err)
		}
	}
	if r, err := ts.Resolve(t.Context(), acme); err != nil || len(r.Tokens) != 1 || !r.Tokens[0].Revoked {
		t.Errorf("%v %v", r, err)
	}
}

// TestTenantDeleted: Delete removes all items of the tenant, and none of other tenants.
func TestTenantDeleted(t *testing.T) {
	racing.Skip(t)
	t.Parallel()
	_, api := serve(t)
	s := dynamo.New(api, dynamo.Options{Table: table})
	ts := dynamo.NewTenants(api, table, nil)
	acme, other := id(t, "acme"), id(t, "other")
	for _, n := range []scim.TenantID{acme, other} {
		if err := ts.Create(t.Context(), tenant.Settings{ID: n}); err != nil {
			t.Fatal(err)
		}
		_, token := tenant.NewToken(n, scim.All)
		if err := ts.AddToken(t.Context(), n, token); err != nil {
			t.Fatal(err)
		}
	}
	c := begin(t, s)
	users := seed(t, s, 130)
	c.create("/Groups", `{"displayName":"g","members":[`+references(users)+`]}`)
	c.do("GET", "/Users?count=10", "")
	c.do("DELETE", "/Users/"+users[1], "")
	if _, err := ts.Delete(t.Context(), acme, dynamo.Deletion{Wait: -1}); err != nil {
		t.Fatal(err)
	}
	if _, err := ts.Resolve(t.Context(), acme); !errors.Is(err, tenant.ErrUnknown) {
		t.Error(err)
	}
	out, err := api.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String(table)})
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Items) != 3 {
		t.Errorf("%d items left, want the other tenant's 2 and the version of the table", len(out.Items))
	}
	if _, err := ts.Delete(t.Context(), acme, dynamo.Deletion{Wait: -1}); !errors.Is(err, tenant.ErrUnknown) {
		t.Errorf("twice: %v", err)
	}
}
