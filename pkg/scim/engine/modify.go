package engine

import (
	"context"
	"slices"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/patch"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// modification is one PUT or PATCH: what is to be done to a resource and what is to be shown.
type modification struct {
	scim.Target
	match scim.Match
	view  view
	// apply makes the new state from the current one, whose doc it may change. It is called again
	// after a lost race.
	apply func(ctx context.Context, w *modification, now content) (edit, error)
	body  map[string]any // of a PUT
	// largest is Mode.MaxBytes of a PUT.
	largest int
	patch   *patch.Request // of a PATCH
	fault   error          // why there is none; an unknown resource is reported first
	// beside are ids of likely new members, worth reading together with the resource. known are
	// those that exist, once they have been read.
	beside []string
	known  []*scim.Resource
	hashed string // the hash of the password that the client sent, once it is made
	tries  int    // how often it has been read and applied
	// stored is where the document that a PATCH is applied to is taken apart, or nil.
	stored *schema.Stored
}

// edit is what a PUT or PATCH makes of a resource.
type edit struct {
	content
	changed     bool
	newPassword bool // doc["password"] is what the client sent, not a hash
	members     patch.Members
	notes       []string
}

// modify reads, applies and commits once. A race that was lost is repeated for a share of the request's
// time: each time another writer has won, so all of them get through. The exception is one for a version
// that the client has named, which is answered with 412; a member that was deleted meanwhile does not
// concern that version.
func (p *Provider) modify(ctx context.Context, w *modification) (*scim.Result, error) {
	var race Race
	for race.Next(ctx) {
		res, err := p.modifyOnce(ctx, w)
		if !race.Lost(err, w.match) {
			return res, err
		}
		if lostMember(err) {
			w.known = nil // they are outdated
		}
	}
	return nil, race.Err()
}

func (p *Provider) modifyOnce(ctx context.Context, w *modification) (*scim.Result, error) {
	w.tries++
	cur, groups, err := p.current(ctx, w)
	if err != nil {
		return nil, err
	}
	if err := w.match.Check(cur.Version); err != nil {
		return nil, scim.AsError(err) // a refusal, no race
	}
	if w.view.err != nil {
		return nil, w.view.err
	}
	now, err := w.content(cur)
	if err != nil {
		return nil, err
	}
	e, err := w.edited(ctx, now)
	if err != nil {
		return nil, err
	}
	d, more, err := p.membership(ctx, w, e.members)
	if err != nil {
		return nil, err
	}
	notes := slices.Concat(e.notes, more)
	if !e.changed && d.empty() {
		res, err := p.result(ctx, w.Target, cur, &w.view, groups)
		return written(res, err, false, notes)
	}
	next := write{Target: w.Target, change: scim.Change{Prior: cur}, have: d.have, attempt: w.tries}
	if err := p.changeOf(ctx, w, &next.change, &e, d); err != nil {
		return nil, err
	}
	if read := groups; read != nil { // their names are read while the change is written
		wait := async.Start(func() (memberships, error) { return read(ctx) })
		defer func() { _, _ = wait() }()
		groups = func(context.Context) (memberships, error) { return wait() }
	}
	stored, err := p.commit(ctx, next)
	if err != nil {
		return nil, err
	}
	changed := stored.Version != cur.Version
	res, err := p.result(ctx, w.Target, stored, &w.view, groups)
	return written(res, err, changed, notes)
}

// content decodes what the modification looks at of the current resource.
func (w *modification) content(cur *scim.Resource) (content, error) {
	if w.patch != nil {
		return decodePart(w.Type, cur, w.patch, w.stored)
	}
	doc, err := decode(cur)
	return content{doc: doc}, err
}

// edited applies the modification to the current state, whose doc it may change.
func (w *modification) edited(ctx context.Context, now content) (edit, error) {
	active := now.doc["active"]
	e, err := w.apply(ctx, w, now)
	if err == nil && w.Self() && !schema.Equal(e.doc["active"], active) {
		err = scim.NewError(scim.CodeSelf, "a user cannot change its own active; an administrator does so").About("active")
	}
	return e, err
}

// current reads the resource, and at the first try what is worth reading with it.
func (p *Provider) current(ctx context.Context, w *modification) (*scim.Resource, groupSource, error) {
	if len(w.beside) == 0 {
		return p.read(ctx, w.Target, w.view.withGroups)
	}
	r, known, err := p.readBeside(ctx, w.Target, w.Tenant.Types.List[0].Name, w.beside)
	w.known, w.beside = known, nil
	return r, nil, err
}

// changeOf makes c the atomic change that an edit of c.Prior amounts to.
func (p *Provider) changeOf(ctx context.Context, w *modification, c *scim.Change, e *edit, d delta) error {
	cur := c.Prior
	*c = scim.Change{Type: w.Type.Name, ID: w.ID, If: cur.Version, Now: p.later(cur.LastModified), Prior: cur,
		AddMembers: d.add, RemoveMembers: d.remove, ClearMembers: d.clear}
	if !e.changed {
		if !w.match.Present && d.blind {
			c.If = scim.IfAny // adding and removing edges commutes with every other change of the group
		}
		return nil
	}
	next := draft{Target: w.Target, content: e.content, created: cur.Created, newPassword: e.newPassword, hashed: w.hashed}
	if e.newPassword {
		before, err := decode(cur)
		if err != nil {
			return err
		}
		next.held = p.indexKeys(w.Tenant, w.Type, content{doc: before}, cur.LastModified)
	}
	err := p.put(ctx, c, &next)
	w.hashed = next.hashed
	return err
}
