package engine

import (
	"context"
	"errors"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Get implements scim.Provider.
func (p *Provider) Get(ctx context.Context, at scim.Target, pr scim.Projection) (*scim.Result, error) {
	if err := p.ready(at.Tenant, at.Type); err != nil {
		return nil, err
	}
	v := p.viewOf(at.Type, pr, at.By)
	v.whole = true
	r, groups, err := p.read(ctx, at, v.withGroups)
	if err != nil {
		return nil, err
	}
	return p.result(ctx, at, r, &v, groups)
}

// groupSource gives the groups of the resources that it was made for, by resource id.
type groupSource func(context.Context) (memberships, error)

// noGroups is the source of resources that can be in no group.
func noGroups(context.Context) (memberships, error) { return memberships{}, nil }

// groupsFrom is the source of resources whose direct groups have been read with them.
func (p *Provider) groupsFrom(t *scim.Tenant, direct map[string][]string) groupSource {
	if len(direct) == 0 {
		return noGroups
	}
	return func(ctx context.Context) (memberships, error) { return p.groupRefs(ctx, t, direct) }
}

// read reads a resource, and its direct groups where they are wanted and the store can read them
// together. Without a source the groups are still to be asked for.
func (p *Provider) read(ctx context.Context, at scim.Target, withGroups bool) (*scim.Resource, groupSource, error) {
	if !withGroups || p.edges == nil {
		r, err := p.store.Get(ctx, at.Tenant.ID, at.Type.Name, at.ID)
		return r, nil, err
	}
	r, groups, err := p.edges.GetWithGroups(ctx, at.Tenant.ID, at.Type.Name, at.ID)
	if err != nil || len(groups) == 0 {
		return r, noGroups, err
	}
	return r, func(ctx context.Context) (memberships, error) { return p.groupsOfOne(ctx, at.Tenant, groups) }, nil
}

// readBeside reads a resource and, in the same call where the store can, others of one type that
// are likely to be needed. Those that do not exist are missing.
func (p *Provider) readBeside(ctx context.Context, at scim.Target, typ string, ids []string) (r *scim.Resource, others []*scim.Resource, err error) {
	store, ok := p.store.(scim.BatchGetter)
	if !ok {
		r, err = p.store.Get(ctx, at.Tenant.ID, at.Type.Name, at.ID)
		return r, nil, err
	}
	refs := []scim.Ref{at.Ref()}
	for _, id := range ids {
		if ref := (scim.Ref{Type: typ, ID: id}); ref != refs[0] {
			refs = append(refs, ref)
		}
	}
	found, err := store.GetMany(ctx, at.Tenant.ID, refs)
	if err != nil {
		return nil, nil, err
	}
	for _, f := range found {
		if f.Type == at.Type.Name && f.ID == at.ID {
			r = f
		} else {
			others = append(others, f)
		}
	}
	if r == nil {
		return nil, nil, scim.ErrNotFound
	}
	return r, others, nil
}

// getMany reads those of many resources of one type that exist, in one call where the store can.
func (p *Provider) getMany(ctx context.Context, t *scim.Tenant, typ string, ids []string) ([]*scim.Resource, error) {
	if store, ok := p.store.(scim.BatchGetter); ok && len(ids) > 1 {
		refs := make([]scim.Ref, len(ids))
		for i, id := range ids {
			refs[i] = scim.Ref{Type: typ, ID: id}
		}
		return store.GetMany(ctx, t.ID, refs)
	}
	var out []*scim.Resource
	for _, id := range ids {
		r, err := p.store.Get(ctx, t.ID, typ, id)
		if errors.Is(err, scim.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}
