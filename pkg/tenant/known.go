package tenant

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// connections are a tenant as its credentials see it: each Connection has settings of its own. They are
// made when they are first used, once for a record.
type connections struct {
	settings Settings
	oauth    bool // the tenant has OAuth clients
	kinds    map[string]*schema.Kind
	own      *scim.Tenant // of the tenant itself

	mu     sync.Mutex
	others map[Connection]*scim.Tenant
}

func newConnections(r *Record, kinds map[string]*schema.Kind) (*connections, error) {
	c := &connections{settings: r.Settings, oauth: len(r.Clients) > 0, kinds: kinds}
	var err error
	c.own, err = c.tenant(Connection{})
	return c, err
}

// tenant makes the tenant with the settings of a connection.
func (c *connections) tenant(connection Connection) (*scim.Tenant, error) {
	t, err := c.settings.TenantFor(connection, c.kinds)
	if err == nil {
		t.OAuth = c.oauth
	}
	return t, err
}

// of returns the tenant with the settings of a connection.
func (c *connections) of(connection Connection) (*scim.Tenant, error) {
	if connection == (Connection{}) {
		return c.own, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.others[connection]
	if t != nil {
		return t, nil
	}
	t, err := c.tenant(connection)
	if err != nil {
		return nil, err
	}
	if c.others == nil {
		c.others = map[Connection]*scim.Tenant{}
	}
	c.others[connection] = t
	return t, nil
}

// cached returns a tenant from the cache; the zero value if it is not there or has expired.
func (a *Authenticator) cached(id scim.TenantID, now time.Time) (c cached) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if found, ok := a.known.get(id); ok && now.Before(found.until) {
		c = found
	}
	return c
}

// done reports that what is cached is the answer for a request that no token matches: the Resolver was asked for one.
func (a *Authenticator) done(id scim.TenantID, c cached, now time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	was, ok := a.asked.get(id)
	return ok && now.Before(was.until) && (was.unknown || c.record != nil)
}

// read asks the Resolver about a name, and keeps the answer if there is such a tenant.
func (a *Authenticator) read(ctx context.Context, id scim.TenantID, now time.Time) (cached, error) {
	a.mu.Lock()
	forgotten := a.forgotten
	a.mu.Unlock()
	record, err := a.resolver.Resolve(ctx, id)
	if errors.Is(err, ErrUnknown) {
		_, _ = newConnections(&Record{Settings: Settings{ID: id}}, a.kinds) // the work that a known one takes
		return cached{}, nil
	}
	if err != nil {
		return cached{}, err
	}
	if record == nil || record.Settings.ID != id {
		return cached{}, fmt.Errorf("tenant: the Resolver returned no error, and not the Record of %q: its Settings.ID must be the id that was asked for", id)
	}
	a.mu.Lock()
	c, _ := a.known.get(id)
	a.mu.Unlock()
	if c.record != record {
		if c.tenants, err = newConnections(record, a.kinds); err != nil {
			return cached{}, err
		}
	}
	c.record, c.until = record, now.Add(cachedFor)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.forgotten == forgotten { // otherwise it may be from before a change
		a.known.put(id, c)
	}
	return c, nil
}

// Forget has the next request of a tenant ask the Resolver: what was changed takes effect at once in this process, and
// within 60 seconds in all others. A request that runs keeps what it has begun with.
func (a *Authenticator) Forget(id scim.TenantID) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.forgotten++
	a.known.drop(id)
	a.asked.drop(id)
}

// note keeps that a request was refused after the Resolver was asked. An accepted request is not
// noted: the next refused one would then be answered sooner than for an unknown name.
func (a *Authenticator) note(id scim.TenantID, c cached, now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked.put(id, asked{unknown: c.record == nil, until: now.Add(cachedFor)})
}
