package engine

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// draft is the new state of a resource, complete but for the hash of a new password.
type draft struct {
	scim.Target
	content
	created     time.Time
	newPassword bool            // doc["password"] is what the client sent, not a hash
	held        []scim.IndexKey // keys that the resource has already
	hashed      string          // of the new password, if an earlier try has made it
}

// put makes a draft the new state of a change. It is the last step before the commit, since the
// hash of a password costs more than everything before it.
func (p *Provider) put(ctx context.Context, c *scim.Change, d *draft) error {
	c.Keys, c.Display = p.indexKeys(d.Tenant, d.Type, d.content, c.Now), d.name()
	if err := p.checkUnfinished(ctx, c, d); err != nil {
		return err
	}
	if d.newPassword {
		if err := p.seal(ctx, c, d); err != nil {
			return err
		}
	}
	next := &scim.Resource{Type: d.Type.Name, ID: d.ID, Created: d.created, LastModified: c.Now}
	next.ExternalID, _ = d.text("externalId")
	next.Document, next.Hidden = encode(d.Type, d.content)
	c.Put = next
	return nil
}

// seal replaces the new password of a draft by its hash, which it makes once. A value that another
// resource has is refused before: the commit would refuse it too, but after the work.
func (p *Provider) seal(ctx context.Context, c *scim.Change, d *draft) error {
	password, ok := d.doc["password"].(string)
	if !ok || !d.Type.IsUser() {
		return nil
	}
	d.doc = maps.Clone(d.doc)
	if p.o.Hasher == nil { // then passwords are not stored
		delete(d.doc, "password")
		return nil
	}
	if d.hashed == "" {
		if err := p.untaken(ctx, c, d); err != nil {
			return err
		}
		var err error
		if d.hashed, err = p.o.Hasher.Hash(ctx, d.Tenant.ID, password); err != nil {
			return err
		}
	}
	d.doc["password"] = d.hashed
	return nil
}

// untaken looks up the unique keys of a change that the resource does not hold yet.
func (p *Provider) untaken(ctx context.Context, c *scim.Change, d *draft) error {
	for _, key := range c.Keys {
		if !key.Unique || slices.Contains(d.held, key) {
			continue
		}
		list, err := p.store.Lookup(ctx, d.Tenant.ID, c.Type, key, scim.Page{Limit: 1})
		if err != nil {
			return err
		}
		if len(list.Resources) > 0 && list.Resources[0].ID != c.ID {
			return &scim.TakenError{Attr: key.Attr, ID: list.Resources[0].ID}
		}
	}
	return nil
}
