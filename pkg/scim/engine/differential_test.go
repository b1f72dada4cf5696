package engine_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/internal/racing"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/scim/filter"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

func newTenant(t testing.TB) *scim.Tenant {
	t.Helper()
	id, err := scim.ParseTenantID("acme")
	if err != nil {
		t.Fatal(err)
	}
	tn, err := scim.NewTenant(scim.TenantConfig{ID: id})
	if err != nil {
		t.Fatal(err)
	}
	return tn
}

func body(t testing.TB, s string) map[string]any {
	t.Helper()
	m, err := schema.DecodeJSON([]byte(s), 20)
	if err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	return m
}

// TestPlannedEqualsNaive: over random users and random filters, what the planner answers
// from indexes is what testing every user gives.
func TestPlannedEqualsNaive(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 11))
	p, tn, ut := engine.New(memory.New(), engine.Options{PublicBase: "https://x"}), newTenant(t), schema.UserType()
	var ids []string
	for i := range racing.Size(60, 150) {
		res, err := p.Create(t.Context(), scim.Target{Tenant: tn, Type: ut}, body(t, randomUser(r, i)), scim.Projection{})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, res.ID)
	}
	for g := range 10 {
		members := fmt.Sprintf(`{"displayName":"g%d","members":[{"value":%q},{"value":%q}]}`, g, ids[r.IntN(len(ids))], ids[r.IntN(len(ids))])
		if _, err := p.Create(t.Context(), scim.Target{Tenant: tn, Type: schema.GroupType()}, body(t, members), scim.Projection{}); err != nil {
			t.Fatal(err)
		}
	}
	all := search(t, p, tn, "")
	for range 3000 {
		text := randomFilter(r, ids, 3)
		e, err := filter.Parse(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		f, err := filter.Compile(e, ut)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		var want []string
		for _, doc := range all {
			if f.Match(doc) {
				want = append(want, doc["id"].(string))
			}
		}
		var got []string
		for _, doc := range search(t, p, tn, text) {
			got = append(got, doc["id"].(string))
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%s: planned %d users, naive %d", text, len(got), len(want))
		}
	}
}

func search(t *testing.T, p scim.Provider, tn *scim.Tenant, text string) []map[string]any {
	t.Helper()
	found, err := p.Search(t.Context(), tn, scim.Query{Types: tn.Types.List[:1], Filter: text, HasFilter: text != "", Count: 1000, HasCount: true})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	if found.Total != len(found.Resources) {
		t.Fatalf("%s: total %d of %d", text, found.Total, len(found.Resources))
	}
	var out []map[string]any
	for _, raw := range found.Resources {
		out = append(out, body(t, string(raw)))
	}
	return out
}

var words = []string{"ann", "Bob", "c\u00e9", "STRASSE", "stra\u00dfe", "x", ""}

func pick(r *rand.Rand, list ...string) string { return list[r.IntN(len(list))] }

func quoted(s string) string { b, _ := json.Marshal(s); return string(b) }

func randomUser(r *rand.Rand, i int) string {
	parts := []string{fmt.Sprintf(`"userName":"u%d"`, i)}
	add := func(chance int, format string, args ...any) {
		if r.IntN(100) < chance {
			parts = append(parts, fmt.Sprintf(format, args...))
		}
	}
	add(60, `"externalId":%s`, quoted(pick(r, "E1", "e1", "E2", "E3")))
	add(60, `"displayName":%s`, quoted(pick(r, words...)))
	add(40, `"title":%s`, quoted(pick(r, words...)))
	add(50, `"active":%v`, r.IntN(2) == 0)
	add(50, `"emails":[{"value":%s,"type":%s},{"value":%s,"primary":true}]`, quoted(pick(r, "a@x", "B@x", "c@x")), quoted(pick(r, "work", "home")), quoted(pick(r, "a@x", "d@x")))
	add(40, `"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":%s,"manager":{"value":%s}}`, quoted(pick(r, words...)), quoted(pick(r, "M1", "M2")))
	return "{" + strings.Join(parts, ",") + "}"
}

func randomFilter(r *rand.Rand, ids []string, depth int) string {
	if depth > 0 {
		switch r.IntN(8) {
		case 0, 1, 2:
			return "(" + randomFilter(r, ids, depth-1) + ") and (" + randomFilter(r, ids, depth-1) + ")"
		case 3:
			return randomFilter(r, ids, depth-1) + " or " + randomFilter(r, ids, depth-1)
		case 4:
			return "not (" + randomFilter(r, ids, depth-1) + ")"
		}
	}
	op := pick(r, "eq", "eq", "eq", "ne", "co", "sw", "gt")
	switch r.IntN(10) {
	case 0:
		return fmt.Sprintf(`userName %s "U%d"`, op, r.IntN(160))
	case 1:
		return fmt.Sprintf(`externalId %s %s`, op, quoted(pick(r, "E1", "e1", "E9")))
	case 2:
		return fmt.Sprintf(`displayName %s %s`, op, quoted(pick(r, words...)))
	case 3:
		return fmt.Sprintf(`emails[value eq %s and type eq "work"]`, quoted(pick(r, "A@x", "b@x")))
	case 4:
		return fmt.Sprintf(`emails.value %s %s`, op, quoted(pick(r, "A@x", "b@x", "d@x")))
	case 5:
		return fmt.Sprintf(`id eq %s`, quoted(ids[r.IntN(len(ids))]))
	case 6:
		return pick(r, "active eq true", "active eq false", "title pr", "emails pr", "title eq null")
	case 7:
		return fmt.Sprintf(`manager.value %s %s`, op, quoted(pick(r, "M1", "M9")))
	case 8:
		return fmt.Sprintf(`groups.display eq "g%d"`, r.IntN(12))
	}
	return fmt.Sprintf(`department %s %s`, op, quoted(pick(r, words...)))
}

// TestGetAllocations gates what the design promises (section 9).
func TestGetAllocations(t *testing.T) {
	p, tn, ut := engine.New(memory.New(), engine.Options{PublicBase: "https://x"}), newTenant(t), schema.UserType()
	res, err := p.Create(t.Context(), scim.Target{Tenant: tn, Type: ut}, body(t, `{"userName":"a","emails":[{"value":"a@x","type":"work"}],"name":{"givenName":"A"}}`), scim.Projection{})
	if err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(200, func() {
		if _, err := p.Get(t.Context(), scim.Target{Tenant: tn, Type: ut, ID: res.ID}, scim.Projection{}); err != nil {
			t.Fatal(err)
		}
	}); n > 20 {
		t.Errorf("get by id takes %v allocations", n)
	}
}
