package scim

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// What is asked ahead of its time: a store that is far away answers two questions at once as
// fast as one. For a store in the process none of this happens.

// inParallel is how many questions one request asks at once.
const inParallel = 16

// lookedUp gives the groups of resources of which it was known what would be asked.
type lookedUp func(ids []string) (map[string][]groupRef, error)

// noGroups are the groups of a resource that has just been created.
func noGroups([]string) (map[string][]groupRef, error) { return nil, nil }

// groupsAhead starts to look for the groups of resources while they are being read. It returns
// nil if the store is near or nobody wants to see groups.
func (p *StandardProvider) groupsAhead(ctx context.Context, t *Tenant, rt *schema.ResourceType, pr Projection, ids ...string) lookedUp {
	if len(ids) == 0 || !p.wantsAhead(rt, pr) {
		return nil
	}
	groups := later(func() (map[string][]groupRef, error) { return p.groupsOf(ctx, t, ids) })
	return func([]string) (map[string][]groupRef, error) { return groups() }
}

// wantsAhead tells whether an answer has groups and the store is worth asking early.
func (p *StandardProvider) wantsAhead(rt *schema.ResourceType, pr Projection) bool {
	if !p.distant || pr.None {
		return false
	}
	s, err := newShape(rt, p.factsOf(rt), pr, nil)
	return err == nil && s.withGroups
}

// groupsBehind starts to look for the groups of a page that is known to begin behind an id,
// while the page is being read. What the store has not reached is asked for afterwards.
func (p *StandardProvider) groupsBehind(ctx context.Context, t *Tenant, rt *schema.ResourceType, pr Projection, after string, limit int) lookedUp {
	store, ok := p.store.(MembershipRanger)
	if !ok || !p.wantsAhead(rt, pr) {
		return nil
	}
	read := later(func() (Memberships, error) { return store.MemberOfBehind(ctx, t.ID, after, limit) })
	return func(ids []string) (map[string][]groupRef, error) {
		found, err := read()
		if err != nil {
			return nil, err
		}
		parents := make(map[string][]string, len(ids))
		for _, id := range ids {
			if groups := found.Groups[id]; len(groups) > 0 {
				parents[id] = groups
			}
		}
		if found.Below != "" {
			first, _ := slices.BinarySearch(ids, found.Below)
			rest, err := p.memberOf(ctx, t, ids[first:])
			if err != nil {
				return nil, err
			}
			maps.Copy(parents, rest)
		}
		return p.groupRefs(ctx, t, parents)
	}
}

// groups are the groups of resources: those that were read ahead, or read now.
func (s *shape) groups(ctx context.Context, p *StandardProvider, t *Tenant, ids []string) (map[string][]groupRef, error) {
	if s.ahead != nil {
		return s.ahead(ids)
	}
	return p.groupsOf(ctx, t, ids)
}

// reports are those whose manager is a user.
func (p *StandardProvider) reports(ctx context.Context, t *Tenant, rt *schema.ResourceType, id string) (List, error) {
	return p.store.Lookup(ctx, t.ID, rt.Name, IndexKey{Attr: managerKey, Value: id}, Page{Limit: 100})
}

// reportsAhead starts to look for the reports of a user who is to be deleted.
func (p *StandardProvider) reportsAhead(ctx context.Context, t *Tenant, rt *schema.ResourceType, id string) func() (List, error) {
	read := func() (List, error) { return p.reports(ctx, t, rt, id) }
	if !p.distant || rt.Schema.ID != schema.URNUser {
		return read
	}
	return later(read)
}

// later starts a call and returns what waits for its answer.
func later[T any](call func() (T, error)) func() (T, error) {
	type answer struct {
		value T
		err   error
	}
	done := make(chan answer, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil { // it must not end the process; the request fails
				done <- answer{err: fmt.Errorf("panic: %v", p)}
			}
		}()
		v, err := call()
		done <- answer{v, err}
	}()
	return sync.OnceValues(func() (T, error) {
		a := <-done
		return a.value, a.err
	})
}

// membersOf reads the members of groups that are rendered, of many groups at once.
func (p *StandardProvider) membersOf(ctx context.Context, t *Tenant, rs []*Resource, s *shape) (map[string][]Member, error) {
	if !s.withMembers {
		return nil, nil
	}
	out := make(map[string][]Member, len(rs))
	if !p.distant || len(rs) == 1 {
		for _, r := range rs {
			members, err := p.shownMembers(ctx, t, r, s)
			if err != nil {
				return nil, err
			}
			out[r.ID] = members
		}
		return out, nil
	}
	waiting := make([]func() ([]Member, error), len(rs))
	for i, r := range rs {
		if i >= inParallel {
			if _, err := waiting[i-inParallel](); err != nil {
				break
			}
		}
		waiting[i] = later(func() ([]Member, error) { return p.shownMembers(ctx, t, r, s) })
	}
	var first error
	for i, wait := range waiting {
		if wait == nil {
			continue
		}
		members, err := wait()
		if out[rs[i].ID] = members; first == nil {
			first = err
		}
	}
	return out, first
}

// shownMembers are the members of a group for an answer. A list that is too long is refused:
// a client that got a part of it and wrote that back would remove everybody else.
func (p *StandardProvider) shownMembers(ctx context.Context, t *Tenant, r *Resource, s *shape) ([]Member, error) {
	limit := t.Limits.orDefault().MaxMembers
	list, err := p.store.Members(ctx, t.ID, r.ID, Page{Limit: limit, Prior: r})
	if err != nil {
		return nil, err
	}
	switch {
	case !list.More:
		return list.Members, nil
	case s.afterWrite:
		return nil, nil // the write has succeeded; its answer leaves members out
	}
	return nil, &Error{Status: 413, ScimType: "tooLarge", Attribute: "members",
		Detail: "the group has more members than an answer can hold; ask again with excludedAttributes=members"}
}
