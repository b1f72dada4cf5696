package tenant

import (
	"context"
	"errors"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Resolver finds tenants. The Authenticator calls it for every tenant that is not in its cache, so an
// implementation needs no cache of its own. It is safe for concurrent use.
type Resolver interface {
	// Resolve returns the settings of a tenant, whose Settings.ID is id, with all its tokens, expired and revoked ones included:
	// they tell the log why a credential was rejected. The caller does not change the Record, and the
	// Resolver does not change it after the call; it may return the same pointer as long as nothing
	// has changed, which saves the caller some work.
	//
	//	ErrUnknown  there is no such tenant
	//
	// Any other error means that the answer is not known. It fails the request, and is not cached.
	Resolve(ctx context.Context, id scim.TenantID) (*Record, error)
}

// ErrUnknown is returned by a Resolver for a tenant that does not exist.
var ErrUnknown = errors.New("unknown tenant")
