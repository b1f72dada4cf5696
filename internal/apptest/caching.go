package apptest

import (
	"context"
	"sync"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Caching is a Provider that keeps what another one returns for a GET, and returns it again. It is for tests of who may
// use the memory of a Result once more (scim.Result.Release).
type Caching struct {
	scim.Provider

	mu   sync.Mutex
	kept map[string]*scim.Result // by id
}

// Get implements scim.Provider.
func (c *Caching) Get(ctx context.Context, at scim.Target, p scim.Projection) (*scim.Result, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r := c.kept[at.ID]; r != nil {
		return r, nil
	}
	r, err := c.Provider.Get(ctx, at, p)
	if err != nil {
		return nil, err
	}
	if c.kept == nil {
		c.kept = map[string]*scim.Result{}
	}
	c.kept[at.ID] = r
	return r, nil
}
