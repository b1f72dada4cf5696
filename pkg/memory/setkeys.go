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
		n := kind.number(r.ID)
		switch {
		case n == noOne:
		case kind.state(n).fields().version != r.Version:
			changed = append(changed, r.ID)
		default:
			kind.setKeys(n, attrs, r.Keys)
		}
	}
	return changed, nil
}

// setKeys replaces the keys of some attributes of a resource.
func (k *kind) setKeys(n uint32, attrs []string, keys []scim.IndexKey) {
	var all []scim.IndexKey
	for ks := k.state(n).keys(); ks.next(); {
		if attr := k.attributes.name(ks.attr); !slices.Contains(attrs, attr) {
			all = append(all, scim.IndexKey{Attr: attr, Value: string(ks.value)})
		}
	}
	for i := range keys {
		if slices.Contains(attrs, keys[i].Attr) {
			all = append(all, keys[i])
		}
	}
	k.put(n, k.withKeys(k.state(n), all))
}
