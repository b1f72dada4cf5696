package tenant

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"strings"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// OperatorScope is a set of permissions of an operator token.
type OperatorScope uint8

// The scopes of an operator token.
const (
	AdminRead  OperatorScope = 1 << iota // reads tenants, settings, tokens without their secrets, and logs
	AdminWrite                           // changes them
)

// Has reports whether s has all of the scopes in want.
func (s OperatorScope) Has(want OperatorScope) bool { return s&want == want }

// Operator is a token of the administration, as it is stored. It is not a token of a tenant: no SCIM
// request accepts it. The secret cannot be derived from it.
type Operator struct {
	ID      string   // names it in logs and commands
	Name    string   // for people; at most 100 bytes
	Hash    [32]byte // SHA-256 of the complete token
	Scopes  OperatorScope
	Tenant  scim.TenantID // the only tenant that it may administer; zero: all, and operators too
	Created time.Time
	Expires time.Time // zero: never
	Revoked bool
}

// Live reports whether the token is accepted at a time.
func (o *Operator) Live(now time.Time) bool {
	return !o.Revoked && (o.Expires.IsZero() || now.Before(o.Expires))
}

// Operators keeps operator tokens. Every write is durable when it returns. It is safe for concurrent use.
type Operators interface {
	// Operator returns one, or ErrNoOperator.
	Operator(ctx context.Context, id string) (*Operator, error)
	// Operators returns all, ordered by creation: there are few.
	Operators(ctx context.Context) ([]Operator, error)
	// AddOperator adds one, or returns ErrExists.
	AddOperator(ctx context.Context, o Operator) error
	// RevokeOperator revokes one: it is refused from then on. It returns ErrNoOperator if there is none.
	RevokeOperator(ctx context.Context, id string) error
	// RemoveOperator removes one, or returns ErrNoOperator.
	RemoveOperator(ctx context.Context, id string) error
}

// ErrNoOperator is returned by Operators for an id that is not known.
var ErrNoOperator = errors.New("there is no such operator token")

const operatorPrefix = "scimop"

// NewOperator makes an operator token with 256 random bits: scimop_<id>_<secret><check>. o.Name, o.Scopes,
// o.Tenant and the times are kept; an empty o.ID is made. credential cannot be recovered later: show it once.
func NewOperator(o Operator) (credential string, made Operator) {
	if o.ID == "" {
		o.ID = randomString(keyIDLength)
	}
	body := operatorPrefix + "_" + o.ID + "_" + randomString(secretLength)
	credential = body + check(body)
	o.Hash = sha256.Sum256([]byte(credential))
	return credential, o
}

// IsOperatorToken reports whether a credential has the form of an operator token.
func IsOperatorToken(credential string) bool {
	return strings.HasPrefix(credential, operatorPrefix+"_")
}

// AuthenticateOperator returns the live operator token that a credential is, or scim.ErrUnauthenticated. A
// damaged credential is recognised without a call. There is no cache, so that a revoked token ends at once.
func AuthenticateOperator(ctx context.Context, list Operators, credential string, now time.Time) (*Operator, error) {
	parts := strings.Split(credential, "_")
	if len(parts) != 3 || parts[0] != operatorPrefix || len(parts[1]) != keyIDLength || len(parts[2]) != secretLength+checkLength {
		return nil, scim.ErrUnauthenticated
	}
	if body := credential[:len(credential)-checkLength]; check(body) != credential[len(body):] {
		return nil, scim.ErrUnauthenticated
	}
	o, err := list.Operator(ctx, parts[1])
	if errors.Is(err, ErrNoOperator) {
		return nil, scim.ErrUnauthenticated
	}
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256([]byte(credential))
	if subtle.ConstantTimeCompare(sum[:], o.Hash[:]) != 1 || !o.Live(now) {
		return nil, scim.ErrUnauthenticated
	}
	return o, nil
}
