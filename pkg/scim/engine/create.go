package engine

import (
	"context"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/patch"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// Create implements scim.Provider.
func (p *Provider) Create(ctx context.Context, at scim.Target, body map[string]any, pr scim.Projection) (*scim.Result, error) {
	if err := p.ready(at.Tenant, at.Type); err != nil {
		return nil, err
	}
	v := p.viewOf(at.Type, pr, at.By)
	if v.err != nil {
		return nil, v.err
	}
	at.ID = p.o.NewID()
	asked := p.asked(at.Type, body)
	doc, members, notes, err := p.compose(at, body)
	if err != nil {
		return nil, err
	}
	stored, more, err := p.insert(ctx, joining{Target: at, want: members}, doc)
	if err != nil {
		return nil, err
	}
	v.carried(asked)
	res, err := p.result(ctx, at, stored, &v, noGroups) // no group can have named it before
	return written(res, err, true, append(notes, more...))
}

// compose makes the document of a new resource from the body of a POST, and what it says of members. The document is
// made in the body if that is canonical already.
func (p *core) compose(at scim.Target, body map[string]any) (doc map[string]any, members []patch.Member, notes []string, err error) {
	doc = body
	if mode := (schema.Mode{Strict: at.Tenant.Strict, MaxValues: at.Tenant.Limits.MaxValues, MaxBytes: p.largest}); !at.Type.Ready(body, mode) {
		if doc, notes, err = at.Type.Canonical(body, mode); err != nil {
			return nil, nil, nil, err
		}
	}
	members, left, err := takeMembers(at, doc)
	if err != nil {
		return nil, nil, nil, err
	}
	notes = append(notes, left...)
	if setDefaults(at, doc, body) {
		notes = append(notes, "active without a value was read as true")
	}
	if at.Type.IsUser() && p.o.Hasher == nil {
		delete(doc, "password")
	}
	return doc, members, notes, at.Type.CheckRequired(doc)
}

// insert commits a new resource with its members, which it looks up again if one of them was deleted
// meanwhile. The strings are notes for the log.
func (p *Provider) insert(ctx context.Context, j joining, doc map[string]any) (*scim.Resource, []string, error) {
	c := scim.Change{Type: j.Type.Name, ID: j.ID, If: scim.IfAbsent, Now: p.now()}
	d := draft{Target: j.Target, content: content{doc: doc}, created: c.Now, newPassword: doc["password"] != nil}
	if err := p.put(ctx, &c, &d); err != nil {
		return nil, nil, err
	}
	var lost error
	for try := range maxTries {
		add, notes, err := j.resolve(ctx, p)
		if err != nil {
			return nil, nil, err
		}
		c.AddMembers = add
		stored, err := p.commit(ctx, write{Target: j.Target, change: c, attempt: try + 1})
		if !lostMember(err) {
			return stored, notes, err
		}
		lost = err
		if err := sleep(ctx, try); err != nil {
			return nil, nil, err
		}
	}
	return nil, nil, &scim.BusyError{RetryAfter: time.Second, Cause: lost}
}

// written completes the result of a write.
func written(res *scim.Result, err error, changed bool, notes []string) (*scim.Result, error) {
	if err != nil {
		return nil, err
	}
	res.Changed, res.Notes = changed, append(notes, res.Notes...)
	return res, nil
}

// setDefaults gives a new user the state that the client has not given (C-05): active, also where the
// body names it without a value, which it reports. A strict tenant can leave it unassigned so.
func setDefaults(at scim.Target, doc, body map[string]any) (unreadable bool) {
	active := at.Type.Schema.Attribute("active")
	if !at.Type.IsUser() || active == nil {
		return false
	}
	if _, ok := doc["active"]; ok {
		return false
	}
	named := names(at.Type, body, active)
	if !named || !at.Tenant.Strict {
		doc["active"] = true
	}
	return named && !at.Tenant.Strict
}

// asked collects the attributes returned on request that a client wrote, in extensions, too.
func (p *core) asked(rt *schema.ResourceType, body map[string]any) (names []string) {
	if f := p.factsOf(rt); !f.onRequest && f.plain {
		return nil
	}
	for k, v := range body {
		if ref, ok := rt.ResolveName(k); ok {
			names = rt.AppendRequested(names, ref, v)
		}
	}
	return names
}
