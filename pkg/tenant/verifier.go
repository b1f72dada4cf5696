package tenant

import (
	"context"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Verifier checks access tokens: credentials that are not among the tokens of a tenant. Package oauth
// has the implementation. It is safe for concurrent use.
type Verifier interface {
	// Names returns the tenant that an access token names, for a URL without a tenant. It checks nothing.
	Names(credential string) (id scim.TenantID, ok bool)
	// Verify returns the client of r that an access token stands for, and the scopes of the token, which
	// are among those of the client. ok is false for a credential that is not an access token. An error is
	// a *scim.RefusedError, or says that the keys of an issuer could not be read (*scim.BusyError).
	Verify(ctx context.Context, r *Record, credential string) (c *Client, scopes scim.Scope, ok bool, err error)
}
