package tenanttest

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// Behaviour checks the contract of each method.
func Behaviour(t *testing.T, open Open) {
	for name, test := range map[string]func(*world){
		"create": create, "settings are kept whole": whole, "a pause": pause, "put": put, "versions": versions, "names": names, "zero id": zero,
		"tokens are kept whole": tokens, "change a token": changeToken, "replaced once": replaced, "bad tokens": badTokens,
		"clients are kept whole": clients, "versions of clients": clientVersions, "bad clients": badClients, "names of one kind": oneKind,
		"remove": remove, "touch": touch, "once": once, "unknown tenants": unknownTenants, "tenants are apart": apart, "builds": builds,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(begin(t, open))
		})
	}
}

func create(w *world) {
	w.fails("twice", w.d.Create(w.ctx(), tenant.Settings{ID: w.acme, IdP: "okta"}), tenant.ErrExists)
	s := w.resolve(w.acme).Settings
	if s.CursorKey == [32]byte{} || s.CursorKey == w.resolve(w.globex).Settings.CursorKey {
		w.Error("the cursor key is not random")
	}
	if s.Version != 1 || s.IdP != "" || s.ID != w.acme {
		w.Errorf("%+v", s)
	}
	own := tenant.Settings{ID: w.id("initech"), Version: 7, CursorKey: [32]byte{1, 2, 3}}
	w.must("create", w.d.Create(w.ctx(), own))
	own.Version = 1
	w.equal("with a key and a version of its own", w.resolve(own.ID), tenant.Record{Settings: own})
	bad := tenant.Settings{ID: w.id("hooli"), Limits: scim.Limits{MaxResults: -1}}
	w.refused("what cannot be right", w.d.Create(w.ctx(), bad))
	_, err := w.d.Resolve(w.ctx(), bad.ID)
	w.fails("after that", err, tenant.ErrUnknown)
}

// everything are settings with every field that a schema does not describe.
func everything(id scim.TenantID) tenant.Settings {
	return tenant.Settings{
		ID: id, Paused: "the contract has ended – call us", RetryAfter: 90 * time.Second, IdP: "entra", Strict: true, SharedGroupNames: true, UniqueExternalID: true, NoPassword: true,
		SensitiveFilters: true, KeepValues: true, SkipReads: true, NoLog: true, LogDays: 7, Limits: scim.Limits{MaxResults: 7, Rate: scim.NoLimit}, CursorKey: [32]byte{1, 2},
		Rules:   map[string]schema.Rule{schema.URNUser + ":userName": schema.RuleRefuse, "emails.value": schema.RuleOff},
		Unknown: map[string]json.RawMessage{"ofALaterBuild": json.RawMessage(`{"a":[1]}`)},
	}
}

func whole(w *world) {
	s := everything(w.id("initech"))
	s.Indexed = []string{"title", scim.LastModified}
	w.must("create", w.d.Create(w.ctx(), s))
	s.Version = 1
	w.equal("created", w.resolve(s.ID).Settings, s)
	s = everything(w.acme)
	s.Version, s.CursorKey = 1, [32]byte{7}
	w.must("put", w.d.Put(w.ctx(), s))
	s.Version = 2
	w.equal("put", w.resolve(w.acme).Settings, s)

	var unbuilt *tenant.UnbuiltError // of a Directory whose store does not build indexes
	indexed := tenant.Settings{ID: w.globex, Indexed: []string{"title"}}
	if err := w.d.Put(w.ctx(), indexed); errors.As(err, &unbuilt) {
		indexed.Indexed = nil
	} else {
		w.must("indexes", err)
	}
	w.equal("indexes", w.resolve(w.globex).Settings.Indexed, indexed.Indexed)

	device := &schema.ResourceType{Name: "Device", Endpoint: "/Devices", Schema: schema.NewSchema("urn:example:Device", "Device", "",
		&schema.Attribute{Name: "serial", Type: schema.String})}
	s.Types = []*schema.ResourceType{schema.UserType(), schema.GroupType(), device}
	w.must("types", w.d.Put(w.ctx(), s))
	got := w.resolve(w.acme).Settings.Types
	if len(got) != 3 || got[0] != schema.UserType() || got[1] != schema.GroupType() || got[2].Name != "Device" || got[2].Schema.Attribute("serial") == nil {
		w.Errorf("types: %v", got)
	}
}

// pause: RetryAfter belongs to its pause. It ends with it, and the next pause has none of it.
func pause(w *world) {
	s := w.resolve(w.acme).Settings
	step := func(what, paused string, after, want time.Duration) {
		s.Paused, s.RetryAfter = paused, after
		w.must(what, w.d.Put(w.ctx(), s))
		s = w.resolve(w.acme).Settings
		if s.Paused != paused || s.RetryAfter != want {
			w.Errorf("%s: %q %s, want %q %s", what, s.Paused, s.RetryAfter, paused, want)
		}
	}
	step("without", "unpaid", 0, 0)
	step("with", "moving", time.Minute, time.Minute)
	step("longer", "moving", tenant.MaxRetryAfter, tenant.MaxRetryAfter)
	step("resumed", "", s.RetryAfter, 0)
	step("again", "moving", s.RetryAfter, 0)
	for _, wrong := range []time.Duration{-time.Second, time.Millisecond, 1500 * time.Millisecond, tenant.MaxRetryAfter + time.Second} {
		s.RetryAfter = wrong
		w.refused(wrong.String(), w.d.Put(w.ctx(), s))
	}
	made := tenant.Settings{ID: w.id("initech"), RetryAfter: time.Minute}
	w.must("create", w.d.Create(w.ctx(), made))
	w.equal("created without a pause", w.resolve(made.ID).Settings.RetryAfter, time.Duration(0))
}

func put(w *world) {
	before := w.resolve(w.acme).Settings
	w.must("add", w.d.AddToken(w.ctx(), w.acme, plain("a")))
	w.must("add", w.d.PutClient(w.ctx(), w.acme, secretClient("b")))
	w.must("put", w.d.Put(w.ctx(), tenant.Settings{ID: w.acme, Strict: true}))
	r := w.resolve(w.acme)
	w.equal("put", r.Settings, tenant.Settings{ID: w.acme, Strict: true, Version: 2, CursorKey: before.CursorKey})
	if len(r.Tokens) != 1 || len(r.Clients) != 1 {
		w.Errorf("the credentials are gone: %+v", r)
	}
	w.refused("what cannot be right", w.d.Put(w.ctx(), tenant.Settings{ID: w.acme, LogDays: -1}))
	w.refused("a rule of no attribute", w.d.Put(w.ctx(), tenant.Settings{ID: w.acme, Rules: map[string]schema.Rule{"absent": schema.RuleOff}}))
	w.equal("after refusals", w.resolve(w.acme).Settings, r.Settings)
}

func versions(w *world) {
	s := w.resolve(w.acme).Settings
	for range 3 {
		s.Strict = !s.Strict
		w.must("put", w.d.Put(w.ctx(), s))
		w.fails("a version that has passed", w.d.Put(w.ctx(), s), tenant.ErrChanged)
		s.Version++
	}
	w.equal("version", w.resolve(w.acme).Settings, s)
	ahead := s
	ahead.Version++
	w.fails("a version that is not yet", w.d.Put(w.ctx(), ahead), tenant.ErrChanged)
	any := s
	any.Version, any.IdP = 0, "google"
	w.must("any version", w.d.Put(w.ctx(), any))
	any.Version = s.Version + 1
	w.equal("any version", w.resolve(w.acme).Settings, any)
	w.equal("another tenant", w.resolve(w.globex).Settings.Version, int64(1))
	for what, f := range map[string]error{
		"a token": w.d.AddToken(w.ctx(), w.acme, plain("a")), "a client": w.d.PutClient(w.ctx(), w.acme, secretClient("b")),
		"a connection": w.d.ChangeToken(w.ctx(), w.acme, "a", tenant.TokenChange{Connection: &tenant.Connection{IdP: "okta"}}),
	} {
		w.must(what, f)
	}
	w.equal("with credentials", w.resolve(w.acme).Settings.Version, any.Version)
}

func names(w *world) {
	var want []scim.TenantID
	for i := range 7 {
		id := w.id(fmt.Sprint("n", i, "ames"))
		w.must("create", w.d.Create(w.ctx(), tenant.Settings{ID: id}))
		want = append(want, id)
	}
	want = append([]scim.TenantID{w.acme, w.globex}, want...)
	got, err := w.d.Names(w.ctx(), "", 100)
	w.must("names", err)
	w.equal("all", got, want)
	for _, limit := range []int{1, 2, 4} {
		var all []scim.TenantID
		for after := ""; ; after = all[len(all)-1].String() {
			ids, err := w.d.Names(w.ctx(), after, limit)
			w.must("names", err)
			if len(ids) > limit {
				w.Errorf("%d names, asked for %d", len(ids), limit)
			}
			if len(ids) == 0 {
				break
			}
			all = append(all, ids...)
		}
		w.equal("in pages", all, want)
	}
	for after, first := range map[string]scim.TenantID{"a": w.acme, "acmf": w.globex, "globex": want[2]} {
		ids, err := w.d.Names(w.ctx(), after, 1)
		w.must("names", err)
		w.equal("after "+after, ids, []scim.TenantID{first})
	}
	ids, err := w.d.Names(w.ctx(), "", 0)
	w.must("none", err)
	w.equal("none", len(ids), 0)
	all, err := tenant.AllNames(w.ctx(), w.d)
	w.must("all", err)
	w.equal("all", all, want)
}

func zero(w *world) {
	w.fails("create", w.d.Create(w.ctx(), tenant.Settings{}), scim.ErrTenantID)
	w.fails("put", w.d.Put(w.ctx(), tenant.Settings{}), scim.ErrTenantID)
	_, err := w.d.Resolve(w.ctx(), scim.TenantID{})
	w.fails("resolve", err, tenant.ErrUnknown)
}
