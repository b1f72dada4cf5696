package activity

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/internal/racing"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// anyOf returns one of some values.
func anyOf[T any](values ...T) T { return values[rand.IntN(len(values))] }

// anyText is a short text, one that JSON escapes, or a long one.
func anyText() string {
	return anyOf("a", "b", `{"q":"}\"`, "Zoë", "\\", `\\"`, "", strings.Repeat("x", 90), strings.Repeat("\u2028<", rand.IntN(4)*rand.IntN(500)))
}

// anyDocument is a document with some attributes, in the order of the schema.
func anyDocument(typ string) []byte {
	var b strings.Builder
	b.WriteString(`{"schemas":["` + anyOf("urn:a", "urn:b") + `"]`)
	add := func(name string, v any) {
		if raw, err := json.Marshal(v); err == nil && rand.IntN(3) > 0 {
			b.WriteString(`,"` + name + `":` + string(raw))
		}
	}
	add("externalId", anyText())
	if typ == schema.TypeGroup {
		add("displayName", anyText())
		return []byte(b.String() + "}")
	}
	add("userName", anyText())
	name := map[string]any{"familyName": anyText()}
	if rand.IntN(2) == 0 {
		name["givenName"] = anyText()
	}
	add("name", name)
	add("displayName", anyText())
	add("active", anyOf(true, false))
	add("emails", []any{map[string]any{"value": anyText(), "primary": anyOf(true, false)}})
	if rand.IntN(4) == 0 {
		b.WriteString(`,"` + schema.URNEnterpriseUser + `":{"department":"` + anyOf("x", "y") + `","manager":{"value":"` + anyOf("1", "2") + `"}}`)
	}
	return []byte(b.String() + "}")
}

func anyResource(typ, id string, version int64) *scim.Resource {
	r := &scim.Resource{Type: typ, ID: id, Version: version, Document: anyDocument(typ), ExternalID: anyOf("", "e1", "e2")}
	if rand.IntN(3) == 0 {
		r.Hidden = []byte(`{"password":"` + anyOf("secret-1", "secret-2") + `"}`)
	}
	return r
}

func anyMembers() (list []scim.Member) {
	for i := range anyOf(0, 0, 1, 3, 150) {
		list = append(list, scim.Member{ID: fmt.Sprint("member-", i), Display: anyOf("", "Jane")})
	}
	return list
}

// anyCommit is a creation, a change or a deletion.
func anyCommit(tn *scim.Tenant, typ, id string) commit {
	c := commit{tenant: tn, typ: typ, id: id}
	if rand.IntN(3) > 0 {
		c.prior = anyResource(typ, id, 1)
	}
	if c.removed = c.prior != nil && rand.IntN(4) == 0; !c.removed && rand.IntN(5) > 0 {
		c.put = anyResource(typ, id, 2)
		if c.prior != nil && rand.IntN(2) == 0 { // a small difference
			c.put.Document = []byte(strings.Replace(string(c.prior.Document), anyOf(`"active":true`, `"userName":"a"`), anyOf(`"active":false`, `"title":"b"`), 1))
		}
	}
	if typ == schema.TypeGroup {
		c.added, c.leaving, c.cleared = anyMembers(), scim.MemberList{Members: anyMembers(), Total: rand.IntN(300)}, rand.IntN(5) == 0
		for i := range anyOf(0, 0, 1, 150) {
			c.gone = append(c.gone, anyOf("", "bad id ")+fmt.Sprint(i))
		}
	}
	return c
}

// TestDescriber: the record of any entry is that of the oracle, and a Memory returns it so, each time. What is hidden
// is never in it.
func TestDescriber(t *testing.T) {
	t.Parallel()
	isID := func(s string) bool { return !strings.HasPrefix(s, "bad") }
	var tenants []*scim.Tenant
	for i := range 4 {
		tn, err := scim.NewTenant(scim.TenantConfig{ID: tenantNamed(t, fmt.Sprint("tenant-", i/2)), KeepValues: i%2 == 0})
		if err != nil {
			t.Fatal(err)
		}
		tn.CursorKey[0] = byte(i)
		tenants = append(tenants, tn)
	}
	log := NewMemoryWith(MemoryOptions{Records: 1 << 20, Bytes: 1 << 30}) // it forgets nothing
	d := &describer{isID: isID, names: nameKeys{log: log}}
	for range racing.Size(100, 600) {
		tn, typ := anyOf(tenants...), anyOf(schema.TypeUser, schema.TypeGroup, "Unknown")
		e := entry{count: anyOf(0, 7), rec: &scim.Record{
			Time: time.Unix(rand.Int64N(1<<40)-1<<38, 7), Tenant: tn.ID, Type: typ, ResourceID: "r1", Status: anyOf(200, 409, 401), Item: anyOf(0, 3),
			Method: anyText(), Notes: []string{anyText(), anyText()}, RequestID: anyText(), Holder: anyOf("", "r2"), Subject: anyOf("", "k1"),
			Settings: anyOf(nil, tn), Plan: anyOf(scim.Plan{}, scim.Plan{By: scim.ByRange, Attr: "userName", Residual: true, Read: 7}),
		}}
		for range anyOf(0, 1, 1, 1, 1, 1, 2, 2, 4) {
			e.commits = append(e.commits, anyCommit(tn, typ, anyOf("r1", "r1", "r3")))
		}
		var fast Record
		d.record(&fast, &e)
		want := plainFrom(&e, isID, &nameKeys{log: log})
		want.ID = fast.ID
		if diff := cmp.Diff(want, fast, sameRecord); diff != "" {
			t.Fatalf("not the record of the oracle: %s", diff)
		}
		if err := log.Append(t.Context(), fast); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			got, err := log.Get(t.Context(), tn.ID, fast.ID)
			if diff := cmp.Diff(want, got, sameRecord); err != nil || diff != "" {
				t.Fatalf("%v: not the record that was appended: %s", err, diff)
			}
		}
		if raw, err := json.Marshal(fast); err != nil || strings.Contains(string(raw), "secret-") {
			t.Fatalf("%v: a hidden value in %s", err, raw)
		}
	}
	if len(d.differ.lists) > manyLists {
		t.Errorf("%d lists are kept", len(d.differ.lists))
	}
}
