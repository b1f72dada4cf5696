package engine_test

import (
	"context"
	"errors"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
)

// overtaken is a store in which another writer comes first, a number of times.
type overtaken struct {
	scim.Store
	races int
}

func (o *overtaken) Commit(ctx context.Context, t scim.TenantID, c scim.Change) (*scim.Resource, error) {
	if c.If > 0 && o.races > 0 {
		o.races--
		return nil, scim.ErrVersion
	}
	return o.Store.Commit(ctx, t, c)
}

// TestLostRaces (E-05): a write without If-Match is repeated as long as there is time for it, however many
// others come first; one that never gets through is 503 before its request ends, and never 412.
func TestLostRaces(t *testing.T) {
	t.Parallel()
	writes := map[string]func(context.Context, *world, string) error{
		"PATCH": func(ctx context.Context, w *world, id string) error {
			_, err := w.Patch(ctx, w.at("User", id), body(w, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"title","value":"t"}]}`), scim.Match{}, scim.Projection{})
			return err
		},
		"PUT": func(ctx context.Context, w *world, id string) error {
			_, err := w.Replace(ctx, w.at("User", id), body(w, `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"v"}`), scim.Match{}, scim.Projection{})
			return err
		},
		"DELETE": func(ctx context.Context, w *world, id string) error {
			return w.Delete(ctx, w.at("User", id), scim.Match{})
		},
	}
	for name, write := range writes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w, store := begin(t, scim.TenantConfig{}), &overtaken{Store: memory.New()}
				w.Provider = engine.New(store, engine.Options{PublicBase: "https://x"})
				id := w.create("User", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"u"}`).ID
				ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
				defer cancel()
				store.races = math.MaxInt
				err := write(ctx, w, id)
				if e := scim.AsError(err); e == nil || e.Code != scim.CodeBusy || errors.Is(ctx.Err(), context.DeadlineExceeded) {
					t.Errorf("never: %v", err)
				}
				store.races = 60
				if err := write(t.Context(), w, id); err != nil || store.races > 0 {
					t.Errorf("after 60 races: %v", err)
				}
			})
		})
	}
}
