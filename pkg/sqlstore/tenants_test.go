package sqlstore_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/internal/sqltest"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
	"github.com/scimstack/scimstack/pkg/sqlstore"
	"github.com/scimstack/scimstack/pkg/tenant"
)

var at = time.Date(2026, 1, 2, 3, 4, 5, 678_000_000, time.UTC)

// TestTenants: settings and tokens are read as they were written, and apart from those of others.
func TestTenants(t *testing.T) {
	t.Parallel()
	sqltest.Each(t, func(t *testing.T, d *sqlstore.Database) {
		ctx, ts, acme, globex := t.Context(), d.Tenants(), tenantID(t, "acme"), tenantID(t, "globex")
		if _, err := ts.Resolve(ctx, acme); !errors.Is(err, tenant.ErrUnknown) {
			t.Errorf("before it is made: %v", err)
		}
		want := tenant.Settings{ID: acme, IdP: "okta", Strict: true, KeepValues: true, Limits: scim.Limits{MaxResults: 7}, CursorKey: [32]byte{1, 2}}
		must(t, ts.Create(ctx, want))
		must(t, ts.Create(ctx, tenant.Settings{ID: globex}))
		if err := ts.Create(ctx, want); !errors.Is(err, tenant.ErrExists) {
			t.Errorf("made twice: %v", err)
		}
		_, first := tenant.NewToken(acme, scim.All)
		_, second := tenant.NewToken(acme, scim.Read)
		first.Created, second.Created = at, at.Add(time.Second)
		second.Expires, second.UserID = at.AddDate(1, 0, 0), "u1"
		must(t, ts.AddToken(ctx, acme, second))
		must(t, ts.AddToken(ctx, acme, first))
		if err := ts.AddToken(ctx, tenantID(t, "stranger"), first); !errors.Is(err, tenant.ErrUnknown) {
			t.Errorf("a token of no tenant: %v", err)
		}
		for keyID, want := range map[string]error{first.KeyID: nil, "other": tenant.ErrNotFound, "a\x00": tenant.ErrNotFound} {
			if err := tenant.Revoke(ctx, ts, acme, keyID); !errors.Is(err, want) {
				t.Errorf("revoke %q: %v", keyID, err)
			}
		}
		first.Revoked, want.Version = true, 1
		same(t, record(t, ts, acme), tenant.Record{Settings: want, Tokens: []tenant.Token{first, second}})
		other := record(t, ts, globex)
		if len(other.Tokens) != 0 || other.Settings.CursorKey == [32]byte{} {
			t.Errorf("another tenant: %+v", other)
		}
		want.IdP, want.SharedGroupNames = "entra", true
		must(t, ts.Put(ctx, want))
		want.Version = 2
		same(t, record(t, ts, acme).Settings, want)
		if err := ts.Put(ctx, tenant.Settings{ID: tenantID(t, "stranger")}); !errors.Is(err, tenant.ErrUnknown) {
			t.Errorf("settings of no tenant: %v", err)
		}
		list, err := ts.Names(ctx, "", 10)
		if err != nil || !slices.Equal(list, []scim.TenantID{acme, globex}) {
			t.Errorf("list: %v %v", list, err)
		}
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func same(t *testing.T, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got, cmp.AllowUnexported(scim.TenantID{})); d != "" {
		t.Error(d)
	}
}

func record(t *testing.T, ts *sqlstore.Tenants, id scim.TenantID) tenant.Record {
	t.Helper()
	r, err := ts.Resolve(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return *r
}

// TestTenantTypes: resource types of a tenant's own are stored with the settings.
func TestTenantTypes(t *testing.T) {
	t.Parallel()
	d := sqltest.SQLite(t)
	device := &schema.ResourceType{Name: "Device", Endpoint: "/Devices", Schema: &schema.Schema{
		ID: "urn:example:Device", Name: "Device", Attributes: []*schema.Attribute{{Name: "serial", Type: schema.String}}}}
	s := tenant.Settings{ID: tenantID(t, "acme"), Types: []*schema.ResourceType{schema.UserType(), schema.GroupType(), device}}
	must(t, d.Tenants().Create(t.Context(), s))
	got := record(t, d.Tenants(), s.ID).Settings.Types
	if len(got) != 3 || got[2].Name != "Device" || got[2].Schema.Attribute("serial") == nil {
		t.Errorf("%v", got)
	}
}

// TestDeleteTenant: a deletion removes every row of the tenant, those that were written while it waited
// too, and none of another tenant.
func TestDeleteTenant(t *testing.T) {
	t.Parallel()
	sqltest.Each(t, func(t *testing.T, d *sqlstore.Database) {
		ctx, ts, acme, globex := t.Context(), d.Tenants(), tenantID(t, "acme"), tenantID(t, "globex")
		fill := func(id scim.TenantID, from int) {
			for n := range 5 {
				_, err := d.Store().Commit(ctx, id, newUser(from+n, fmt.Sprint("u", from+n), at))
				must(t, err)
			}
			_, err := d.Store().Commit(ctx, id, newGroup(from, fmt.Sprint("g", from), from, from+1))
			must(t, err)
		}
		for _, id := range []scim.TenantID{acme, globex} {
			must(t, ts.Create(ctx, tenant.Settings{ID: id}))
			_, token := tenant.NewToken(id, scim.All)
			must(t, ts.AddToken(ctx, id, token))
			must(t, ts.PutClient(ctx, id, tenant.Client{ID: "c", Method: tenant.ClientSecret, Secrets: make([]tenant.Secret, 1)}))
			_, err := ts.Once(ctx, id, "jti", at.AddDate(100, 0, 0))
			must(t, err)
			fill(id, 0)
		}
		before := rows(t, d, globex)
		end, err := d.Store().Last(ctx, acme)
		must(t, err)
		found, deleting, err := ts.Inventory(ctx, acme)
		if err != nil || deleting || found["resources"] != 6 || found["memberships"] != 2 || found["tokens"] != 1 || found["clients"] != 1 || found["used assertions"] != 1 {
			t.Errorf("inventory: %v %t %v", found, deleting, err)
		}
		removed, err := ts.Delete(ctx, acme, sqlstore.Deletion{Wait: 50 * time.Millisecond, Progress: func(map[string]int, time.Duration) {
			if err := ts.Create(ctx, tenant.Settings{ID: acme}); !errors.Is(err, tenant.ErrExists) {
				t.Errorf("the name is free: %v", err)
			}
			if _, err := ts.Resolve(ctx, acme); !errors.Is(err, tenant.ErrUnknown) {
				t.Errorf("it is known: %v", err)
			}
			for n := range 3 { // of a process that has the tenant in its cache
				fill(acme, 10+10*n)
			}
			if late, err := d.Store().Last(ctx, acme); err != nil || late <= end {
				t.Errorf("late writes end at %d, %v", late, err)
			} else {
				end = late
			}
		}})
		if err != nil || removed["resources"] != 24 || removed["settings"] != 1 {
			t.Errorf("removed %v: %v", removed, err)
		}
		if left := rows(t, d, acme); left != "" {
			t.Errorf("left: %s", left)
		}
		if after := rows(t, d, globex); after != before {
			t.Errorf("another tenant: %s, before %s", after, before)
		}
		if _, err := ts.Delete(ctx, acme, sqlstore.Deletion{Wait: -1}); !errors.Is(err, tenant.ErrUnknown) {
			t.Errorf("again: %v", err)
		}
		for range 2 { // also where the second one is deleted
			must(t, ts.Create(ctx, tenant.Settings{ID: acme}))
			_, err = d.Store().Commit(ctx, acme, newUser(0, "anew", at))
			must(t, err)
			for _, after := range []int64{0, 1, end - 1, end} { // of who has read the feed of before
				var gone *scim.GoneError
				if list, err := d.Store().Entries(ctx, acme, after, 10); !errors.As(err, &gone) {
					t.Errorf("a reader at %d gets %d entries, %v", after, len(list), err)
				}
			}
			if list, err := d.Store().Entries(ctx, acme, end+1, 10); err != nil || len(list) != 1 || list[0].First != end+2 {
				t.Errorf("%+v %v", list, err)
			}
			_, err = ts.Delete(ctx, acme, sqlstore.Deletion{Wait: -1})
			must(t, err)
			end += 2
		}
		if left := rows(t, d, acme); left != "" {
			t.Errorf("left: %s", left)
		}
	})
}

// rows counts the rows of a tenant in every table that there is.
func rows(t *testing.T, d *sqlstore.Database, id scim.TenantID) string {
	t.Helper()
	var out []string
	for _, table := range sqlstore.TableNames() {
		column := "tenant"
		if table == "scim_tenant" {
			column = "id"
		}
		var n int
		must(t, d.Row(context.Background(), []any{&n}, `SELECT count(*) FROM `+table+` WHERE `+column+` = $1`, id.String()))
		if n > 0 {
			out = append(out, fmt.Sprint(table, " ", n))
		}
	}
	return strings.Join(out, ", ")
}
