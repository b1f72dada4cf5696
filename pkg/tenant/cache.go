package tenant

// cache keeps values by a key, at most about a bound of them. What is used stays: once half of
// the bound is new, everything that was not used since the last time is dropped. The zero value is
// empty. It is not safe for concurrent use.
type cache[K comparable, V any] struct{ young, old map[K]V }

// get returns a value and keeps it.
func (c *cache[K, V]) get(k K) (v V, ok bool) {
	if v, ok = c.young[k]; ok {
		return v, true
	}
	if v, ok = c.old[k]; ok {
		c.put(k, v)
	}
	return v, ok
}

// drop removes a value.
func (c *cache[K, V]) drop(k K) {
	delete(c.young, k)
	delete(c.old, k)
}

// put adds or replaces a value.
func (c *cache[K, V]) put(k K, v V) {
	if len(c.young) >= maxCached/2 {
		c.old, c.young = c.young, nil
	}
	if c.young == nil {
		c.young = map[K]V{}
	}
	c.young[k] = v
}
