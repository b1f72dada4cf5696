package overlay

import (
	"context"
	"sync"
	"testing"

	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/storetest"
)

// split is an overlay whose base gets every other commit, so that reads need both.
type split struct {
	*Store
	commits sync.Mutex
	n       map[scim.TenantID]int
}

// Commit goes to the base only while the overlay has no changes of the tenant: the base must not
// change under an overlay.
func (s *split) Commit(ctx context.Context, t scim.TenantID, c scim.Change) (*scim.Resource, error) {
	s.commits.Lock()
	defer s.commits.Unlock()
	s.n[t]++
	if s.n[t]%2 == 1 && len(s.of(t).changed) == 0 {
		return s.base.Commit(ctx, t, c)
	}
	return s.Store.Commit(ctx, t, c)
}

// plainBase is a base without optional abilities.
type plainBase struct{ scim.Store }

// TestStore: an overlay is a Store like any other, over an empty base, over one that has a part of
// the data, and over another overlay.
func TestStore(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func() scim.Store{
		"alone": func() scim.Store { return New(memory.New()) },
		"split": func() scim.Store { return &split{Store: New(memory.New()), n: map[scim.TenantID]int{}} },
		"split, plain base": func() scim.Store {
			return &split{Store: New(plainBase{memory.New()}), n: map[scim.TenantID]int{}}
		},
		"twice": func() scim.Store { return New(New(memory.New())) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each := func(*testing.T) scim.Store { return open() }
			storetest.Behaviour(t, each)
			storetest.Jumps(t, each)
			storetest.Renames(t, each, 0)
			storetest.Conflict(t, each)
			storetest.Concurrency(t, each)
			storetest.Leavers(t, each, 0)
		})
	}
}
