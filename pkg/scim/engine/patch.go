package engine

import (
	"context"
	"sync"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/patch"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// Patch implements scim.Provider.
func (p *Provider) Patch(ctx context.Context, at scim.Target, body map[string]any, m scim.Match, pr scim.Projection) (*scim.Result, error) {
	if err := p.ready(at.Tenant, at.Type); err != nil {
		return nil, err
	}
	w, _ := patchings.Get().(*patching)
	p.begin(w, at, body, m, pr)
	w.beside = w.patch.MemberIDs()
	res, err := p.modify(ctx, &w.modification)
	w.reset()
	patchings.Put(w)
	return res, err
}

// patching is a PATCH with the memory that it works in.
type patching struct {
	modification
	document schema.Stored
	room     patch.Room
}

// patchings are used again, which saves a PATCH a third of the memory that it takes. What goes to the store, hooks,
// the log and the caller is never part of one.
var patchings = sync.Pool{New: func() any { return new(patching) }}

// reset forgets the PATCH.
func (w *patching) reset() {
	w.modification = modification{}
	w.document.Reset()
	w.room.Reset()
}

// patching is the modification of a PATCH whose memory is not used again.
func (p *core) patching(at scim.Target, body map[string]any, m scim.Match, pr scim.Projection) *modification {
	w := new(patching)
	p.begin(w, at, body, m, pr)
	return &w.modification
}

// begin parses the body of a PATCH.
func (p *core) begin(w *patching, at scim.Target, body map[string]any, m scim.Match, pr scim.Projection) {
	limits := at.Tenant.Limits
	o := patch.Options{
		Strict: at.Tenant.Strict, EntraMembers: at.Tenant.EntraMembers,
		MaxOps: limits.MaxPatchOps, MaxValues: limits.MaxValues, MaxNodes: limits.MaxNodes, MaxBytes: p.largest,
		Paths: &p.factsOf(at.Type).paths, Room: &w.room,
	}
	w.modification = modification{Target: at, match: m, view: p.viewOf(at.Type, pr, at.By), apply: applyPatch, stored: &w.document}
	w.patch, w.fault = patch.Parse(at.Type, body, o)
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
