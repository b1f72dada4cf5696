package engine_test

import (
	"context"
	"testing"

	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
)

// denying is a store that finds members missing that it has just shown.
type denying struct {
	scim.Store
	commits int
}

func (d *denying) Commit(ctx context.Context, t scim.TenantID, c scim.Change) (*scim.Resource, error) {
	if len(c.AddMembers) == 0 {
		return d.Store.Commit(ctx, t, c)
	}
	d.commits++
	return nil, &scim.MissingError{IDs: []string{c.AddMembers[0].ID}}
}

// TestMissingForEver: a store that shows a member and never takes it is busy (503). The write ends.
func TestMissingForEver(t *testing.T) {
	t.Parallel()
	w, store := begin(t, scim.TenantConfig{}), &denying{Store: memory.New()}
	w.Provider = engine.New(store, engine.Options{PublicBase: "https://x"})
	u := w.create("User", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"u"}`).ID
	group := `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"g"`
	g := w.create("Group", "%s}", group).ID
	_, putErr := w.put("Group", g, group+`,"members":[{"value":"`+u+`"}]}`)
	_, postErr := w.Create(t.Context(), w.at("Group", ""), body(t, `{"displayName":"h","members":[{"value":"`+u+`"}]}`), scim.Projection{})
	for what, err := range map[string]error{"PUT": putErr, "POST": postErr} {
		if e := scim.AsError(err); e == nil || e.Code != scim.CodeBusy {
			t.Errorf("%s: %v", what, err)
		}
	}
	if store.commits < 4 || store.commits > 100 {
		t.Errorf("%d commits", store.commits)
	}
	w.memberIDs(g)
}
