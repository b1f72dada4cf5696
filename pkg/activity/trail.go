package activity

import (
	"context"
	"sync"

	"github.com/scimstack/scimstack/pkg/scim"
)

// trail collects the commits of one request, until an observation takes them.
type trail struct {
	mu      sync.Mutex
	commits []commit
}

// commit is what the log needs of one change that was stored. Its resources are immutable.
type commit struct {
	tenant *scim.Tenant
	typ    string
	id     string
	prior  *scim.Resource
	put    *scim.Resource

	cleared bool
	added   []scim.Member
	gone    []string
}

type trailKey struct{}

// withTrail prepares a request's context: After then knows whose change it hears of.
func withTrail(ctx context.Context) context.Context {
	return context.WithValue(ctx, trailKey{}, &trail{})
}

func trailOf(ctx context.Context) *trail {
	t, _ := ctx.Value(trailKey{}).(*trail)
	return t
}

// After is for scim.ProviderOptions.After: it notes what a request changed. Without
// withTrail it does nothing.
func After(ctx context.Context, t *scim.Tenant, c *scim.Change, stored *scim.Resource) {
	tr := trailOf(ctx)
	if tr == nil || stored != nil && c.Prior != nil && stored.Version == c.Prior.Version {
		return // nobody asks, or nothing was written
	}
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.commits = append(tr.commits, commit{
		tenant: t, typ: c.Type, id: c.ID, prior: c.Prior, put: c.Put, cleared: c.ClearMembers,
		added: c.AddMembers, gone: c.RemoveMembers,
	})
}

// take gives what was noted since the last take.
func (t *trail) take() []commit {
	if t == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	list := t.commits
	t.commits = nil
	return list
}
