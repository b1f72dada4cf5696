package tenanttest

import (
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// builds checks tenant.Builds, if the directory has it: an index that a change asks for is pending until it is built, and
// one that a tenant was created with is complete.
func builds(w *world) {
	d, ok := w.d.(tenant.Builds)
	if !ok {
		return
	}
	own := tenant.Settings{ID: w.id("initech"), Indexed: []string{"title"}}
	w.must("create", w.d.Create(w.ctx(), own))
	w.equal("of a new tenant", w.pending(own.ID), 0)
	from := time.Now().Truncate(time.Millisecond)
	s := tenant.Settings{ID: w.acme, Indexed: []string{"title", "nickName"}, UniqueExternalID: true, Pending: []tenant.Pending{{Type: "User", Attr: "no"}}}
	w.must("put", w.d.Put(w.ctx(), s))
	w.unbuilt(d, w.acme)
	first := w.state(w.acme)
	w.equal("pending", len(first.Pending), 4)
	for name, want := range map[scim.IndexName]scim.IndexState{
		{Type: "User", Attr: "title"}: scim.IndexBuilding, {Type: "User", Attr: "nickName"}: scim.IndexBuilding,
		{Type: "User", Attr: "externalId"}: scim.IndexShared, {Type: "Group", Attr: "externalId"}: scim.IndexShared, {Type: "User", Attr: "userName"}: scim.IndexUnique,
	} {
		w.equal(name.Type+" "+name.Attr, first.Indexes[name], want)
	}
	for _, p := range first.Pending {
		if p.Since.Before(from) || p.Since.After(time.Now()) {
			w.Errorf("since %s", p.Since)
		}
	}
	s.LogDays = 3
	w.must("put", w.d.Put(w.ctx(), s))
	w.equal("after another change", w.state(w.acme).Pending, first.Pending)

	done := func(state scim.IndexState, duplicates int, list ...tenant.Pending) {
		for i := range list {
			list[i].State, list[i].Duplicates = state, duplicates
		}
		w.must("built", d.Built(w.ctx(), w.acme, list))
	}
	anew := first.Pending[0]
	anew.Since = anew.Since.Add(-time.Hour)
	done(scim.IndexUnique, 0, anew)
	w.equal("asked for anew", w.pending(w.acme), 4)
	done(scim.IndexShared, 0, w.of(first, "title"), w.of(first, "nickName"))
	w.equal("complete", w.pending(w.acme), 2)
	if now := w.state(w.acme); !now.Indexes.Complete("User", "title") || now.Version != 3 {
		w.Errorf("%+v", now)
	}
	done(scim.IndexShared, 7, w.of(first, "externalId"))
	w.equal("duplicates", w.of(w.state(w.acme), "externalId").Duplicates, 7)
	s.UniqueExternalID = false
	w.must("put", w.d.Put(w.ctx(), s))
	w.equal("not asked for", w.pending(w.acme), 0)
	w.unbuilt(d)
	w.fails("unknown", d.Built(w.ctx(), w.id("hooli"), nil), tenant.ErrUnknown)
}

// state are settings with what the Directory keeps of indexes.
func (w *world) state(id scim.TenantID) tenant.Settings {
	w.Helper()
	r, err := w.d.Resolve(w.ctx(), id)
	w.must("resolve", err)
	return r.Settings
}

func (w *world) pending(id scim.TenantID) int {
	w.Helper()
	return len(w.state(id).Pending)
}

// of is the first pending index of an attribute.
func (w *world) of(s tenant.Settings, attr string) tenant.Pending {
	w.Helper()
	for _, p := range s.Pending {
		if p.Attr == attr {
			return p
		}
	}
	w.Errorf("%s is not pending", attr)
	return tenant.Pending{}
}

func (w *world) unbuilt(d tenant.Builds, want ...scim.TenantID) {
	w.Helper()
	got, err := d.Unbuilt(w.ctx())
	w.must("unbuilt", err)
	w.equal("unbuilt", got, want)
}
