package engine

import (
	"bytes"
	"context"
	"slices"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// write is a change on its way to the store.
type write struct {
	scim.Target
	change  scim.Change
	have    map[string]scim.Member // the members of the group before the change, if they have been read
	attempt int                    // from 1
}

// commit is the only way to the store's Commit. Without hooks and log the change takes no memory of its own.
func (p *Provider) commit(ctx context.Context, w write) (*scim.Resource, error) {
	w.change.Actor = actorOf(ctx, w.Tenant.ID)
	if len(p.o.Before)+len(p.o.After) > 0 || p.o.Committed != nil || p.o.Leaving != nil {
		copied := w // of this branch alone, so that w stays on the stack
		return p.seen(ctx, &copied)
	}
	return p.storeChange(ctx, w.Target, w.change)
}

// actorOf is who changes a tenant. A hook that changes another tenant than that of the request is the program itself: the
// feed of one tenant does not name the token of another one (Z-01).
func actorOf(ctx context.Context, t scim.TenantID) scim.Actor {
	if of := scim.CallerFrom(ctx).Tenant; !of.IsZero() && of != t {
		return scim.Actor{}
	}
	return scim.ActorFrom(ctx)
}

// seen commits what hooks or the log see: hooks run here and nowhere else.
func (p *Provider) seen(ctx context.Context, w *write) (*scim.Resource, error) {
	if len(p.o.Before)+len(p.o.After) == 0 {
		return p.carryOut(ctx, w)
	}
	events, err := p.eventsOf(ctx, w)
	if err != nil {
		return nil, err
	}
	if err := p.before(ctx, w, events); err != nil {
		return nil, err
	}
	if undone(&w.change) {
		return w.change.Prior, nil
	}
	stored, err := p.carryOut(ctx, w)
	if err != nil || len(p.o.After) == 0 {
		return stored, err
	}
	return stored, p.after(ctx, w, events, stored)
}

// undone reports whether Before hooks have left nothing of a change, such as one that writes each userName in lower case:
// a write without effect writes nothing.
func undone(c *scim.Change) bool {
	return c.Put != nil && c.Prior != nil && !movesMembers(c) && c.Put.ExternalID == c.Prior.ExternalID &&
		bytes.Equal(c.Put.Document, c.Prior.Document) && bytes.Equal(c.Put.Hidden, c.Prior.Hidden)
}

// carryOut commits, and reports that to the log.
func (p *Provider) carryOut(ctx context.Context, w *write) (*scim.Resource, error) {
	p.leaving(ctx, w)
	stored, err := p.storeChange(ctx, w.Target, w.change)
	if err == nil && p.o.Committed != nil {
		p.o.Committed(ctx, w.Tenant, &w.change, stored)
	}
	return stored, err
}

// before lets every Before hook decide about every event. The first error ends it. A hook that has
// changed the resource of the change itself has its result checked and made canonical before the
// next one sees it.
func (p *Provider) before(ctx context.Context, w *write, events []*scim.Event) error {
	if w.change.If == scim.IfAny && w.change.Prior != nil {
		w.change.If = w.change.Prior.Version // what hooks decide, and who joins, holds for what they have seen
	}
	if e := events[0]; e.Before == e.After && len(e.Joined)+len(e.Left) == 0 {
		return nil // nothing will be written
	}
	for i, e := range events {
		for _, hook := range p.o.Before {
			seen := ownEvent(e)
			shown := *seen
			if err := decide(ctx, hook, seen); err != nil {
				return err
			}
			if !same(&shown, e) {
				return hookFailed(errShared)
			}
			if seen.After == shown.After {
				continue
			}
			if i > 0 {
				return hookFailed(errLoser)
			}
			e.After = seen.After
			if err := p.adopt(ctx, w, e); err != nil {
				return err
			}
		}
	}
	return nil
}

// ownEvent is an event for one hook, which may keep it, and may change its lists: neither the change nor what the next hook
// sees is made of them, or of the resources.
func ownEvent(e *scim.Event) *scim.Event {
	seen := *e
	seen.Joined, seen.Left = slices.Clone(e.Joined), slices.Clone(e.Left)
	seen.Before, seen.After = shallow(e.Before), shallow(e.After)
	return &seen
}

func shallow(r *scim.Resource) *scim.Resource {
	if r == nil {
		return nil
	}
	own := *r
	return &own
}

// same reports whether a hook has left the resources that it was shown as they are.
func same(shown, e *scim.Event) bool {
	for _, r := range [...][2]*scim.Resource{{shown.Before, e.Before}, {shown.After, e.After}} {
		if a, b := r[0], r[1]; b != nil && (a.ID != b.ID || a.ExternalID != b.ExternalID || a.Version != b.Version ||
			!bytes.Equal(a.Document, b.Document) || !bytes.Equal(a.Hidden, b.Hidden)) {
			return false
		}
	}
	return true
}

// after tells every After hook of every event, also when the request has ended meanwhile. One that panics does not keep
// the others from it.
func (p *Provider) after(ctx context.Context, w *write, events []*scim.Event, stored *scim.Resource) (fault error) {
	if stored != nil && w.change.Prior != nil && stored.Version == w.change.Prior.Version {
		return nil // nothing was written
	}
	ctx, done := outlasting(ctx)
	defer done()
	events[0].After = stored
	events = p.losers(ctx, w, events)
	for _, e := range events {
		for _, hook := range p.o.After {
			if err := tell(ctx, hook, ownEvent(e)); err != nil && fault == nil {
				fault = err
			}
		}
	}
	return fault
}

// outlasting is a context that ends some time after that of the request, if that ends before done is called: a change
// stands, though the client may have gone.
func outlasting(request context.Context) (ctx context.Context, done func() bool) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(request))
	return ctx, context.AfterFunc(request, func() { time.AfterFunc(followUp, cancel) })
}
