package engine

import (
	"context"
	"slices"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// Indexes lists the indexes that the types and settings of a tenant ask for. A Provider writes the keys
// of all of them.
func Indexes(t *scim.Tenant) (list []scim.Index) {
	for _, rt := range t.Types.List {
		for _, ix := range withExtra(t, rt, indexPaths(rt)) {
			leaf := ix.Leaf()
			form := leaf.Type.String()
			if leaf.CaseExact {
				form += " exact"
			}
			list = append(list, scim.Index{IndexName: scim.IndexName{Type: rt.Name, Attr: ix.attr}, Unique: ix.unique(t), Form: form})
		}
	}
	return list
}

// Keys computes the index keys of a stored resource, as a Provider would write them now.
func Keys(t *scim.Tenant, rt *schema.ResourceType, r *scim.Resource) ([]scim.IndexKey, error) {
	doc, err := decode(r)
	if err != nil {
		return nil, err
	}
	return keysOf(t, withExtra(t, rt, indexPaths(rt)), content{doc: doc}, r.LastModified), nil
}

// checkUnfinished looks up the new values of a change under unique indexes that are not complete: the
// commit cannot see that a resource holds a value without a unique key. A value that the resource itself
// holds without one keeps its key, so that a duplicate from before refuses no other change.
func (p *Provider) checkUnfinished(ctx context.Context, c *scim.Change, d *draft) error {
	unfinished := func(k scim.IndexKey) bool { return k.Unique && !d.Tenant.Indexes.Unique(c.Type, k.Attr) }
	if d.Tenant.Indexes == nil || !slices.ContainsFunc(c.Keys, unfinished) {
		return nil
	}
	held := heldBefore(c.Prior, d)
	for i, key := range c.Keys {
		if !unfinished(key) {
			continue
		}
		shared := scim.IndexKey{Attr: key.Attr, Value: key.Value}
		if slices.Contains(held, shared) {
			c.Keys[i] = shared
			continue
		}
		if slices.Contains(held, key) {
			continue
		}
		list, err := p.store.Lookup(ctx, d.Tenant.ID, c.Type, key, scim.Page{Limit: 2})
		if err != nil {
			return err
		}
		for _, r := range list.Resources {
			if r.ID != d.ID {
				return &scim.TakenError{Attr: key.Attr, ID: r.ID}
			}
		}
	}
	return nil
}

// heldBefore are the keys that the Store holds of the state before a change. Where it does not say so, they are those that a
// Provider would write of it, as shared ones: the resource has the values, with keys or still without.
func heldBefore(prior *scim.Resource, d *draft) []scim.IndexKey {
	if prior == nil {
		return nil
	}
	if prior.Keys != nil {
		return prior.Keys
	}
	keys, err := Keys(d.Tenant, d.Type, prior)
	if err != nil {
		return nil // the values are looked up
	}
	for i := range keys {
		keys[i].Unique = false
	}
	return keys
}
