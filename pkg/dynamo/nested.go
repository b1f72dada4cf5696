package dynamo

import (
	"context"
	"sync"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// notNestedFor is how long a process trusts that a tenant has no group inside another one. This
// is the longest time for which it may not show indirect groups after another process created
// the first.
const notNestedFor = time.Minute

// maxNesting bounds the number of tenants in nesting.
const maxNesting = 10000

// nesting caches which tenants have ever put a group into a group.
type nesting struct {
	mu    sync.Mutex
	known map[scim.TenantID]nested
}

type nested struct {
	yes   bool
	until time.Time // of an entry that says no
}

// Nested implements scim.Nester.
func (s *Store) Nested(ctx context.Context, t scim.TenantID) (bool, error) {
	if t.IsZero() {
		return false, scim.ErrNoTenant
	}
	if n, ok := s.nesting.get(t); ok && (n.yes || s.o.Now().Before(n.until)) {
		return n.yes, nil
	}
	it, err := s.getItem(ctx, nestedKey(t), false)
	if err != nil {
		return false, err
	}
	s.nesting.set(t, nested{yes: it != nil, until: s.o.Now().Add(notNestedFor)})
	return it != nil, nil
}

// markNested records permanently that the tenant nests groups, before the first such edge exists.
func (s *Store) markNested(ctx context.Context, t scim.TenantID, members []scim.Member) error {
	if n, _ := s.nesting.get(t); n.yes {
		return nil
	}
	for _, m := range members {
		if m.Type == schema.TypeUser {
			continue
		}
		err := s.putItem(ctx, nestedKey(t).item(), expression{})
		if err == nil {
			s.nesting.set(t, nested{yes: true})
		}
		return err
	}
	return nil
}

func (n *nesting) get(t scim.TenantID) (nested, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	v, ok := n.known[t]
	return v, ok
}

func (n *nesting) set(t scim.TenantID, v nested) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.known == nil || len(n.known) >= maxNesting {
		n.known = map[scim.TenantID]nested{}
	}
	if !n.known[t].yes { // it is for ever, and a reader may have asked before
		n.known[t] = v
	}
}
