package engine

import (
	"cmp"
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/patch"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// followUp bounds the work that follows a change: what a removal leaves, and After hooks.
const followUp = 10 * time.Second

// atOnce is the number of reports whose manager is cleared at the same time, if the store is one
// whose reader finishes the work.
const atOnce = 8

// Delete implements scim.Provider. After a user, it clears the manager of those who reported to it
// . The removal decides the answer; what follows it does not end with the request. A repeated
// DELETE is answered with 404 and finishes what an interrupted one left.
func (p *Provider) Delete(ctx context.Context, at scim.Target, m scim.Match) error {
	if err := p.ready(at.Tenant, at.Type); err != nil {
		return err
	}
	if !at.Type.IsUser() {
		return p.remove(ctx, at, m)
	}
	reports := async.Start(func() (scim.List, error) { return p.reports(ctx, at) }) // while the user is read
	defer func() { _, _ = reports() }()
	err := p.remove(ctx, at, m)
	if err != nil && !errors.Is(err, scim.ErrNotFound) {
		return err
	}
	list, unread := reports()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), followUp)
	defer cancel()
	if unread != nil {
		list, unread = p.reports(ctx, at)
	}
	if unread == nil {
		err = cmp.Or(p.dropManager(ctx, at, list), err)
	}
	return err
}

// remove commits the removal, again after a lost race unless the client named a version.
func (p *Provider) remove(ctx context.Context, at scim.Target, m scim.Match) error {
	var race Race
	for race.Next(ctx) {
		cur, err := p.store.Get(ctx, at.Tenant.ID, at.Type.Name, at.ID)
		if err != nil {
			return err
		}
		if err := m.Check(cur.Version); err != nil {
			return err
		}
		_, err = p.commit(ctx, write{Target: at, attempt: race.tries,
			change: scim.Change{Type: at.Type.Name, ID: at.ID, If: cur.Version, Now: p.now(), Prior: cur, Remove: true}})
		if !race.Lost(err, m) {
			return err
		}
	}
	return race.Err()
}

// reports are users whose manager is the target, a page of them.
func (p *Provider) reports(ctx context.Context, at scim.Target) (scim.List, error) {
	return p.store.Lookup(ctx, at.Tenant.ID, at.Type.Name, scim.IndexKey{Attr: managerKey, Value: at.ID}, scim.Page{Limit: 100})
}

// dropManager clears the manager of the users who reported to a deleted one, page by page until a page
// makes no progress. Where the store finishes the work, it is one page, some users at a time. Its only
// error is a panic, so that it is answered and logged like every other one.
func (p *Provider) dropManager(ctx context.Context, at scim.Target, list scim.List) error {
	parallel, pages := 1, -1
	if f, ok := p.store.(scim.Finisher); ok && f.Finishes() {
		parallel, pages = atOnce, 1
	}
	for ; len(list.Resources) > 0 && pages != 0; pages-- {
		var cleared atomic.Int64
		err := async.Each(ctx, parallel, list.Resources, func(ctx context.Context, r *scim.Resource) error {
			if p.clearManager(ctx, at.Of(r.ID)) {
				cleared.Add(1)
			}
			return nil // one that cannot be changed does not stop the others
		})
		var fault *async.PanicError
		if errors.As(err, &fault) {
			return err
		}
		if list, err = p.reportsLeft(ctx, at, pages); err != nil || cleared.Load() == 0 {
			return nil //nolint:nilerr // reports that cannot be read are left to the store
		}
	}
	return nil
}

// reportsLeft is the next page, none after the last page that is wanted.
func (p *Provider) reportsLeft(ctx context.Context, at scim.Target, pages int) (scim.List, error) {
	if pages == 1 {
		return scim.List{}, nil
	}
	return p.reports(ctx, at)
}

// clearManager removes the manager of a user, and reports whether that has changed it.
func (p *Provider) clearManager(ctx context.Context, report scim.Target) bool {
	body := map[string]any{
		"schemas":    []any{patch.URN},
		"Operations": []any{map[string]any{"op": "remove", "path": schema.URNEnterpriseUser + ":manager"}},
	}
	res, err := p.Patch(ctx, report, body, scim.Match{}, scim.Projection{None: true})
	return err == nil && res.Changed
}
