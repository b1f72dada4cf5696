package dynamo_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// TestGroupsOnPages: the groups on a page, which are read before its users are known, are the
// groups that each user has in a GET, for all sizes of pages (L-06).
func TestGroupsOnPages(t *testing.T) {
	t.Parallel()
	id, err := scim.ParseTenantID("acme")
	if err != nil {
		t.Fatal(err)
	}
	ut, gt := schema.UserType(), schema.GroupType()
	tn, err := scim.NewTenant(scim.TenantConfig{ID: id})
	if err != nil {
		t.Fatal(err)
	}
	p := engine.New(store(t), engine.Options{})
	const users, groups = 30, 7
	members := make([][]any, groups)
	alone := map[string]any{}
	var ids []string
	for i := range users {
		r, err := p.Create(t.Context(), scim.Target{Tenant: tn, Type: ut}, map[string]any{"userName": fmt.Sprintf("u%d", i)}, scim.Projection{})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, r.ID)
		for g := range i % groups { // of seven users, the first is in no group and the last in six
			members[g] = append(members[g], map[string]any{"value": r.ID})
		}
	}
	for g, list := range members {
		body := map[string]any{"displayName": fmt.Sprintf("g%d", g), "members": list}
		if _, err := p.Create(t.Context(), scim.Target{Tenant: tn, Type: gt}, body, scim.Projection{}); err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range ids {
		r, err := p.Get(t.Context(), scim.Target{Tenant: tn, Type: ut, ID: id}, scim.Projection{})
		if err != nil {
			t.Fatal(err)
		}
		alone[id] = groupsIn(t, r.Body)
	}
	for _, size := range []int{1, 4, 11, users} {
		paged := map[string]any{}
		for start := 1; start <= users; start += size {
			q := scim.Query{Types: []*schema.ResourceType{ut}, StartIndex: start, HasStart: true, Count: size, HasCount: true}
			page, err := p.Search(t.Context(), tn, q)
			if err != nil {
				t.Fatal(err)
			}
			for i, body := range page.Resources {
				paged[ids[start-1+i]] = groupsIn(t, body)
			}
		}
		if d := cmp.Diff(alone, paged); d != "" {
			t.Errorf("pages of %d (-alone +on the page):\n%s", size, d)
		}
	}
}

func groupsIn(t *testing.T, body []byte) any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(body, &v); err != nil {
		t.Fatal(err)
	}
	return v["groups"]
}
