package engine

import (
	"context"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/patch"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// Replace implements scim.Provider.
func (p *Provider) Replace(ctx context.Context, at scim.Target, body map[string]any, m scim.Match, pr scim.Projection) (*scim.Result, error) {
	w := &modification{Target: at, match: m, view: p.viewOf(at.Type, pr), apply: applyReplace, body: body}
	w.view.carried(p.asked(at.Type, body))
	return p.modify(ctx, w)
}

// applyReplace reads the body of a PUT against the document that it replaces.
func applyReplace(w *modification, doc map[string]any) (edit, error) {
	at := w.Target
	next, notes, err := at.Type.Canonical(w.body, schema.Mode{Strict: at.Tenant.Strict})
	if err != nil {
		return edit{}, err
	}
	members := takeMembers(next)
	sent := next["password"]
	if err := keepOnReplace(at, doc, next); err != nil {
		return edit{}, err
	}
	if err := at.Type.CheckRequired(next); err != nil {
		return edit{}, err
	}
	at.Type.FixSchemas(next)
	e := edit{doc: next, changed: !schema.Equal(next, doc), newPassword: sent != nil, notes: notes}
	if at.Type.HasMembers() {
		e.members = patch.Members{Clear: true, Add: members}
	}
	return e, nil
}

// keepOnReplace carries over what a PUT must not lose when its body omits it: active, password,
// externalId (tolerant) and immutable values (U-04, A-28, A-51).
func keepOnReplace(at scim.Target, old, next map[string]any) error {
	for _, name := range []string{"active", "password", "externalId"} {
		if name == "externalId" && at.Tenant.Strict {
			continue
		}
		if _, ok := next[name]; !ok && old[name] != nil {
			next[name] = old[name]
		}
	}
	if err := keepImmutable(at.Type.Schema.Attributes, old, next, ""); err != nil {
		return err
	}
	for _, e := range at.Type.Extensions {
		was, _ := old[e.Schema.ID].(map[string]any)
		is, _ := next[e.Schema.ID].(map[string]any)
		if was == nil {
			continue
		}
		if is == nil {
			is = map[string]any{}
		}
		if err := keepImmutable(e.Schema.Attributes, was, is, e.Schema.ID+":"); err != nil {
			return err
		}
		if len(is) > 0 {
			next[e.Schema.ID] = is
		}
	}
	return nil
}

// keepImmutable carries over immutable values, and refuses other values for them
// (RFC 7643 §2.2). prefix names the parent in the error.
func keepImmutable(attrs []*schema.Attribute, old, next map[string]any, prefix string) error {
	for _, a := range attrs {
		was, ok := old[a.Name]
		if !ok {
			continue
		}
		is, given := next[a.Name]
		if a.Mutability == schema.Immutable {
			if given && !schema.Equal(was, is) {
				return scim.NewError(scim.CodeMutability, "%s%s is immutable and already has another value", prefix, a.Name)
			}
			next[a.Name] = was
			continue
		}
		if a.Type != schema.Complex || a.MultiValued || !given {
			continue
		}
		wasMap, _ := was.(map[string]any)
		isMap, _ := is.(map[string]any)
		if wasMap == nil || isMap == nil {
			continue
		}
		if err := keepImmutable(a.SubAttributes, wasMap, isMap, prefix+a.Name+"."); err != nil {
			return err
		}
	}
	return nil
}
