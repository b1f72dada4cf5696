package memory

import (
	"context"
	"slices"

	"github.com/scimstack/scimstack/pkg/scim"
)

// SetKeys implements scim.KeySetter. Other calls for the tenant wait until the list is done.
func (s *Store) SetKeys(ctx context.Context, t scim.TenantID, typ string, attrs []string, list []scim.Keyed) (changed []string, err error) {
	if err := usable(ctx, t); err != nil {
		return nil, err
	}
	tn := s.tenant(t)
	tn.mu.Lock()
	defer tn.mu.Unlock()
	kind := tn.kind(typ)
	for _, r := range list {
		e := kind.entries[r.ID]
		switch {
		case e == nil:
		case e.resource.Version != r.Version:
			changed = append(changed, r.ID)
		default:
			kind.setKeys(e, attrs, r.Keys)
		}
	}
	return changed, nil
}

// setKeys replaces the keys of some attributes of a resource.
func (k *kind) setKeys(e *entry, attrs []string, keys []scim.IndexKey) {
	all := slices.DeleteFunc(k.attributes.unpack(nil, e.keys), func(h scim.IndexKey) bool { return slices.Contains(attrs, h.Attr) })
	for i := range keys {
		if slices.Contains(attrs, keys[i].Attr) && !slices.ContainsFunc(all, func(h scim.IndexKey) bool { return sameKey(&h, &keys[i]) }) {
			all = append(all, scim.IndexKey{Attr: keys[i].Attr, Value: keys[i].Value})
		}
	}
	k.reindex(e, all)
}
