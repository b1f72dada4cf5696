package engine

import (
	"context"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// Create implements scim.Provider.
func (p *Provider) Create(ctx context.Context, at scim.Target, body map[string]any, pr scim.Projection) (*scim.Result, error) {
	v := p.viewOf(at.Type, pr)
	if v.err != nil {
		return nil, v.err
	}
	at.ID = p.o.NewID()
	doc, notes, err := at.Type.Canonical(body, schema.Mode{Strict: at.Tenant.Strict, MaxValues: at.Tenant.Limits.MaxValues})
	if err != nil {
		return nil, err
	}
	members := takeMembers(doc)
	if setDefaults(at, doc, body) {
		notes = append(notes, "active without a value was read as true")
	}
	if err := p.seal(at, doc); err != nil {
		return nil, err
	}
	if err := at.Type.CheckRequired(doc); err != nil {
		return nil, err
	}
	add, more, err := p.resolve(ctx, joining{Target: at, want: members})
	if err != nil {
		return nil, err
	}
	c := scim.Change{Type: at.Type.Name, ID: at.ID, If: scim.IfAbsent, Now: p.now(), AddMembers: add}
	p.put(&c, at, doc, c.Now)
	stored, err := p.commit(ctx, at.Tenant, c)
	if err != nil {
		return nil, err
	}
	v.carried(p.asked(at.Type, body))
	res, err := p.result(ctx, at, stored, &v, noGroups) // no group can have named it before
	return written(res, err, true, append(notes, more...))
}

// written completes the result of a write.
func written(res *scim.Result, err error, changed bool, notes []string) (*scim.Result, error) {
	if err != nil {
		return nil, err
	}
	res.Changed, res.Notes = changed, append(notes, res.Notes...)
	return res, nil
}

// put makes a canonical document the new state of a change.
func (p *Provider) put(c *scim.Change, at scim.Target, doc map[string]any, created time.Time) {
	next := &scim.Resource{Type: at.Type.Name, ID: at.ID, Created: created, LastModified: c.Now}
	next.ExternalID, _ = doc["externalId"].(string)
	next.Document, next.Hidden = encode(at.Type, doc)
	c.Put, c.Keys, c.Display = next, p.indexKeys(at.Tenant, at.Type, doc), nameOf(doc)
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

// seal hashes a password that a client has written. Without a hash function, or where the
// tenant has switched the attribute off, the value is dropped.
func (p *Provider) seal(at scim.Target, doc map[string]any) error {
	if !at.Type.IsUser() {
		return nil
	}
	pw, ok := doc["password"].(string)
	if !ok {
		return nil
	}
	if p.o.Hash == nil || at.Tenant.NoPassword {
		delete(doc, "password")
		return nil
	}
	hash, err := p.o.Hash(pw)
	if err != nil {
		return err
	}
	doc["password"] = hash
	return nil
}

// asked collects the top-level names that a client wrote, for "returned: request".
func (p *Provider) asked(rt *schema.ResourceType, body map[string]any) []string {
	if f := p.factsOf(rt); !f.onRequest && f.plain {
		return nil
	}
	names := make([]string, 0, len(body))
	for k := range body {
		names = append(names, k)
	}
	return names
}
