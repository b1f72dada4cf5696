package engine

import (
	"context"
	"slices"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/patch"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// Replace implements scim.Provider.
func (p *Provider) Replace(ctx context.Context, at scim.Target, body map[string]any, m scim.Match, pr scim.Projection) (*scim.Result, error) {
	if err := p.ready(at.Tenant, at.Type); err != nil {
		return nil, err
	}
	return p.modify(ctx, p.replacing(at, body, m, pr))
}

// replacing is the modification of a PUT.
func (p *core) replacing(at scim.Target, body map[string]any, m scim.Match, pr scim.Projection) *modification {
	w := &modification{Target: at, match: m, view: p.viewOf(at.Type, pr, at.By), apply: applyReplace, body: body, largest: p.largest}
	w.view.carried(p.asked(at.Type, body))
	return w
}

// applyReplace reads the body of a PUT against the document that it replaces.
func applyReplace(_ context.Context, w *modification, now content) (edit, error) {
	at, doc := w.Target, now.doc
	next, notes, err := at.Type.Canonical(w.body, schema.Mode{Strict: at.Tenant.Strict, MaxValues: at.Tenant.Limits.MaxValues, MaxBytes: w.largest, Stored: schema.Document(doc)})
	if err != nil {
		return edit{}, err
	}
	members, left, err := takeMembers(at, next)
	if err != nil {
		return edit{}, err
	}
	password := next["password"]
	more, err := keepOnReplace(w, doc, next)
	if err != nil {
		return edit{}, err
	}
	if err := at.Type.CheckRequired(next); err != nil {
		return edit{}, err
	}
	at.Type.FixSchemas(next)
	e := edit{content: content{doc: next}, changed: !schema.Equal(next, doc), newPassword: password != nil, notes: slices.Concat(notes, left, more)}
	if !at.Type.HasMembers() {
		return e, nil
	}
	if k := (keeper{rt: at.Type, body: w.body}); len(members) == 0 && k.unreadable(sent{}, at.Type.Schema.Attribute("members")) {
		e.notes = append(e.notes, "no element of members names a member; they were left as they are")
		return e, nil
	}
	e.members = patch.ReplaceMembers(members)
	return e, nil
}
