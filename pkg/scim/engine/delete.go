package engine

import (
	"context"
	"errors"
	"time"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/patch"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// Delete implements scim.Provider.
func (p *Provider) Delete(ctx context.Context, at scim.Target, m scim.Match) error {
	if !at.Type.IsUser() {
		return p.remove(ctx, at, m)
	}
	reports := async.Start(func() (scim.List, error) { return p.reports(ctx, at) }) // while the user is read
	defer func() { _, _ = reports() }()
	if err := p.remove(ctx, at, m); err != nil {
		return err
	}
	list, err := reports()
	return p.dropManager(ctx, at, list, err)
}

// remove commits the removal, again after a lost race unless the client named a version.
func (p *Provider) remove(ctx context.Context, at scim.Target, m scim.Match) error {
	for try := range maxTries {
		cur, err := p.store.Get(ctx, at.Tenant.ID, at.Type.Name, at.ID)
		if err != nil {
			return err
		}
		if err := m.Check(cur.Version); err != nil {
			return err
		}
		_, err = p.commit(ctx, at.Tenant, scim.Change{Type: at.Type.Name, ID: at.ID, If: cur.Version, Now: p.now(), Prior: cur, Remove: true})
		if !errors.Is(err, scim.ErrVersion) || m.Present {
			return err
		}
		if err := sleep(ctx, try); err != nil {
			return err
		}
	}
	return &scim.BusyError{RetryAfter: time.Second, Cause: scim.ErrVersion}
}

// reports are users whose manager is the target, a page of them.
func (p *Provider) reports(ctx context.Context, at scim.Target) (scim.List, error) {
	return p.store.Lookup(ctx, at.Tenant.ID, at.Type.Name, scim.IndexKey{Attr: managerKey, Value: at.ID}, scim.Page{Limit: 100})
}

// dropManager clears the manager of the users who reported to a deleted one, page by page.
func (p *Provider) dropManager(ctx context.Context, at scim.Target, list scim.List, err error) error {
	for ; err == nil && len(list.Resources) > 0; list, err = p.reports(ctx, at) {
		for _, r := range list.Resources {
			body := map[string]any{
				"schemas":    []any{patch.URN},
				"Operations": []any{map[string]any{"op": "remove", "path": schema.URNEnterpriseUser + ":manager"}},
			}
			_, err := p.Patch(ctx, at.Of(r.ID), body, scim.Match{}, scim.Projection{None: true})
			if err != nil && !errors.Is(err, scim.ErrNotFound) {
				return err
			}
		}
	}
	return err
}
