package mcp

import (
	"context"
	"sync"
	"testing"

	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/storetest"
)

// split is an overlay of which every other commit goes to the base, so that both are in use.
type split struct {
	*overlay
	mu sync.Mutex
	n  int
}

// Commit goes to the base only for what the overlay has not touched.
func (s *split) Commit(ctx context.Context, t scim.TenantID, c scim.Change) (*scim.Resource, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n++
	if s.n%2 == 1 && len(s.docs) == 0 && len(s.edges) == 0 {
		return s.base.Commit(ctx, t, c)
	}
	return s.overlay.Commit(ctx, t, c)
}

// tenants gives every tenant an overlay of its own: one rehearsal is of one tenant.
type tenants struct {
	open func() scim.Store
	mu   sync.Mutex
	by   map[scim.TenantID]scim.Store
}

func (s *tenants) of(t scim.TenantID) scim.Store {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.by[t] == nil {
		s.by[t] = s.open()
	}
	return s.by[t]
}

func (s *tenants) Get(ctx context.Context, t scim.TenantID, typ, id string) (*scim.Resource, error) {
	return s.of(t).Get(ctx, t, typ, id)
}

func (s *tenants) Lookup(ctx context.Context, t scim.TenantID, typ string, k scim.IndexKey, p scim.Page) (scim.List, error) {
	return s.of(t).Lookup(ctx, t, typ, k, p)
}

func (s *tenants) List(ctx context.Context, t scim.TenantID, typ string, p scim.Page) (scim.List, error) {
	return s.of(t).List(ctx, t, typ, p)
}

func (s *tenants) Members(ctx context.Context, t scim.TenantID, group string, p scim.Page) (scim.MemberList, error) {
	return s.of(t).Members(ctx, t, group, p)
}

func (s *tenants) IsMember(ctx context.Context, t scim.TenantID, group string, ids []string) (map[string]bool, error) {
	return s.of(t).IsMember(ctx, t, group, ids)
}

func (s *tenants) MemberOf(ctx context.Context, t scim.TenantID, ids []string) (map[string][]string, error) {
	return s.of(t).MemberOf(ctx, t, ids)
}

func (s *tenants) Commit(ctx context.Context, t scim.TenantID, c scim.Change) (*scim.Resource, error) {
	return s.of(t).Commit(ctx, t, c)
}

// TestOverlay: an overlay is a Store like any other, over an empty base and over one that has a
// part of the data; only that it is not written to by many at once.
func TestOverlay(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func() scim.Store{
		"alone": func() scim.Store { return newOverlay(memory.New(), 1<<20) },
		"split": func() scim.Store { return &split{overlay: newOverlay(memory.New(), 1<<20)} },
		"twice": func() scim.Store { return newOverlay(newOverlay(memory.New(), 1<<20), 1<<20) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each := func(*testing.T) scim.Store { return &tenants{open: open, by: map[scim.TenantID]scim.Store{}} }
			storetest.Behaviour(t, each)
			storetest.Conflict(t, each)
		})
	}
}
