package engine_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
)

// meeting is a store in which another request comes between the reads and the commit of a change.
type meeting struct {
	*memory.Store
	between func()
}

func (m *meeting) Commit(ctx context.Context, t scim.TenantID, c scim.Change) (*scim.Resource, error) {
	if f := m.between; f != nil && c.Type == "Group" && c.If != scim.IfAbsent {
		m.between = nil
		f()
	}
	return m.Store.Commit(ctx, t, c)
}

// TestOneJoins: of two requests that add or remove one member at the same time, one reports it, with After
// hooks alone, too. A request that comes between and has the opposite effect is reported as well.
func TestOneJoins(t *testing.T) {
	t.Parallel()
	const add, remove = `{"op":"add","path":"members","value":[{"value":"%s"}]}`, `{"op":"remove","path":"members[value eq \"%s\"]"}`
	for name, c := range map[string]struct {
		member         bool // before
		first, between string
		want           []string
	}{
		"two add":                      {false, add, add, []string{"joined"}},
		"two remove":                   {true, remove, remove, []string{"left"}},
		"removed between":              {true, add, remove, []string{"left", "joined"}},
		"added between":                {false, remove, add, []string{"joined", "left"}},
		"added, and removed meanwhile": {false, add, remove, []string{"joined"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, store := begin(t, scim.TenantConfig{}), &meeting{Store: memory.New()}
			var mu sync.Mutex
			var seen []string
			w.Provider = engine.New(store, engine.Options{PublicBase: "https://x", After: []scim.AfterHook{func(_ context.Context, e *scim.Event) {
				mu.Lock()
				defer mu.Unlock()
				for range e.Joined {
					seen = append(seen, "joined")
				}
				for range e.Left {
					seen = append(seen, "left")
				}
			}}})
			user := w.create("User", `{"userName":"u"}`).ID
			members := ""
			if c.member {
				members = fmt.Sprintf(`,"members":[{"value":%q}]`, user)
			}
			group := w.create("Group", `{"displayName":"g"%s}`, members).ID
			seen = nil
			patch := func(op string) {
				t.Helper()
				text := fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[`+op+`]}`, user)
				if _, err := w.Patch(t.Context(), w.at("Group", group), body(w, text), scim.Match{}, scim.Projection{}); err != nil {
					t.Error(err)
				}
			}
			store.between = func() { patch(c.between) }
			patch(c.first)
			if !slices.Equal(seen, c.want) {
				t.Errorf("%v, want %v", seen, c.want)
			}
		})
	}
}
