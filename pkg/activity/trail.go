package activity

import (
	"context"
	"sync"

	"github.com/scimstack/scimstack/pkg/scim"
)

// trail collects the commits of one request until Observe takes them. It is a context, so that both are one allocation.
type trail struct {
	context.Context
	mu      sync.Mutex
	commits []commit
	room    [1]commit                  // for commits: most requests have one
	leaving map[string]scim.MemberList // by group
}

// Value implements context.Context.
func (t *trail) Value(key any) any {
	if key == (trailKey{}) {
		return t
	}
	return t.Context.Value(key)
}

// commit is what the log needs to know about a stored change. Its resources are immutable.
type commit struct {
	tenant *scim.Tenant
	typ    string
	id     string
	prior  *scim.Resource
	put    *scim.Resource

	removed bool
	cleared bool
	added   []scim.Member
	gone    []string
	leaving scim.MemberList // of a group that was deleted or lost all members
}

type trailKey struct{}

// withTrail returns a context with an empty trail, so that After can assign changes to the request.
func withTrail(ctx context.Context) context.Context {
	t := &trail{Context: ctx}
	t.commits = t.room[:0]
	return t
}

func trailOf(ctx context.Context) *trail {
	t, _ := ctx.Value(trailKey{}).(*trail)
	return t
}

// After records what a request changed; use it as engine.Options.Committed. It does nothing for a
// request that did not pass through Recorder.Wrap, and for a write without effect. It is safe for
// concurrent use.
func After(ctx context.Context, t *scim.Tenant, c *scim.Change, stored *scim.Resource) {
	tr := trailOf(ctx)
	if tr == nil || stored != nil && c.Prior != nil && stored.Version == c.Prior.Version {
		return // no trail, or nothing was written
	}
	tr.mu.Lock()
	defer tr.mu.Unlock()
	id := c.ID
	if stored != nil {
		id = stored.ID // of a create, the store may have chosen it
	}
	made := commit{
		tenant: t, typ: c.Type, id: id, prior: c.Prior, put: c.Put, cleared: c.ClearMembers,
		added: c.AddMembers, gone: c.RemoveMembers, removed: c.Remove,
	}
	if c.Remove || c.ClearMembers && len(c.AddMembers) == 0 { // otherwise they were about to leave by a change that failed
		made.leaving = tr.leaving[id]
	}
	tr.commits = append(tr.commits, made)
	delete(tr.leaving, id)
}

// Leaving notes who is about to leave a group that is deleted or loses all members; use it as
// engine.Options.Leaving, with MaxMembers as the limit. If the change takes place, its record names them,
// and is part of their timelines. It does nothing for a request that did not pass through Recorder.Wrap.
func Leaving(ctx context.Context, groupID string, members scim.MemberList) {
	tr := trailOf(ctx)
	if tr == nil {
		return
	}
	tr.mu.Lock()
	defer tr.mu.Unlock()
	if len(members.Members) == 0 {
		delete(tr.leaving, groupID)
		return
	}
	if tr.leaving == nil {
		tr.leaving = map[string]scim.MemberList{}
	}
	tr.leaving[groupID] = members
}

// take returns the commits since the last take.
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
