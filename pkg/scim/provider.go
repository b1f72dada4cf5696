package scim

import (
	"context"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// Provider is the SCIM service without a transport: HTTP, Bulk, MCP, the command line and tests
// all call it. engine.New makes the standard one over a Store; implement the interface for a data
// model of your own, with engine.Rules for the rules of SCIM.
//
// Every method is safe for concurrent use. The tenant and the resource type come from the
// credential and the endpoint, never from a request body. A method may keep neither the body nor
// the slices that it is given, and may change the body.
//
// Errors are an *Error or wrap one of those that AsError knows: ErrNotFound (404), ErrVersion
// (412), *TakenError (409), *BusyError (503). Anything else is answered with 500, and its text
// does not reach the client. A method that returns an error has changed nothing.
type Provider interface {
	// Create stores a new resource from the body of a POST and chooses its id; at.ID is not
	// used (RFC 7644 §3.3).
	Create(ctx context.Context, at Target, body map[string]any, p Projection) (*Result, error)
	// Get reads one resource (RFC 7644 §3.4.1).
	Get(ctx context.Context, at Target, p Projection) (*Result, error)
	// Replace is PUT; it never creates (RFC 7644 §3.5.1).
	Replace(ctx context.Context, at Target, body map[string]any, m Match, p Projection) (*Result, error)
	// Patch applies all operations of a PATCH body, or none (RFC 7644 §3.5.2).
	Patch(ctx context.Context, at Target, body map[string]any, m Match, p Projection) (*Result, error)
	// Delete removes a resource (RFC 7644 §3.6).
	Delete(ctx context.Context, at Target, m Match) error
	// Search answers a query over one or more resource types (RFC 7644 §3.4.2). The page is the caller's, which may
	// release it (Found.Release): a Provider that wraps another one and keeps a page returns a copy of its bytes.
	Search(ctx context.Context, t *Tenant, q Query) (*Found, error)
	// Abilities are what the Provider can do besides, for a tenant; for one that does not exist, t has
	// default settings. It is quick, and the answer for a tenant does not change.
	Abilities(t *Tenant) Abilities
}

// Target is what an operation is about: one resource of a tenant, or with an empty ID its
// resource type. Tenant and Type must be set.
type Target struct {
	Tenant *Tenant
	Type   *schema.ResourceType
	ID     string // the resource's id (RFC 7643 §3.1)
	// By is the sender, or nil for the program itself, which may do everything. Of a resource that
	// it must not read (Principal.Sees), which it has just written, the sender gets id, schemas and
	// meta alone. Of members and groups that it must not read, it gets the ids and no names: to it,
	// their display has no value, in paths too (Z-03). A write by a principal that is linked to the
	// user at hand, by whatever path, that changes its "active" is refused with CodeSelf.
	By *Principal
}

// Self reports whether the target is the user that the sender is linked to.
func (at Target) Self() bool {
	return at.By != nil && at.By.UserID != "" && at.By.UserID == at.ID && at.Type.IsUser()
}

// Of is the target with another id.
func (at Target) Of(id string) Target { at.ID = id; return at }

// Ref names the resource for a Store.
func (at Target) Ref() Ref { return Ref{Type: at.Type.Name, ID: at.ID} }

// Result is one resource as the client is to see it.
type Result struct {
	ID       string
	Version  int64    // 0: the resource has no entity tag
	Location string   // absolute URL (RFC 7643 §3.1)
	Body     []byte   // the projected representation as JSON, nil with Projection.None; it may be shared and must not be changed
	Changed  bool     // whether a write had an effect
	Notes    []string // what a write ignored or repaired and what the answer leaves out, for the provisioning log

	lease lease
}

// Release gives the memory of Body back to the Provider, as Found.Release does: nothing may read it any more, in a copy
// of the Result neither, and Body is nil. It is optional; a second call does nothing. It is not safe for concurrent use.
func (r *Result) Release() {
	r.Body = nil
	r.lease.end()
}

// OnRelease sets what Release calls, once. It is for a Provider that reuses the memory of bodies.
func (r *Result) OnRelease(release func()) { r.lease = lend(release) }

// Projection is the client's choice of attributes, as sent (RFC 7644 §3.9). The zero value asks
// for the default representation.
type Projection struct {
	Attributes []string // "attributes"
	Excluded   []string // "excludedAttributes"; excludes Attributes
	None       bool     // no representation at all, so that nothing is loaded for it
}

// IsZero reports whether the default representation is wanted.
func (p Projection) IsZero() bool { return len(p.Attributes) == 0 && len(p.Excluded) == 0 }

// Rehearser is an optional ability of a Provider: dry runs by its own rules. An agent's plan needs it.
type Rehearser interface {
	// Rehearse returns a Provider with the same rules over another store, which keeps what is written
	// from the real one (package overlay). It calls no AfterHook, tells every BeforeHook that it
	// rehearses, and hashes no password. newID makes the ids of resources; nil keeps those of the
	// Provider.
	Rehearse(store Store, newID func() string) Provider
}
