package engine

import (
	"context"
	"maps"
	"slices"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/patch"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// Draft is what a write makes of a resource: the row to store, unless Changed is false, which means
// that nothing is to be stored.
type Draft struct {
	Row
	Was     int64 // the version that the row had before; 0 if it is new
	Changed bool
	Joined  []scim.Member // who becomes a member
	Left    []scim.Member // who is none any longer
	Notes   []string      // what was ignored or repaired, for the provisioning log
	asked   []string      // what the client wrote, for "returned: request"
}

// Create makes the first row of a resource from the body of a POST, with a new id and version 1. find
// looks up its members.
func (r *Rules) Create(ctx context.Context, at scim.Target, body map[string]any, find Find) (*Draft, error) {
	at.ID = r.o.NewID()
	asked := r.asked(at.Type, body)
	doc, members, notes, err := r.compose(at, owned(body))
	if err != nil {
		return nil, err
	}
	joined, more, err := joining{Target: at, want: members}.resolve(ctx, find)
	if err != nil {
		return nil, err
	}
	now := r.now()
	d := &Draft{Row: Row{ID: at.ID, Version: 1, Created: now, LastModified: now, Attributes: doc, Members: joined},
		Changed: true, Joined: joined, Notes: append(notes, more...), asked: asked}
	return d, r.hashed(ctx, at, d)
}

// Replace makes the row that a PUT leaves of a row. A Provider checks the condition of the request
// (scim.Match) before.
func (r *Rules) Replace(ctx context.Context, at scim.Target, row Row, body map[string]any, find Find) (*Draft, error) {
	return r.change(ctx, r.replacing(at, owned(body), scim.Match{}, scim.Projection{}), row, find)
}

// Patch makes the row that the operations of a PATCH leave of a row: all of them, or an error.
func (r *Rules) Patch(ctx context.Context, at scim.Target, row Row, body map[string]any, find Find) (*Draft, error) {
	return r.change(ctx, r.patching(at, owned(body), scim.Match{}, scim.Projection{}), row, find)
}

func (r *Rules) change(ctx context.Context, w *modification, row Row, find Find) (*Draft, error) {
	if err := row.of(w.Target); err != nil {
		return nil, err
	}
	doc, err := schema.DecodeStored(schema.AppendValue(nil, row.document(w.Type)), storedDepth) // its own, to the last list
	if err != nil {
		return nil, err
	}
	e, err := w.edited(ctx, content{doc: doc})
	if err != nil {
		return nil, err
	}
	d := &Draft{Row: row, Was: row.Version, Changed: e.changed, Notes: e.notes}
	for name := range w.view.request {
		d.asked = append(d.asked, name)
	}
	more, err := r.members(ctx, w, e.members, d, find)
	if err != nil {
		return nil, err
	}
	d.Notes = append(slices.Clip(d.Notes), more...)
	if d.Changed = d.Changed || len(d.Joined)+len(d.Left) > 0; !d.Changed {
		return d, nil
	}
	d.Version++
	d.LastModified = r.later(row.LastModified)
	if !e.changed {
		return d, nil
	}
	d.Attributes = e.doc
	if !e.newPassword {
		return d, nil
	}
	return d, r.hashed(ctx, w.Target, d)
}

// owned is a copy of a body to the last list: a row is kept, and a body may not be.
func owned(body map[string]any) map[string]any {
	own := make(map[string]any, len(body))
	for name, v := range body {
		own[name] = ownedValue(v)
	}
	return own
}

func ownedValue(v any) any {
	switch v := v.(type) {
	case map[string]any:
		return owned(v)
	case []any:
		own := make([]any, len(v))
		for i := range v {
			own[i] = ownedValue(v[i])
		}
		return own
	}
	return v
}

// members carries a change of membership out on the members of a row.
func (r *Rules) members(ctx context.Context, w *modification, want patch.Members, d *Draft, find Find) ([]string, error) {
	if !w.Type.HasMembers() || want.Empty() {
		return nil, nil
	}
	j := joining{Target: w.Target, want: want.Added()}
	j.have = make(map[string]scim.Member, len(d.Members))
	for _, m := range d.Members {
		j.have[m.ID] = m
	}
	joined, notes, err := j.resolve(ctx, find)
	if err != nil {
		return nil, err
	}
	exists := make(map[string]scim.Member, len(joined))
	for _, m := range joined {
		exists[m.ID] = m
	}
	change, err := r.netDelta(w, want, j.have, exists)
	if err != nil {
		return nil, err
	}
	after := maps.Clone(j.have)
	if change.clear {
		change.remove = slices.Collect(maps.Keys(j.have))
	}
	for _, id := range change.remove {
		if m, member := after[id]; member {
			d.Left = append(d.Left, m)
		}
		delete(after, id)
	}
	for _, m := range change.add {
		if _, member := after[m.ID]; !member {
			d.Joined = append(d.Joined, m)
		}
		after[m.ID] = m
	}
	d.Members = make([]scim.Member, 0, len(after))
	for _, id := range slices.Sorted(maps.Keys(after)) {
		d.Members = append(d.Members, after[id])
	}
	return notes, nil
}

// find implements finder.
func (f Find) find(ctx context.Context, _ *joining, typ string, ids []string) ([]scim.Member, error) {
	return f(ctx, typ, ids)
}

// hashed replaces a new password by its hash, or drops it without a hash function.
func (r *Rules) hashed(ctx context.Context, at scim.Target, d *Draft) error {
	password, ok := d.Attributes["password"].(string)
	if !ok || !at.Type.IsUser() {
		return nil
	}
	d.Attributes = maps.Clone(d.Attributes)
	if r.o.Hasher == nil {
		delete(d.Attributes, "password")
		return nil
	}
	hash, err := r.o.Hasher.Hash(ctx, at.Tenant.ID, password)
	d.Attributes["password"] = hash
	return err
}
