package dynamo

import (
	"context"
	"errors"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// AddToken implements tenant.Directory.
func (ts *Tenants) AddToken(ctx context.Context, id scim.TenantID, t tenant.Token) error {
	if err := refusal(id, t.Check()); err != nil {
		return err
	}
	if t.Created.IsZero() {
		t.Created = ts.store.o.Now()
	}
	e := tokenChange(tenant.TokenChange{Name: &t.Name, Connection: &t.Connection, Scopes: &t.Scopes, Expires: &t.Expires,
		ReplacedBy: &t.ReplacedBy, Revoked: &t.Revoked})
	e.assignString(attrUser, &t.UserID)
	e.assignTime(attrUsed, t.Used)
	e.assignTime(attrCreated, t.Created)
	e.set(attrHash, e.bind(":"+attrHash, bin(t.Hash[:])))
	e.require(itemAbsent)
	return ts.writeCredential(ctx, id, credentialWrite{
		action: ts.store.updateAction(tokenKey(id, t.KeyID), e), raises: t.Connection != tenant.Connection{},
		failed: func(item) error { return tenant.ErrExists },
	})
}

// ChangeToken implements tenant.Directory.
func (ts *Tenants) ChangeToken(ctx context.Context, id scim.TenantID, keyID string, c tenant.TokenChange) error {
	if err := refusal(id, c.Check()); err != nil {
		return err
	}
	if !keyable(keyID) {
		return ts.absent(ctx, id)
	}
	e := tokenChange(c)
	e.require(itemExists)
	e.require(absent(attrClient))
	if c.Replaces() {
		e.require(absent(attrReplacedBy))
	}
	e.returnOld = true
	k := tokenKey(id, keyID)
	action := ts.store.updateAction(k, e)
	if e.update() == nil {
		action = ts.store.checkAction(k, e)
	}
	return ts.writeCredential(ctx, id, credentialWrite{
		action: action, raises: c.Connection != nil && *c.Connection != tenant.Connection{},
		failed: func(found item) error {
			if found == nil || found[attrClient] != nil {
				return tenant.ErrNotFound
			}
			return tenant.ErrChanged
		},
	})
}

// PutClient implements tenant.Directory.
func (ts *Tenants) PutClient(ctx context.Context, id scim.TenantID, c tenant.Client) error {
	if err := refusal(id, c.Check()); err != nil {
		return err
	}
	k := tokenKey(id, c.ID)
	e := onlyIf(itemAbsent)
	switch {
	case c.Version != 0:
		e = onlyIf(attrClientVersion + " = :was")
		e.bind(":was", num(c.Version))
		if c.Created.IsZero() {
			it, err := ts.store.getItem(ctx, k, true)
			if err != nil {
				return err
			}
			if was, err := readClient(it); it[attrClient] != nil && err == nil {
				c.Created = was.Created
			}
		}
	case c.Created.IsZero():
		c.Created = ts.store.o.Now()
	}
	if c.Version == 0 {
		e.assignTime(attrUsed, c.Used)
		e.removes = nil // there is nothing to remove
	}
	doc, err := c.Document()
	if err != nil {
		return err
	}
	e.set(attrClient, e.bind(":"+attrClient, bin(doc)))
	e.set(attrClientVersion, e.bind(":"+attrClientVersion, num(c.Version+1)))
	e.returnOld = true
	return ts.writeCredential(ctx, id, credentialWrite{action: ts.store.updateAction(k, e), raises: true, failed: func(found item) error {
		switch {
		case c.Version == 0:
			return tenant.ErrExists
		case found[attrClient] == nil:
			return tenant.ErrNotFound
		}
		return tenant.ErrChanged
	}})
}

// RemoveCredential implements tenant.Directory.
func (ts *Tenants) RemoveCredential(ctx context.Context, id scim.TenantID, name string) error {
	if id.IsZero() {
		return tenant.ErrUnknown
	}
	if !keyable(name) {
		return ts.absent(ctx, id)
	}
	return ts.writeCredential(ctx, id, credentialWrite{action: ts.store.deleteAction(tokenKey(id, name), onlyIf(itemExists)),
		failed: func(item) error { return tenant.ErrNotFound }})
}

// Touch implements tenant.Directory: one update of one attribute, under a condition, and no read.
func (ts *Tenants) Touch(ctx context.Context, id scim.TenantID, name string, used time.Time) error {
	if id.IsZero() || !keyable(name) {
		return nil
	}
	e := onlyIf(itemExists)
	e.require("(" + absent(attrUsed) + " OR " + attrUsed + " < " + e.bind(":u", num(used.UnixMilli())) + ")")
	e.set(attrUsed, ":u")
	_, err := ts.store.updateItem(ctx, tokenKey(id, name), e, types.ReturnValueNone)
	return ignoreFailedCondition(err)
}

// Once implements tenant.Directory: one put, under a condition. The item names who wrote it, so that a put
// that is repeated because its response was lost finds out that it was the first.
func (ts *Tenants) Once(ctx context.Context, id scim.TenantID, name string, until time.Time) (bool, error) {
	if id.IsZero() {
		return false, tenant.ErrUnknown
	}
	owner := newOwner()
	it := onceKey(id, name).item()
	it[attrWriter], it[attrTTL] = str(owner), num(until.Unix()+1)
	err := ts.store.putItem(ctx, it, ifAbsent())
	var failed *conditionFailed
	if errors.As(err, &failed) {
		return stringOf(failed.current[0], attrWriter) == owner, nil
	}
	return err == nil, err
}

// absent is the error for a credential that cannot be: what is missing is the credential or the tenant.
func (ts *Tenants) absent(ctx context.Context, id scim.TenantID) error {
	it, err := ts.store.getItem(ctx, settingsKey(id), true)
	switch {
	case err != nil:
		return err
	case it == nil || it[attrDeleted] != nil:
		return tenant.ErrUnknown
	}
	return tenant.ErrNotFound
}

// refusal is the error of a check, or of a tenant that cannot be.
func refusal(id scim.TenantID, err error) error {
	if err == nil && id.IsZero() {
		return tenant.ErrUnknown
	}
	return err
}

// keyable reports whether there can be a credential of this name.
func keyable(name string) bool { return storable(name) && utf8.ValidString(name) }
