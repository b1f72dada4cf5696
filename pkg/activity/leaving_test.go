package activity_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/scim"
)

// TestLeavingOfAnotherChange: members that were about to leave a group by a change that failed are in no record of a later
// change of the same request.
func TestLeavingOfAnotherChange(t *testing.T) {
	t.Parallel()
	id := mustID(t, "acme")
	tn, err := scim.NewTenant(scim.TenantConfig{ID: id})
	if err != nil {
		t.Fatal(err)
	}
	prior, put := &scim.Resource{Type: "Group", ID: "g", Version: 1, Document: []byte(`{}`)}, &scim.Resource{Type: "Group", ID: "g", Document: []byte(`{"displayName":"G"}`)}
	stored := *put
	stored.Version = 2
	about := scim.MemberList{Members: []scim.Member{{ID: "u", Type: "User"}}, Total: 1}
	for name, c := range map[string]struct {
		next   scim.Change
		stored *scim.Resource
		again  bool // there is a report of its own: no members
		want   int
	}{
		"the same":     {next: scim.Change{Type: "Group", ID: "g", Prior: prior, Remove: true}, want: 1},
		"a rename":     {next: scim.Change{Type: "Group", ID: "g", Prior: prior, Put: put}, stored: &stored},
		"a removal":    {next: scim.Change{Type: "Group", ID: "g", Prior: prior, Remove: true}, again: true},
		"another list": {next: scim.Change{Type: "Group", ID: "g", Prior: prior, ClearMembers: true, AddMembers: []scim.Member{{ID: "v", Type: "User"}}}, stored: &stored},
	} {
		log := activity.NewMemory(0)
		rec := activity.NewRecorder(log, activity.Options{})
		rec.Wrap(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			activity.Leaving(r.Context(), "g", about) // and the store refuses the change
			if c.again {
				activity.Leaving(r.Context(), "g", scim.MemberList{})
			}
			activity.After(r.Context(), tn, &c.next, c.stored)
			rec.Observe(r, &scim.Record{Tenant: id, ResourceID: "g", Status: http.StatusOK})
		})).ServeHTTP(nil, httptest.NewRequest(http.MethodPost, "/", nil))
		if err := rec.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		page, err := log.Query(t.Context(), id, activity.Query{})
		if err != nil || len(page.Records) != 1 || page.Records[0].MembersRemoved != c.want {
			t.Errorf("%s: %v %+v, want %d", name, err, page.Records, c.want)
		}
	}
}
