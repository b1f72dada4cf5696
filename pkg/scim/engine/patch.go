package engine

import (
	"context"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/patch"
)

// Patch implements scim.Provider.
func (p *Provider) Patch(ctx context.Context, at scim.Target, body map[string]any, m scim.Match, pr scim.Projection) (*scim.Result, error) {
	o := patch.Options{Strict: at.Tenant.Strict, EntraMembers: at.Tenant.EntraMembers, MaxOps: at.Tenant.Limits.MaxPatchOps}
	req, parseErr := patch.Parse(at.Type, body, o) // reported only once the resource is known to exist
	w := &modification{Target: at, match: m, view: p.viewOf(at.Type, pr), beside: req.MemberIDs()}
	w.apply = func(doc map[string]any) (*edit, error) {
		if parseErr != nil {
			return nil, parseErr
		}
		before := doc["password"]
		res, err := req.Apply(doc)
		if err != nil {
			return nil, err
		}
		w.view.carried(res.Requested)
		after := res.Doc["password"]
		return &edit{doc: res.Doc, changed: res.Changed, newPassword: after != nil && after != before, members: res.Members, notes: res.Notes}, nil
	}
	return p.modify(ctx, w)
}
