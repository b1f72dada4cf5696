package engine

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Options configure the standard Provider. Zero fields take the defaults.
type Options struct {
	// PublicBase is the URL before the tenant in every emitted URL, for instance
	// "https://scim.example.com/scim/v2". It never comes from a request.
	PublicBase string
	// Now is the clock; time.Now by default.
	Now func() time.Time
	// NewID makes resource ids. They must ascend, see scim.Store.List; UUIDs of version 7 by
	// default.
	NewID func() string
	// Hash turns a password into what is stored. Without it, and without Hasher, passwords are
	// dropped. It is called for what passes every other check, and no more often at a time than the
	// machine has cores; see Hasher.
	Hash func(password string) (string, error)
	// Hasher is used instead of Hash. Give one to all Providers of a process, so that they share
	// its bounds. By default a Provider makes its own over Hash.
	Hasher *Hasher
	// CursorKey seals the cursors of tenants without a key of their own
	// (TenantConfig.CursorKey) and must be equal on all instances. Zero means a random key.
	CursorKey [32]byte
	// MaxAnswer is Limits.MaxAnswer of tenants that set none: what the transport can carry.
	MaxAnswer int
	// Before is called before every commit. It may change what is to be written, or refuse it by
	// an error: a *scim.Error (see scim.Refuse) reaches the client, any other is answered with 500.
	Before func(ctx context.Context, t *scim.Tenant, c *scim.Change) error
	// After is called after every commit that succeeded, with the resource as stored, or nil
	// after a removal. It runs while the client waits.
	After func(ctx context.Context, t *scim.Tenant, c *scim.Change, stored *scim.Resource)
}

// Provider is the standard scim.Provider: the rules of SCIM over a Store. Make it with New. Safe
// for concurrent use.
type Provider struct {
	store  scim.Store
	edges  scim.EdgeReader // the store, where it has the ability
	o      Options
	cursor *cursorBox
	facts  sync.Map // *schema.ResourceType → *facts
}

var _ scim.Provider = (*Provider)(nil)

// New makes the standard Provider over a store.
func New(store scim.Store, o Options) *Provider {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.NewID == nil {
		o.NewID = (&idSource{now: o.Now}).next
	}
	if o.CursorKey == [32]byte{} {
		_, _ = rand.Read(o.CursorKey[:]) // never fails (crypto/rand)
	}
	if o.Hasher == nil {
		o.Hasher = NewHasher(o.Hash)
	}
	edges, _ := store.(scim.EdgeReader)
	return &Provider{store: store, edges: edges, o: o, cursor: newCursorBox(o.CursorKey, o.Now)}
}

// commit is the only way to the store's Commit: hooks run here and nowhere else.
func (p *Provider) commit(ctx context.Context, t *scim.Tenant, c scim.Change) (*scim.Resource, error) {
	if p.o.Before != nil {
		if err := p.o.Before(ctx, t, &c); err != nil {
			return nil, err
		}
	}
	stored, err := p.store.Commit(ctx, t.ID, c)
	if err == nil && p.o.After != nil {
		p.o.After(ctx, t, &c, stored)
	}
	return stored, aboutSize(err, &c)
}

// aboutSize says what is too large: the resource, or a value that is kept a second time to be
// looked up.
func aboutSize(err error, c *scim.Change) error {
	if err == nil {
		return nil // before anything is allocated
	}
	var large *scim.TooLargeError
	if !errors.As(err, &large) || c.Put == nil {
		return err
	}
	size := c.Put.Size()
	if size > large.Limit || len(c.Keys) == 0 {
		return &scim.TooLargeError{Bytes: size, Limit: large.Limit}
	}
	longest := slices.MaxFunc(c.Keys, func(a, b scim.IndexKey) int { return cmp.Compare(len(a.Value), len(b.Value)) })
	return scim.NewError(scim.CodeValue, "%s is too long to be looked up by; shorten it", longest.Attr).About(longest.Attr).Because(err)
}

// now is the time of a write in the precision of the wire.
func (p *Provider) now() time.Time { return p.o.Now().UTC().Truncate(time.Millisecond) }

// base is the tenant's base URL.
func (p *Provider) base(t *scim.Tenant) string { return p.o.PublicBase + "/" + t.ID.String() }

// location is the absolute URL of a resource (RFC 7643 §3.1).
func (p *Provider) location(at scim.Target) string {
	return p.o.PublicBase + "/" + at.Tenant.ID.String() + at.Type.Endpoint + "/" + url.PathEscape(at.ID) // one allocation
}
