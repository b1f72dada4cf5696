package admin_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/admin"
	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// world is a service in memory, with a clock that tests turn.
type world struct {
	*admin.Service
	t     *testing.T
	dir   *tenant.Memory
	store scim.Store
	log   activity.Log
	now   time.Time
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, dir: tenant.NewMemory(), store: memory.New(), log: activity.NewMemory(0), now: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)}
	w.Service = admin.New(admin.Options{
		Directory: w.dir, Store: w.store, Operators: &tenant.MemoryOperators{}, Log: w.log,
		Logger: slog.New(slog.DiscardHandler), Now: func() time.Time { return w.now },
	})
	return w
}

func patch(t *testing.T, text string) map[string]json.RawMessage {
	t.Helper()
	var out map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// create makes a tenant, and returns its token.
func (w *world) create(name, settings string) string {
	w.t.Helper()
	made, err := w.CreateTenant(w.t.Context(), admin.TenantInput{Name: name, Settings: patch(w.t, settings)})
	if err != nil {
		w.t.Fatal(err)
	}
	return made.Token.Secret
}

// refused checks the kind of an error, and that it says all of some texts.
func refused(t *testing.T, err error, kind admin.Kind, texts ...string) {
	t.Helper()
	var e *admin.Error
	if !errors.As(err, &e) || e.Kind != kind {
		t.Errorf("%v, want %s", err, kind)
		return
	}
	for _, p := range e.Problems {
		if p.Reason == "" {
			t.Errorf("no reason: %+v", p)
		}
	}
	for _, text := range texts {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("%q does not say %q", err, text)
		}
	}
}

// TestTenant: a tenant has exactly one token after its creation, which ends after a year; settings are changed one by one.
func TestTenant(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(t), t.Context()
	made, err := w.CreateTenant(ctx, admin.TenantInput{Name: "acme", Settings: patch(t, `{"idp":"okta","limits":{"rate":100}}`)})
	if err != nil {
		t.Fatal(err)
	}
	if made.Tenant.Tokens != 1 || made.Token.Token.Expires == nil || !made.Token.Token.Expires.Equal(w.now.AddDate(0, 0, 365)) || !strings.HasPrefix(made.Token.Secret, "scim_acme_") {
		t.Errorf("%+v", made)
	}
	got, err := w.ChangeTenant(ctx, "acme", made.Tenant.Version, patch(t, `{"idp":"entra","keepValues":true,"limits":{"rate":null,"maxMembers":50}}`))
	if err != nil || got.Settings.IdP != "entra" || !got.Settings.KeepValues || got.Settings.Limits.Rate != 0 || got.Settings.Limits.MaxMembers != 50 {
		t.Fatalf("%+v %v", got, err)
	}
	_, err = w.ChangeTenant(ctx, "acme", made.Tenant.Version, patch(t, `{"idp":"okta"}`))
	refused(t, err, admin.Changed, "meantime")
	_, err = w.CreateTenant(ctx, admin.TenantInput{Name: "acme"})
	refused(t, err, admin.Conflict, "already exists")
	if list, err := w.Tokens(ctx, "acme"); err != nil || len(list.Tokens) != 1 {
		t.Error(list, err)
	}
	for _, c := range []struct {
		in    admin.Pause
		after int
	}{{admin.Pause{Reason: "contract ended"}, 0}, {admin.Pause{Reason: "moving", RetryAfter: 120}, 120}, {admin.Pause{Reason: "moving"}, 0}, {admin.Pause{Reason: "moving", RetryAfter: 3600}, 3600}} {
		if got, err := w.PauseTenant(ctx, "acme", c.in); err != nil || got.State != admin.StatePaused || got.Paused != c.in.Reason || got.RetryAfter != c.after {
			t.Errorf("%+v: %+v %v", c.in, got, err)
		}
	}
	if got, err := w.ResumeTenant(ctx, "acme"); err != nil || got.State != admin.StateActive || got.RetryAfter != 0 {
		t.Error(got, err)
	}
	_, err = w.PauseTenant(ctx, "acme", admin.Pause{Reason: " "})
	refused(t, err, admin.Invalid, "reason")
	_, err = w.PauseTenant(ctx, "acme", admin.Pause{Reason: strings.Repeat("x", 301)})
	refused(t, err, admin.Invalid, "reason", "at most 300")
	for _, wrong := range []int{-1, 3601} {
		_, err = w.PauseTenant(ctx, "acme", admin.Pause{Reason: "moving", RetryAfter: wrong})
		refused(t, err, admin.Invalid, "retryAfterSeconds", "1 to 3600")
	}
	_, err = w.Tenant(ctx, "globex")
	refused(t, err, admin.NotFound, "no such tenant", "scimstack tenant list")
}

// TestSettingsRefused: what no setting can be is refused with its name, the reason and the remedy, and nothing changes.
func TestSettingsRefused(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(t), t.Context()
	w.create("acme", `{}`)
	for text, want := range map[string][]string{
		`{"Idp":"okta"}`:                     {"Idp: there is no such setting", "did you mean idp?"},
		`{"idp":"octa"}`:                     {`no identity provider "octa"`, "did you mean okta?"},
		`{"idp":7}`:                          {"idp: it is a number", "use a string"},
		`{"mode":"lax"}`:                     {"mode", "tolerant or strict"},
		`{"keepValues":"yes"}`:               {"keepValues: it is a string", "true or false"},
		`{"keepValues":1}`:                   {"keepValues"},
		`{"limits":{"maxbody":1}}`:           {"limits.maxbody", "did you mean maxBody?"},
		`{"limits":{"maxBody":-1}}`:          {"limits.maxBody", "negative"},
		`{"limits":{"maxBody":1.5}}`:         {"limits.maxBody", "whole number"},
		`{"limits":{"maxBody":1e30}}`:        {"limits.maxBody", "whole number"},
		`{"limits":{"rate":-2}}`:             {"limits.rate", "negative"},
		`{"limits":7}`:                       {"limits", "not an object"},
		`{"limits":[]}`:                      {"limits", "not an object"},
		`{"logDays":-1}`:                     {"logDays", "negative"},
		`{"rules":{"userName":"sometimes"}}`: {"rules.userName"},
		`{"rules":{"colour":"refuse"}}`:      {"colour"},
		`{"types":[]}`:                       {"types: there is no such setting"},
		`{"cursorKey":"x"}`:                  {"cursorKey: there is no such setting"},
		`{"nonsense":1,"idp":true,"mode":[],"logDays":{}}`: {"nonsense", "idp", "mode", "logDays"},
	} {
		_, err := w.ChangeTenant(ctx, "acme", 0, patch(t, text))
		refused(t, err, admin.Invalid, want...)
		_, err = w.CreateTenant(ctx, admin.TenantInput{Name: "globex", Settings: patch(t, text)})
		refused(t, err, admin.Invalid, want...)
	}
	got, err := w.Tenant(ctx, "acme")
	if err != nil || got.Version != 1 || !reflect.DeepEqual(got.Settings, admin.DefaultSettings()) {
		t.Errorf("%+v %v", got, err)
	}
	_, err = w.Tenant(ctx, "globex")
	refused(t, err, admin.NotFound)
}

// TestRotate: the old token is accepted until its grace ends, and the new one at once.
func TestRotate(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(t), t.Context()
	old := w.create("acme", `{}`)
	key := strings.Split(old, "_")[2]
	made, err := w.RotateToken(ctx, "acme", key, admin.Rotation{Grace: "24h"})
	if err != nil || made.Old == nil || made.Old.ReplacedBy != made.Token.Key {
		t.Fatalf("%+v %v", made, err)
	}
	accepted := func(token string) bool {
		_, _, err := tenant.NewAuthenticator(w.dir, tenant.Options{Now: func() time.Time { return w.now }}).Authenticate(ctx, "acme", token)
		return err == nil
	}
	if !accepted(old) || !accepted(made.Secret) {
		t.Error("one of them is not accepted during the grace")
	}
	w.now = w.now.Add(25 * time.Hour)
	if accepted(old) || !accepted(made.Secret) {
		t.Error("after the grace")
	}
	_, err = w.RotateToken(ctx, "acme", key, admin.Rotation{})
	refused(t, err, admin.Conflict, "rotated already")
	_, err = w.RotateToken(ctx, "acme", made.Token.Key, admin.Rotation{Grace: "soon"})
	refused(t, err, admin.Invalid, "grace")
	if _, err := w.RevokeToken(ctx, "acme", made.Token.Key); err != nil || accepted(made.Secret) {
		t.Error(err)
	}
	_, err = w.RevokeToken(ctx, "acme", "nokey")
	refused(t, err, admin.NotFound, "scimstack token list acme")
}

// TestTokenInput: what a token cannot have is refused; never must be said.
func TestTokenInput(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(t), t.Context()
	w.create("acme", `{}`)
	for want, in := range map[string]admin.TokenInput{
		"did you mean groups?": {Scopes: []string{"group"}},
		"did you mean entra?":  {IdP: "entre"},
		"tolerant or strict":   {Mode: "x"},
		"ten years":            {Expires: "2999-01-01T00:00:00Z"},
		"is over already":      {Expires: "2001-01-01T00:00:00Z"},
		"or never":             {Expires: "soon"},
		"printable":            {Name: "a\nb"},
		"at most 100":          {Name: strings.Repeat("x", 101)},
	} {
		_, err := w.CreateToken(ctx, "acme", in)
		refused(t, err, admin.Invalid, want)
	}
	made, err := w.CreateToken(ctx, "acme", admin.TokenInput{Expires: "never", Scopes: []string{"read", "activity"}, IdP: "entra"})
	if err != nil || made.Token.Expires != nil || fmt.Sprint(made.Token.Scopes) != "[read activity]" {
		t.Errorf("%+v %v", made, err)
	}
	soon, name := "30d", "renamed"
	changed, err := w.ChangeToken(ctx, "acme", made.Token.Key, admin.TokenChange{Expires: &soon, Name: &name})
	if err != nil || changed.Expires == nil || changed.Name != name || changed.IdP != "entra" {
		t.Errorf("%+v %v", changed, err)
	}
}

// TestIdempotencyKey: a repeated call makes nothing, and shows no secret again; the same key for something else is refused.
func TestIdempotencyKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := admin.WithIdempotencyKey(admin.WithActor(t.Context(), admin.Actor{Name: "ann"}), "k1")
	for i := range 3 {
		made, err := w.CreateTenant(ctx, admin.TenantInput{Name: "acme"})
		if err != nil || (made.Token.Secret == "") != (i > 0) || made.Token.Note == "" || made.Tenant.Tokens != 1 {
			t.Fatalf("%d: %+v %v", i, made, err)
		}
	}
	keys := map[string]bool{}
	for i := range 3 {
		made, err := w.CreateToken(ctx, "acme", admin.TokenInput{Name: "second"})
		if err != nil || (made.Secret == "") != (i > 0) {
			t.Fatalf("%d: %+v %v", i, made, err)
		}
		keys[made.Token.Key] = true
	}
	_, err := w.CreateToken(ctx, "acme", admin.TokenInput{Name: "third"})
	refused(t, err, admin.Conflict, "Idempotency-Key")
	for key := range keys {
		for i := range 2 {
			made, err := w.RotateToken(ctx, "acme", key, admin.Rotation{})
			if err != nil || (made.Secret == "") != (i > 0) {
				t.Fatalf("%d: %+v %v", i, made, err)
			}
		}
	}
	for i := range 2 {
		made, err := w.CreateClient(ctx, "acme", admin.ClientInput{Method: "client_secret"})
		if err != nil || (made.Secret == "") != (i > 0) {
			t.Fatalf("%d: %+v %v", i, made, err)
		}
		op, err := w.CreateOperator(ctx, admin.OperatorInput{Name: "ci"})
		if err != nil || (op.Secret == "") != (i > 0) {
			t.Fatalf("%d: %+v %v", i, op, err)
		}
	}
	list, err := w.Tokens(ctx, "acme")
	if err != nil || len(list.Tokens) != 3 || len(keys) != 1 {
		t.Errorf("%d tokens, %v, %v", len(list.Tokens), keys, err)
	}
	other := admin.WithActor(ctx, admin.Actor{Name: "bob"})
	if made, err := w.CreateToken(other, "acme", admin.TokenInput{Name: "third"}); err != nil || made.Secret == "" {
		t.Error("the key of another actor is taken", err)
	}
	_, err = w.CreateTenant(other, admin.TenantInput{Name: "acme"})
	refused(t, err, admin.Conflict, "already exists")
}

// TestLogged: every change is in the log of the tenant with its actor, what was and what is, and no secret.
func TestLogged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := admin.WithActor(t.Context(), admin.Actor{Name: "operator ann", RequestID: "r1"})
	made, err := w.CreateTenant(ctx, admin.TenantInput{Name: "acme"})
	if err != nil {
		t.Fatal(err)
	}
	calls := []func() error{
		func() error { _, err := w.ChangeTenant(ctx, "acme", 0, patch(t, `{"idp":"entra"}`)); return err },
		func() error { _, err := w.PauseTenant(ctx, "acme", admin.Pause{Reason: "unpaid"}); return err },
		func() error { _, err := w.ResumeTenant(ctx, "acme"); return err },
		func() error { _, err := w.RotateToken(ctx, "acme", made.Token.Token.Key, admin.Rotation{}); return err },
		func() error { _, err := w.RevokeToken(ctx, "acme", made.Token.Token.Key); return err },
		func() error { return w.RemoveToken(ctx, "acme", made.Token.Token.Key) },
		func() error { _, err := w.PutSchemas(ctx, "acme", badge(`"string"`)); return err },
	}
	for _, call := range calls {
		w.now = w.now.Add(time.Second)
		if err := call(); err != nil {
			t.Fatal(err)
		}
	}
	id, _ := scim.ParseTenantID("acme")
	page, err := w.log.Query(ctx, id, activity.Query{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for i := range page.Records {
		r := &page.Records[i]
		text := activity.Text(&activity.Explained{Record: *r, Explanation: activity.Explain(r)})
		if r.Actor != "operator ann" || r.Entry != activity.EntryAdmin || r.RequestID != "r1" || strings.Contains(text, made.Token.Secret) || !strings.Contains(text, "operator ann") {
			t.Errorf("%+v\n%s", r, text)
		}
		got = append(got, r.Operation)
		if r.Operation == "tenant.update" && (r.Before["settings.idp"] != "" || r.Values["settings.idp"] != "entra" || fmt.Sprint(r.Changed) != "[settings.idp]") {
			t.Errorf("%+v", r)
		}
	}
	want := "schema.update token.remove token.revoke token.create token.rotate tenant.resume tenant.pause tenant.update token.create tenant.create"
	if sorted(got) != sorted(strings.Fields(want)) {
		t.Error(got)
	}
}

// TestPages: the list of tenants goes on after a cursor.
func TestPages(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(t), t.Context()
	for i := range 7 {
		w.create(fmt.Sprintf("acme-%d", i), `{}`)
	}
	var got []string
	for cursor, pages := "", 0; ; pages++ {
		page, err := w.Tenants(ctx, cursor, 3)
		if err != nil || pages > 3 {
			t.Fatal(err, pages)
		}
		for _, x := range page.Tenants {
			got = append(got, x.Name)
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	if len(got) != 7 || got[6] != "acme-6" {
		t.Error(got)
	}
	_, err := w.Tenants(ctx, "!!", 3)
	refused(t, err, admin.Invalid, "cursor")
}

// TestDelete: nothing is left of a tenant.
func TestDelete(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(t), t.Context()
	w.create("acme", `{}`)
	w.user("acme", "u1", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ann"}`)
	found, err := w.Contents(ctx, "acme")
	if err != nil || found.Items["resources"] != 1 || found.Items["tokens"] != 1 {
		t.Error(found, err)
	}
	done, err := w.DeleteTenant(ctx, "acme", admin.DeleteOptions{Wait: -1})
	if err != nil || done.State != admin.StateDeleted || done.Items["resources"] != 1 {
		t.Errorf("%+v %v", done, err)
	}
	_, err = w.DeleteTenant(ctx, "acme", admin.DeleteOptions{Wait: -1})
	refused(t, err, admin.NotFound)
	w.create("acme", `{}`)
	if found, err := w.Contents(ctx, "acme"); err != nil || found.Items["resources"] != 0 {
		t.Error(found, err)
	}
	acme, err := scim.ParseTenantID("acme")
	if err != nil {
		t.Fatal(err)
	}
	source, err := feed.New(w.store, feed.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var gone *scim.GoneError
	for _, after := range []int64{0, 1} {
		if facts, err := source.Read(ctx, acme, after, 9); len(facts) != 0 || !errors.As(err, &gone) {
			t.Errorf("a tenant of the same name reads what the other one had, after %d: %+v %v", after, facts, err)
		}
	}
	w.user("acme", "u2", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"bob"}`)
	if facts, err := source.Read(ctx, acme, 2, 9); err != nil || len(facts) != 1 || facts[0].Seq != 3 || facts[0].User.UserName != "bob" {
		t.Errorf("%+v %v", facts, err)
	}
}

// user stores a user as it is.
func (w *world) user(name, id, doc string) {
	w.t.Helper()
	t, err := scim.ParseTenantID(name)
	if err == nil {
		_, err = w.store.Commit(context.Background(), t, scim.Change{Type: "User", ID: id, Put: &scim.Resource{Type: "User", ID: id, Version: 1, Document: []byte(doc), Created: w.now, LastModified: w.now}})
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// TestEverySetting: a setting that tenants get is one that operators can change.
func TestEverySetting(t *testing.T) {
	t.Parallel()
	other := map[string]string{"ID": "the name", "Version": "the version", "Paused": "PauseTenant", "RetryAfter": "PauseTenant", "CursorKey": "a secret", "Types": "PutSchemas", "Indexes": "of the store", "Pending": "of the store", "Indexed": "indexes", "Strict": "mode", "Unknown": "of a later build"}
	known := reflect.TypeFor[admin.Settings]()
	for i := range reflect.TypeFor[tenant.Settings]().NumField() {
		name := reflect.TypeFor[tenant.Settings]().Field(i).Name
		if _, ok := known.FieldByName(name); !ok && other[name] == "" && name[0] >= 'A' && name[0] <= 'Z' {
			t.Errorf("no operator can change %s", name)
		}
	}
}
