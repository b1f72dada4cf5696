package engine

import (
	"context"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/patch"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// Patch implements scim.Provider.
func (p *Provider) Patch(ctx context.Context, at scim.Target, body map[string]any, m scim.Match, pr scim.Projection) (*scim.Result, error) {
	w := p.patching(at, body, m, pr)
	w.beside = w.patch.MemberIDs()
	return p.modify(ctx, w)
}

// patching parses the body of a PATCH.
func (p *core) patching(at scim.Target, body map[string]any, m scim.Match, pr scim.Projection) *modification {
	limits := at.Tenant.Limits
	o := patch.Options{
		Strict: at.Tenant.Strict, EntraMembers: at.Tenant.EntraMembers,
		MaxOps: limits.MaxPatchOps, MaxValues: limits.MaxValues, MaxNodes: limits.MaxNodes,
		Paths: &p.factsOf(at.Type).paths,
	}
	one := &struct { // one allocation instead of two
		modification
		stored schema.Stored
	}{modification: modification{Target: at, match: m, view: p.viewOf(at.Type, pr, at.By), apply: applyPatch}}
	w := &one.modification
	w.stored = &one.stored
	w.patch, w.fault = patch.Parse(at.Type, body, o)
	return w
}

// applyPatch applies the operations of a PATCH to the current document.
func applyPatch(ctx context.Context, w *modification, now content) (edit, error) {
	if w.fault != nil {
		return edit{}, w.fault
	}
	before := now.doc["password"]
	res, err := w.patch.ApplyPart(ctx, now.doc, now.rest)
	if err != nil {
		return edit{}, err
	}
	w.view.carried(res.Requested)
	after := res.Doc["password"]
	return edit{content: content{res.Doc, now.rest}, changed: res.Changed, newPassword: after != nil && after != before, members: res.Members, notes: res.Notes}, nil
}
