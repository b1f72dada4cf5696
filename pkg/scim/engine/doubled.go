package engine

import (
	"context"
	"errors"
	"slices"

	"github.com/scimstack/scimstack/pkg/scim"
)

// storeChange commits a change. A unique value that another resource has, too, does not refuse a change that leaves it as it is: both have
// had it since before it was unique, and a leaver who could not be deactivated because of it would stay active.
func (p *Provider) storeChange(ctx context.Context, at scim.Target, c scim.Change) (*scim.Resource, error) {
	stored, err := p.store.Commit(ctx, at.Tenant.ID, c)
	for err != nil {
		var taken *scim.TakenError
		if !errors.As(err, &taken) {
			break
		}
		keys, kept := p.sharing(ctx, at, &c, taken.Attr)
		if !kept {
			break
		}
		c.Keys = keys
		stored, err = p.store.Commit(ctx, at.Tenant.ID, c)
	}
	return stored, aboutSize(err, &c)
}

// sharing returns the keys of a change, those of an attribute that it leaves as they were, and that another resource has, not as unique
// ones. It reports whether there are any.
func (p *Provider) sharing(ctx context.Context, at scim.Target, c *scim.Change, attr string) (keys []scim.IndexKey, found bool) {
	if c.Put == nil || c.Prior == nil || c.If != c.Prior.Version {
		return nil, false
	}
	doc, err := decode(c.Prior)
	if err != nil {
		return nil, false
	}
	had := p.indexKeys(at.Tenant, at.Type, content{doc: doc}, c.Prior.LastModified)
	keys = slices.Clone(c.Keys)
	for i, k := range keys {
		if k.Attr != attr || !k.Unique || !slices.Contains(had, k) {
			continue
		}
		list, err := p.store.Lookup(ctx, at.Tenant.ID, c.Type, k, scim.Page{Limit: 2})
		if err == nil && slices.ContainsFunc(list.Resources, func(r *scim.Resource) bool { return r.ID != c.ID }) {
			keys[i].Unique, found = false, true
		}
	}
	return keys, found
}
