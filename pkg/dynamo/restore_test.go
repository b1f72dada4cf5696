package dynamo_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/mcp/dynamoplans"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// restored copies the items of the table, as they are now, into a new one: what a restore to this
// point in time will make.
func restored(t *testing.T, api *dynamodb.Client, name string) {
	t.Helper()
	if err := dynamo.Create(t.Context(), api, name); err != nil {
		t.Fatal(err)
	}
	out, err := api.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String(table)})
	if err != nil {
		t.Fatal(err)
	}
	for _, it := range out.Items {
		if _, err := api.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &name, Item: it}); err != nil {
			t.Fatal(err)
		}
	}
}

// TestAfterRestore: a restored table accepts tokens that were revoked since. The comparison with the
// old table finds them and the tenants that are back, gone or others; without it, every token of that
// time is in doubt.
func TestAfterRestore(t *testing.T) {
	t.Parallel()
	_, api := serve(t)
	now := time.UnixMilli(1767323045000).UTC()
	clock := func() time.Time { return now }
	old := dynamo.NewTenants(api, table, clock)
	token := func(ts *dynamo.Tenants, name, key string) {
		t.Helper()
		if err := ts.AddToken(t.Context(), id(t, name), tenant.Token{KeyID: key, Scopes: scim.All, Created: now, Hash: [32]byte{key[0]}}); err != nil {
			t.Fatal(err)
		}
	}
	remove := func(ts *dynamo.Tenants, name string) {
		t.Helper()
		if _, err := ts.Delete(t.Context(), id(t, name), whole()); err != nil {
			t.Fatal(err)
		}
	}
	client := func(ts *dynamo.Tenants, name, key string, version int64) {
		t.Helper()
		if err := ts.PutClient(t.Context(), id(t, name), tenant.Client{ID: key, Version: version, Method: tenant.ClientSecret, Created: now,
			Secrets: []tenant.Secret{{Hash: [32]byte{byte(version)}}}}); err != nil {
			t.Fatal(err)
		}
	}
	for _, n := range []string{"anew", "back", "kept", "quiet", "twice"} {
		createTenants(t, old, tenant.Settings{ID: id(t, n)})
		client(old, n, "same", 0)
		client(old, n, "turned", 0)
		client(old, n, "stopped", 0)
		token(old, n, "a")
		token(old, n, "b")
	}
	if err := tenant.Revoke(t.Context(), old, id(t, "twice"), "a"); err != nil { // before: not our concern
		t.Fatal(err)
	}
	if err := dynamoplans.New(api, table).Put(t.Context(), id(t, "kept"), "plan", []byte("x"), now); err != nil {
		t.Fatal(err)
	}
	restored(t, api, "scim-2")
	since := now
	now = now.Add(time.Minute)
	if err := tenant.Revoke(t.Context(), old, id(t, "kept"), "a"); err != nil {
		t.Fatal(err)
	}
	if err := tenant.Revoke(t.Context(), old, id(t, "kept"), "stopped"); err != nil {
		t.Fatal(err)
	}
	client(old, "kept", "turned", 1)
	client(old, "kept", "young", 0)
	token(old, "kept", "c")
	r, err := old.Resolve(t.Context(), id(t, "twice"))
	if err != nil {
		t.Fatal(err)
	}
	r.Settings.Strict = true
	if err := old.Put(t.Context(), r.Settings); err != nil {
		t.Fatal(err)
	}
	remove(old, "back")
	remove(old, "anew")
	createTenants(t, old, tenant.Settings{ID: id(t, "anew")}, tenant.Settings{ID: id(t, "fresh")})
	token(old, "fresh", "a")

	now = now.Add(time.Minute)
	next := dynamo.NewTenants(api, "scim-2", clock)
	r, err = next.Resolve(t.Context(), id(t, "kept"))
	if err != nil || !r.Tokens[0].Live(now) {
		t.Fatal("the restore does not revive a token; the test shows nothing")
	}
	token(next, "kept", "new") // made after the restore
	for _, step := range []struct {
		old  *dynamo.Tenants
		want string
	}{
		{old, "[anew:created anew +ab +same +stopped +turned back:deleted since +ab +same +stopped +turned fresh:created since -a kept:kept +a -c +stopped +turned -young quiet:kept twice:kept, settings]"},
		{nil, "[anew:kept ?ab ?same ?stopped ?turned back:kept ?ab ?same ?stopped ?turned kept:kept ?ab ?same ?stopped ?turned quiet:kept ?ab ?same ?stopped ?turned twice:kept ?b ?same ?stopped ?turned]"},
	} {
		list, err := next.AfterRestore(t.Context(), step.old, since)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(describeRestored(list)); got != step.want {
			t.Errorf("%s\nwant %s", got, step.want)
		}
	}
	if n, err := next.DeleteKept(t.Context(), id(t, "kept"), dynamoplans.Kept()); n != 1 || err != nil {
		t.Error(n, err)
	}
}

func describeRestored(list []dynamo.Restored) (out []string) {
	for _, r := range list {
		s, mark := r.Tenant.String()+":"+string(r.State), " +"
		if r.Settings {
			s += ", settings"
		}
		if r.InDoubt {
			mark = " ?"
		}
		for _, tok := range r.Revived {
			s += mark + tok.KeyID
			mark = ""
		}
		mark = " -"
		for _, tok := range r.Lost {
			s += mark + tok.KeyID
			mark = ""
		}
		for _, c := range r.RevivedClients {
			s += map[bool]string{true: " ?", false: " +"}[r.InDoubt] + c.ID
		}
		for _, c := range r.LostClients {
			s += " -" + c.ID
		}
		out = append(out, s)
	}
	return out
}

// TestAfterRestoreIntoADeletion: a table of a time within the deletion of a tenant has the rest of it.
func TestAfterRestoreIntoADeletion(t *testing.T) {
	t.Parallel()
	_, api := serve(t)
	ts := dynamo.NewTenants(api, table, nil)
	createTenants(t, ts, tenant.Settings{ID: id(t, "acme")})
	put(t, api, "T#acme#P", "User#1", nil)
	o := whole()
	taken := false
	o.Progress = func(dynamo.Tally, time.Duration) {
		if !taken {
			taken = true
			restored(t, api, "scim-2")
		}
	}
	if _, err := ts.Delete(t.Context(), id(t, "acme"), o); err != nil {
		t.Fatal(err)
	}
	list, err := dynamo.NewTenants(api, "scim-2", nil).AfterRestore(t.Context(), ts, time.Now())
	if got := fmt.Sprint(describeRestored(list)); err != nil || got != "[acme:half deleted]" {
		t.Error(got, err)
	}
}
