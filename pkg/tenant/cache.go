package tenant

import "github.com/scimstack/scimstack/pkg/scim"

// cache keeps values by tenant name, at most about a bound of them. What is used stays: once half of
// the bound is new, everything that was not used since the last time is dropped. The zero value is
// empty. It is not safe for concurrent use.
type cache[V any] struct{ young, old map[scim.TenantID]V }

// get returns a value and keeps it.
func (c *cache[V]) get(id scim.TenantID) (v V, ok bool) {
	if v, ok = c.young[id]; ok {
		return v, true
	}
	if v, ok = c.old[id]; ok {
		c.put(id, v)
	}
	return v, ok
}

// put adds or replaces a value.
func (c *cache[V]) put(id scim.TenantID, v V) {
	if len(c.young) >= maxCached/2 {
		c.old, c.young = c.young, nil
	}
	if c.young == nil {
		c.young = map[scim.TenantID]V{}
	}
	c.young[id] = v
}
