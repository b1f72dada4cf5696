package transfer

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// rounds is how often what has changed meanwhile is read again. Each round reads what has changed during the one before,
// so that they become short, unless the tenant is changed faster than it is read.
const rounds = 30

// settle reads again what the feed says has changed since the reading began, until nothing has changed since.
func (e *export) settle(ctx context.Context, feed scim.Feed) error {
	waited := false
	for range rounds {
		changed, last, err := e.changes(ctx, feed, e.position)
		if err != nil {
			return err
		}
		if last == e.position {
			if waited || e.o.Lag <= 0 {
				e.settled = true
				return nil
			}
			if waited = true; async.Sleep(ctx, e.o.Lag) != nil {
				return ctx.Err()
			}
			continue
		}
		waited = false
		for _, of := range changed {
			if err := e.again(ctx, of); err != nil {
				return err
			}
			e.o.Progress(Progress{Step: "reading again what has changed", Done: e.done})
		}
		e.position = last
	}
	return nil
}

// changes are the resources that have facts after a number, in the order of a file, and the last number.
func (e *export) changes(ctx context.Context, feed scim.Feed, after int64) (list []ref, last int64, err error) {
	const entries = 500
	seen := map[ref]bool{}
	for {
		page, err := feed.Entries(ctx, e.id, after, entries)
		var gone *scim.GoneError
		if errors.As(err, &gone) {
			return nil, 0, ErrUnsettled // it was restarted, or much has happened: begin anew
		}
		if err != nil {
			return nil, 0, err
		}
		if len(page) == 0 {
			break
		}
		for i := range page {
			e.touched(&page[i], seen)
			after = page[i].Last
		}
	}
	for of := range seen {
		list = append(list, of)
	}
	slices.SortFunc(list, ref.compare)
	return list, after, nil
}

// touched marks what an entry says has changed: the resource, and with its name the groups that show it.
func (e *export) touched(entry *scim.Entry, seen map[ref]bool) {
	for rank, rt := range e.tenant.Types.List {
		if rt.Name == entry.Type {
			seen[ref{rank, entry.ID}] = true
		}
		if rt.HasMembers() && entry.Own && displayOf(entry.Before) != displayOf(entry.After) {
			for _, id := range entry.Groups {
				seen[ref{rank, id}] = true
			}
		}
	}
}

// again reads a resource once more.
func (e *export) again(ctx context.Context, of ref) error {
	rt := e.tenant.Types.List[of.rank]
	r, err := e.Store.Get(ctx, e.id, rt.Name, of.id)
	if errors.Is(err, scim.ErrNotFound) {
		e.overlay[of] = patch{}
		return nil
	}
	if err != nil {
		return err
	}
	e.out.Again++
	var p patch
	p.resource.at = e.changed.size
	if err := e.spoolResource(e.changed, of, r); err != nil {
		return err
	}
	p.resource.n = e.changed.size - p.resource.at
	if rt.HasMembers() {
		p.members.at = e.changed.size
		if err := e.spoolMembers(ctx, e.changed, of, r); err != nil {
			return err
		}
		p.members.n = e.changed.size - p.members.at
	}
	e.overlay[of] = p
	return nil
}

// displayOf is the name under which groups show a resource.
func displayOf(r *scim.Resource) string {
	if r == nil {
		return ""
	}
	for _, name := range [...]string{"displayName", "userName"} {
		for _, part := range [...][]byte{r.Document, r.Hidden} {
			if s, _ := schema.StoredText(part, name); s != "" {
				return s
			}
		}
	}
	return ""
}

// wait waits until the feed of a tenant has had nothing new for a time, so that the facts of what was written are in it.
func wait(ctx context.Context, feed scim.Feed, id scim.TenantID, lag time.Duration) (last int64, err error) {
	for known := int64(-1); ; known = last {
		if last, err = feed.Last(ctx, id); err != nil || last == known || lag <= 0 {
			return last, err
		}
		if err := async.Sleep(ctx, lag); err != nil {
			return last, err
		}
	}
}
