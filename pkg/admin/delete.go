package admin

import (
	"context"
	"errors"
	"time"

	"github.com/scimstack/scimstack/pkg/feed/webhook"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// Contents implements API.
func (s *Service) Contents(ctx context.Context, name string) (*Deletion, error) {
	id, err := tenantID(name)
	if err != nil {
		return nil, err
	}
	if s.o.Deleter == nil {
		return nil, unsupported("delete tenants")
	}
	found, deleting, err := s.o.Deleter.Inventory(ctx, id)
	if err != nil {
		return nil, AsError(err)
	}
	out := &Deletion{Tenant: name, State: StatePresent, Items: items(found)}
	if deleting {
		out.State = StateDeleting
	}
	return out, nil
}

// DeleteTenant implements API. If ctx ends before all is done, it returns the state and no error.
func (s *Service) DeleteTenant(ctx context.Context, name string, o DeleteOptions) (*Deletion, error) {
	id, err := tenantID(name)
	if err != nil {
		return nil, err
	}
	if s.o.Deleter == nil {
		return nil, unsupported("delete tenants")
	}
	at := Deletion{Tenant: name, State: StateDeleting}
	done := change{operation: "tenant.delete", resource: name}
	_, absent := s.dir.Resolve(ctx, id)
	if absent == nil { // before, because the process may end meanwhile
		s.record(ctx, done)
	}
	removed, err := s.o.Deleter.Delete(ctx, id, o.Wait, func(removed map[string]int, waiting time.Duration) {
		at.Items, at.Waiting = items(removed), int(waiting.Round(time.Second)/time.Second)
		if o.Progress != nil {
			o.Progress(at)
		}
	})
	at.Items = items(removed)
	if absent != nil && !errors.Is(err, tenant.ErrUnknown) { // it goes on with a deletion that was interrupted
		s.record(ctx, done)
	}
	s.changed(id)
	switch {
	case err == nil:
		at.State, at.Waiting = StateDeleted, 0
		return &at, nil
	case ctx.Err() != nil && errors.Is(err, ctx.Err()) && !errors.Is(err, tenant.ErrUnknown):
		return &at, nil
	}
	return nil, AsError(err)
}

func items(m map[string]int) map[string]int {
	if m == nil {
		m = map[string]int{}
	}
	return m
}

func unsupported(what string) error {
	return fail(Unsupported, "", "this store cannot "+what, "use the tools of the store itself")
}

// remover is what a Directory without a Deleter of its own can do: forget a tenant.
type remover interface {
	Remove(id scim.TenantID) bool
}

// oneByOne is the Deleter of a Store that has no better way: it removes one resource after the other.
type oneByOne struct {
	store  scim.Store
	dir    tenant.Directory
	remove remover
	hooks  *webhook.Sender // nil: there are none
}

func (d oneByOne) Inventory(ctx context.Context, id scim.TenantID) (map[string]int, bool, error) {
	r, err := d.dir.Resolve(ctx, id)
	if err != nil {
		return nil, false, err
	}
	found := map[string]int{"tokens": len(r.Tokens), "clients": len(r.Clients)}
	for _, rt := range typesOf(&r.Settings) {
		page, err := d.store.List(ctx, id, rt.Name, scim.Page{})
		if err != nil {
			return nil, false, err
		}
		found["resources"] += max(page.Total, 0)
	}
	return found, false, nil
}

func (d oneByOne) Delete(ctx context.Context, id scim.TenantID, _ time.Duration, progress func(map[string]int, time.Duration)) (map[string]int, error) {
	r, err := d.dir.Resolve(ctx, id)
	if err != nil {
		return nil, err
	}
	removed := map[string]int{}
	for _, rt := range typesOf(&r.Settings) {
		if err := d.empty(ctx, id, rt.Name, func() { removed["resources"]++ }); err != nil {
			return removed, err
		}
		progress(removed, 0)
	}
	if err := d.forget(ctx, id, removed); err != nil {
		return removed, err
	}
	d.remove.Remove(id)
	if err := d.forget(ctx, id, removed); err != nil { // what was sent meanwhile
		return removed, err
	}
	if f, ok := d.store.(feedForgetter); ok {
		if err := f.ForgetFeed(ctx, id); err != nil {
			return removed, err
		}
	}
	removed["tokens"], removed["clients"] = len(r.Tokens), len(r.Clients)
	return removed, nil
}

// feedForgetter is a Store whose feed would show what the tenant had to one that is made again under its name.
type feedForgetter interface {
	ForgetFeed(ctx context.Context, t scim.TenantID) error
}

// forget removes the webhooks of the tenant, and what waits of its facts.
func (d oneByOne) forget(ctx context.Context, id scim.TenantID, removed map[string]int) error {
	if d.hooks == nil {
		return nil
	}
	n, err := d.hooks.Store.Forget(ctx, id)
	if n > 0 {
		removed["webhooks and deliveries"] += n
	}
	return err
}

// empty removes all resources of a type.
func (d oneByOne) empty(ctx context.Context, id scim.TenantID, typ string, count func()) error {
	for {
		page, err := d.store.List(ctx, id, typ, scim.Page{Limit: readPage})
		if err != nil || len(page.Resources) == 0 {
			return err
		}
		for _, r := range page.Resources {
			_, err := d.store.Commit(ctx, id, scim.Change{Type: typ, ID: r.ID, If: scim.IfAny, Now: time.Now(), Prior: r, Remove: true})
			if err != nil && !errors.Is(err, scim.ErrNotFound) {
				return err
			}
			count()
		}
	}
}
