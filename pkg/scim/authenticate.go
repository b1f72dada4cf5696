package scim

import (
	"context"
	"errors"
)

// Authenticator turns the credential of a request into a principal and the settings of its
// tenant. It is asked once per request, and must be safe for concurrent use.
type Authenticator interface {
	// Authenticate checks a credential. tenantName is the path segment as sent, or "" when the
	// URL names no tenant; credential is the token after any number of "Bearer " prefixes, or the
	// password of Basic (RFC 6750 §2.1, RFC 7617).
	//
	// Every refusal is ErrUnauthenticated, so that an unknown tenant, a token of another tenant
	// and a wrong token cannot be told apart from outside; a *RefusedError says more to the log.
	// Any other error is a fault of the service (503 for a *BusyError, 500 otherwise). Without an
	// error both results are set, and are of one tenant.
	Authenticate(ctx context.Context, tenantName, credential string) (*Principal, *Tenant, error)

	// Settings returns the settings of a tenant without a credential, for ServiceProviderConfig
	// and for the log of rejected requests. ok is false for an unknown tenant; the caller then
	// answers with general settings, so that existence is not revealed.
	Settings(ctx context.Context, tenantName string) (t *Tenant, ok bool)
}

// ErrUnauthenticated is how an Authenticator refuses a credential (errors.Is).
var ErrUnauthenticated = errors.New("credential not accepted")

// RefusedError is an ErrUnauthenticated with its reason, which goes to the log and never to the
// client.
type RefusedError struct {
	Code  Code   // one of the token codes
	KeyID string // of the token, if the credential is a token of this tenant; "" otherwise
}

func (e *RefusedError) Error() string { return ErrUnauthenticated.Error() + ": " + string(e.Code) }

// Is makes errors.Is(err, ErrUnauthenticated) hold.
func (e *RefusedError) Is(target error) bool { return target == ErrUnauthenticated }

// refusal is the reason of a refused credential.
func refusal(err error) Code {
	var r *RefusedError
	if errors.As(err, &r) {
		return r.Code
	}
	return CodeTokenWrong
}
