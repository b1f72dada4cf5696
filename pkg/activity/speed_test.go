package activity

import (
	"fmt"
	"testing"

	"github.com/scimstack/scimstack/internal/racing"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// TestNameKeys: a tenant's key is derived once, another one when its secret changes, and hashes are those of a
// key that is made for one name.
func TestNameKeys(t *testing.T) {
	t.Parallel()
	log := NewMemory(0)
	tenant := func(name string, secret byte) *scim.Tenant {
		id, err := scim.ParseTenantID(name)
		if err != nil {
			t.Fatal(err)
		}
		tn, err := scim.NewTenant(scim.TenantConfig{ID: id})
		if err != nil {
			t.Fatal(err)
		}
		tn.CursorKey[0] = secret
		return tn
	}
	keys := nameKeys{log: log}
	acme := tenant("acme", 1)
	first := keys.of(acme)
	if keys.of(acme) != first {
		t.Error("the key was derived twice")
	}
	for _, tn := range []*scim.Tenant{acme, tenant("acme", 2), tenant("globex", 1), tenant("initech", 0), acme} {
		for _, name := range []string{"a", "bjensen@example.com", ""} {
			if got, want := keys.of(tn).hash("userName", name), nameKeyOf(tn, log).hash("userName", name); got != want {
				t.Errorf("%s %q: %s, want %s", tn.ID, name, got, want)
			}
		}
	}
	if keys.of(tenant("acme", 2)).hash("userName", "a") == first.hash("userName", "a") {
		t.Error("a new secret has the old hashes")
	}
	for i := range manyKeys + 10 {
		keys.of(tenant(fmt.Sprintf("t-%d", i), 1))
	}
	if len(keys.by) > manyKeys {
		t.Errorf("%d keys are kept", len(keys.by))
	}
}

// TestRecordAllocations: what the record of a write costs beside the request.
func TestRecordAllocations(t *testing.T) { //nolint:paralleltest // AllocsPerRun forbids it
	id, _ := scim.ParseTenantID("acme")
	tn, err := scim.NewTenant(scim.TenantConfig{ID: id})
	if err != nil {
		t.Fatal(err)
	}
	const head = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"externalId":"e1","userName":"u1@corp.example","name":{"familyName":"B","givenName":"A"},"active":`
	on := &scim.Resource{Type: schema.TypeUser, ID: "1", Version: 1, ExternalID: "e1", Document: []byte(head + `true}`)}
	off := &scim.Resource{Type: schema.TypeUser, ID: "1", Version: 2, ExternalID: "e1", Document: []byte(head + `false}`)}
	d := &describer{isID: func(string) bool { return true }, names: nameKeys{log: NewMemory(0)}}
	for name, c := range map[string]struct {
		commit commit
		most   float64
	}{
		"create": {commit{tenant: tn, typ: schema.TypeUser, id: "1", put: on}, 7},
		"PATCH":  {commit{tenant: tn, typ: schema.TypeUser, id: "1", prior: on, put: off}, 2},
	} {
		e := &entry{rec: &scim.Record{Tenant: id, Type: schema.TypeUser, ResourceID: "1", Status: 200}, commits: []commit{c.commit}}
		var r Record
		if n := testing.AllocsPerRun(100, func() { d.record(&r, e) }); n > racing.Size(c.most+2, c.most) { // the race detector adds some
			t.Errorf("%s: %v allocations, want at most %v", name, n, c.most)
		}
	}
}

func BenchmarkRecord(b *testing.B) {
	id, _ := scim.ParseTenantID("acme")
	tn, _ := scim.NewTenant(scim.TenantConfig{ID: id})
	const head = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"externalId":"e1","userName":"u1@corp.example","name":{"familyName":"B","givenName":"A"},"displayName":"A B","title":"Engineer","emails":[{"value":"u1@corp.example","type":"work","primary":true}],"active":`
	on := &scim.Resource{Type: schema.TypeUser, ID: "1", Version: 1, ExternalID: "e1", Document: []byte(head + `true}`)}
	off := &scim.Resource{Type: schema.TypeUser, ID: "1", Version: 2, ExternalID: "e1", Document: []byte(head + `false}`)}
	d := &describer{isID: func(string) bool { return true }, names: nameKeys{log: NewMemory(0)}}
	for name, c := range map[string]commit{"create": {tenant: tn, typ: schema.TypeUser, id: "1", put: on}, "PATCH": {tenant: tn, typ: schema.TypeUser, id: "1", prior: on, put: off}} {
		e := &entry{rec: &scim.Record{Tenant: id, Type: schema.TypeUser, ResourceID: "1", Status: 200}, commits: []commit{c}}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			var r Record
			for b.Loop() {
				d.record(&r, e)
			}
		})
	}
}
