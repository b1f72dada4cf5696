package engine_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/scimstack/scimstack/pkg/scim"
)

// leaving is a context that ends after it has been asked a number of times.
type leaving struct {
	context.Context
	left, asked atomic.Int64
}

func (l *leaving) Err() error {
	l.asked.Add(1)
	if l.left.Add(-1) < 0 {
		return context.Canceled
	}
	return nil
}

// TestClientLeaves: a PATCH of 10,000 operations ends in the middle when its client has left, and
// nothing is written; so do a search and its sorting.
func TestClientLeaves(t *testing.T) {
	t.Parallel()
	w := begin(t, scim.TenantConfig{})
	id := w.create("User", `{"userName":"u"}`).ID
	ops := strings.Repeat(strings.Trim(adds(500), "[]")+",", 19) + strings.Trim(adds(500), "[]")
	b := body(t, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[`+ops+`]}`)
	whole := &leaving{Context: t.Context()}
	whole.left.Store(1 << 40)
	if _, err := w.Patch(whole, w.at("User", id), b, scim.Match{}, scim.Projection{}); err != nil {
		t.Fatal(err)
	}
	if whole.asked.Load() < 200 {
		t.Fatalf("the whole request asked %d times", whole.asked.Load())
	}
	if whole.asked.Load() > 1000 {
		t.Errorf("the whole request asked %d times", whole.asked.Load())
	}
	id = w.create("User", `{"userName":"v"}`).ID
	half := &leaving{Context: t.Context()}
	half.left.Store(whole.asked.Load() / 2)
	if _, err := w.Patch(half, w.at("User", id), b, scim.Match{}, scim.Projection{}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if n := half.asked.Load() - whole.asked.Load()/2; n > 3 {
		t.Errorf("it asked %d times more", n)
	}
	if w.get("User", id)["emails"] != nil || !strings.Contains(string(w.text(id)), `W/\"1\"`) {
		t.Error("something was written")
	}
	w.users(300)
	for _, q := range []scim.Query{{Filter: `title pr or userName pr`, HasFilter: true}, {SortBy: "userName"}, {Count: 300, HasCount: true}} {
		q.Types = w.tenant.Types.List[:1]
		whole := &leaving{Context: t.Context()}
		whole.left.Store(1 << 40)
		if _, err := w.Search(whole, w.tenant, q); err != nil {
			t.Fatal(err)
		}
		for k := int64(0); k < whole.asked.Load(); k += 29 {
			part := &leaving{Context: t.Context()}
			part.left.Store(k)
			if _, err := w.Search(part, w.tenant, q); !errors.Is(err, context.Canceled) {
				t.Errorf("%+v, %d of %d: %v", q, k, whole.asked.Load(), err)
				break
			}
		}
	}
}

// text is a user as a client reads it.
func (w *world) text(id string) []byte {
	res, err := w.Get(w.Context(), w.at("User", id), scim.Projection{})
	if err != nil {
		w.Fatal(err)
	}
	return res.Body
}
