package authserver

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

const (
	cachedFor = 60 * time.Second // as tenant.Authenticator
	maxNames  = 10000
)

// tenants are cached by name, unknown ones alike: neither the time nor the number of calls tells them apart.
type tenants struct {
	resolver tenant.Resolver
	now      func() time.Time

	mu        sync.Mutex
	known     map[scim.TenantID]entry
	forgotten uint64 // calls of forget
}

// forget has the next request of a tenant read it again. A read that runs meanwhile is not kept.
func (t *tenants) forget(id scim.TenantID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.known, id)
	t.forgotten++
}

// entry is a tenant, or nil if there is none.
type entry struct {
	record *tenant.Record
	until  time.Time
	final  bool // no other read within the time, for a request that the record does not satisfy
}

// find returns a tenant, or nil if there is none. A cached one that does not satisfy a request is read again, once
// within the time: a new client is accepted at its first use, unless a request was refused shortly before. nil is
// satisfied by every tenant, and by none.
func (t *tenants) find(ctx context.Context, id scim.TenantID, satisfies func(*tenant.Record) bool) (*tenant.Record, error) {
	now := t.now()
	t.mu.Lock()
	e, ok := t.known[id]
	forgotten := t.forgotten
	t.mu.Unlock()
	ok = ok && now.Before(e.until)
	if ok && (satisfies == nil || e.final || e.record != nil && satisfies(e.record)) {
		return e.record, nil
	}
	record, err := t.resolver.Resolve(ctx, id)
	if errors.Is(err, tenant.ErrUnknown) {
		record, err = nil, nil
	}
	if err != nil {
		return nil, err
	}
	e = entry{record: record, until: now.Add(cachedFor), final: satisfies != nil && (record == nil || !satisfies(record))}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.forgotten != forgotten {
		return record, nil
	}
	if t.known == nil || len(t.known) >= maxNames {
		t.known = map[scim.TenantID]entry{}
	}
	t.known[id] = e
	return record, nil
}
