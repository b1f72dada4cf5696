package scim

import (
	"context"
	"crypto/rand"
	"sync"
	"time"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// Provider is the transport-free SCIM service: HTTP, Bulk, MCP, the CLI and tests all call
// it. Implement it for a data model of your own, or use NewProvider over a Store.
//
// Every method is safe for concurrent use. Errors are (or wrap) *Error; AsError makes any
// error one. The tenant comes from the credential, never from the request.
type Provider interface {
	// Create stores a new resource from a POST body (RFC 7644 §3.3).
	Create(ctx context.Context, t *Tenant, rt *schema.ResourceType, body map[string]any, p Projection) (*Result, error)
	// Get reads one resource by id (§3.4.1).
	Get(ctx context.Context, t *Tenant, rt *schema.ResourceType, id string, p Projection) (*Result, error)
	// Replace is PUT (§3.5.1); it never creates.
	Replace(ctx context.Context, t *Tenant, rt *schema.ResourceType, id string, body map[string]any, m Match, p Projection) (*Result, error)
	// Patch carries out a PATCH body atomically (§3.5.2).
	Patch(ctx context.Context, t *Tenant, rt *schema.ResourceType, id string, body map[string]any, m Match, p Projection) (*Result, error)
	// Delete removes a resource (§3.6).
	Delete(ctx context.Context, t *Tenant, rt *schema.ResourceType, id string, m Match) error
	// Search answers a query over one or more types (§3.4.2).
	Search(ctx context.Context, t *Tenant, q Query) (*Found, error)
}

// Result is one resource as the client is to see it.
type Result struct {
	ID       string
	Version  int64
	Location string
	Body     []byte // the representation, projected; JSON. Shared: do not change it
	Changed  bool   // whether a write had an effect
	Notes    []string
}

// Projection is the client's choice of attributes, as sent (RFC 7644 §3.9).
type Projection struct {
	Attributes []string
	Excluded   []string
	// None asks for no body at all: the caller answers 204, and nothing is loaded for it.
	None bool
	// ahead, where set, has the groups of what is rendered; see ahead.go.
	ahead lookedUp
}

// IsZero reports whether the default representation is wanted.
func (p Projection) IsZero() bool { return len(p.Attributes) == 0 && len(p.Excluded) == 0 }

// ProviderOptions configure the standard Provider. Zero fields take the defaults.
type ProviderOptions struct {
	// PublicBase is the URL that stands before the tenant in every emitted URL, e.g.
	// "https://scim.example.com/scim/v2". It never comes from a request.
	PublicBase string
	Now        func() time.Time
	NewID      func() string // ids must ascend, see Store.List
	// Hash turns a password into what is stored. Without it passwords are dropped.
	Hash func(password string) (string, error)
	// CursorKey seals the cursors of tenants without a key of their own (Tenant.CursorKey):
	// 32 bytes, equal on all instances. Random by default.
	CursorKey []byte
	// Before is asked ahead of every commit and may refuse it with an *Error.
	Before func(ctx context.Context, t *Tenant, c *Change) error
	// After hears of every commit that succeeded. stored is nil after a removal.
	After func(ctx context.Context, t *Tenant, c *Change, stored *Resource)
}

// StandardProvider is the Provider over a Store. Make it with NewProvider.
type StandardProvider struct {
	store   Store
	distant bool // the store is Distant
	o       ProviderOptions
	cursor  *cursorBox
	facts   sync.Map // *schema.ResourceType → *facts
}

// NewProvider makes the standard Provider.
func NewProvider(store Store, o ProviderOptions) *StandardProvider {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.NewID == nil {
		o.NewID = (&idSource{now: o.Now}).next
	}
	if len(o.CursorKey) != 32 {
		o.CursorKey = make([]byte, 32)
		if _, err := rand.Read(o.CursorKey); err != nil {
			panic(err) // crypto/rand never fails on supported systems
		}
	}
	_, distant := store.(Distant)
	return &StandardProvider{store: store, distant: distant, o: o, cursor: newCursorBox(o.CursorKey, o.Now)}
}

// commit is the only way to the store's Commit: hooks run here and nowhere else.
func (p *StandardProvider) commit(ctx context.Context, t *Tenant, c Change) (*Resource, error) {
	if p.o.Before != nil {
		if err := p.o.Before(ctx, t, &c); err != nil {
			return nil, err
		}
	}
	stored, err := p.store.Commit(ctx, t.ID, c)
	if err == nil && p.o.After != nil {
		p.o.After(ctx, t, &c, stored)
	}
	return stored, err
}

// now is the time of a write in the precision that the wire has.
func (p *StandardProvider) now() time.Time { return p.o.Now().UTC().Truncate(time.Millisecond) }

// base is the tenant's base URL.
func (p *StandardProvider) base(t *Tenant) string { return p.o.PublicBase + "/" + t.ID.String() }
