package engine

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
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
	// DocumentationURI is where people read about the service; discovery announces it. "" announces none.
	DocumentationURI string
	// Before hooks decide, in this order, about every change before it is written; see scim.BeforeHook.
	Before []scim.BeforeHook
	// After hooks learn, in this order, of every change that was written; see scim.AfterHook. Hooks of
	// either kind cost reads that a service without hooks does not make: who is a member already, and
	// the groups that lose a deleted resource. With them, a change of members is bound to the version of the
	// group that was read, and repeated if another one comes first: of two requests that add one member,
	// one reports it as Joined.
	After []scim.AfterHook
	// Committed is called after every commit that succeeded, with the resource as stored, or nil after
	// a removal. It is for a log: it costs no reads, and shows the change as the store got it.
	Committed func(ctx context.Context, t *scim.Tenant, c *scim.Change, stored *scim.Resource)
	// Leaving is called before a group is deleted or loses all members, with the first LeavingLimit of
	// them and their number, because the change that Committed gets does not name them. It is for a log,
	// and costs the read of these members when a group is deleted. What it is called with replaces what it was
	// called with before for the group: that change may have failed. nil reads nothing.
	Leaving      func(ctx context.Context, groupID string, members scim.MemberList)
	LeavingLimit int
}

// Provider is the standard scim.Provider: the rules of SCIM over a Store. Make it with New. Safe
// for concurrent use.
type Provider struct {
	*core
	store scim.Store
	edges scim.EdgeReader // the store, where it has the ability
	order scim.Ranger     // the store, where it has the ability

	rehearsal bool // nothing that is written stays, see Rehearse
}

var _ scim.Provider = (*Provider)(nil)

// New makes the standard Provider over a store.
func New(store scim.Store, o Options) *Provider {
	edges, _ := store.(scim.EdgeReader)
	order, _ := store.(scim.Ranger)
	p := &Provider{core: newCore(o), store: store, edges: edges, order: order}
	if b, ok := store.(scim.Bounded); ok {
		p.largest = b.MaxResource()
	}
	return p
}

// core is what needs no store. Provider and Rules are both made of it, so that there is one
// implementation of every rule.
type core struct {
	o      Options
	quoted string // PublicBase in JSON, without the quotes
	cursor *cursorBox
	facts  sync.Map      // *schema.ResourceType → *facts
	known  atomic.Uint32 // how often facts were made
	ids    *idSource     // what makes ids with the time of creation, or nil

	largest int // the bytes of a resource at most, or 0 if that is not known
}

func newCore(o Options) *core {
	if o.Now == nil {
		o.Now = time.Now
	}
	var ids *idSource
	if o.NewID == nil {
		ids = &idSource{now: o.Now}
		o.NewID = ids.next
	}
	if o.CursorKey == [32]byte{} {
		_, _ = rand.Read(o.CursorKey[:]) // never fails (crypto/rand)
	}
	if o.Hasher == nil {
		o.Hasher = NewHasher(o.Hash)
	}
	quoted := schema.AppendString(nil, o.PublicBase)
	return &core{o: o, quoted: string(quoted[1 : len(quoted)-1]), cursor: newCursorBox(o.CursorKey, o.Now), ids: ids}
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
func (p *core) now() time.Time { return p.o.Now().UTC().Truncate(time.Millisecond) }

// later is the time of a write that follows another one: a change moves lastModified.
func (p *core) later(last time.Time) time.Time {
	if now := p.now(); now.After(last) {
		return now
	}
	return last.Add(time.Millisecond)
}

// base is the tenant's base URL.
func (p *core) base(t *scim.Tenant) string { return p.o.PublicBase + "/" + t.ID.String() }

// location is the absolute URL of a resource (RFC 7643 §3.1).
func (p *core) location(at scim.Target) string {
	var room urlRoom
	return string(append(appendUnder(room[:0], p.o.PublicBase, at.Tenant, at.Type.Endpoint), url.PathEscape(at.ID)...))
}

// under is what the URLs of all resources at an endpoint begin with, in JSON. It is appended to room.
func (p *core) under(room []byte, t *scim.Tenant, endpoint string) []byte {
	return appendUnder(room, p.quoted, t, endpoint)
}

// urlRoom is space for a URL: most are shorter.
type urlRoom [160]byte

// appendUnder appends what the URLs of all resources at an endpoint begin with. The names in it have nothing to escape.
func appendUnder(dst []byte, base string, t *scim.Tenant, endpoint string) []byte {
	dst = append(append(dst, base...), '/')
	dst = append(append(dst, t.ID.String()...), endpoint...)
	return append(dst, '/')
}
