package scim

import (
	"context"
	"errors"
)

// Principal is who sends a request: a credential of one tenant (pkg/tenant makes it).
// It is immutable and safe for concurrent use.
type Principal struct {
	Tenant  TenantID
	Subject string // key id of the token, for logs and audit; never the secret
	Scopes  Scope
	UserID  string // the User this credential stands for (/Me), or ""
}

// May reports whether the scopes of p allow a verb (Read or Write) on the resource type of this
// name: User needs Users, Group needs Groups, every other type needs Resources. With an empty
// name only the verb counts. Requirement Z-03.
func (p *Principal) May(verb Scope, typeName string) bool {
	switch typeName {
	case "":
	case "User":
		verb |= Users
	case "Group":
		verb |= Groups
	default:
		verb |= Resources
	}
	return p.Scopes.Has(verb)
}

// Scope is a set of permissions: at least one of the verbs and one of the types.
type Scope uint16

// The scopes of a token. All is the usual set of an IdP connection.
const (
	Read Scope = 1 << iota
	Write
	Users
	Groups
	Resources // tenant-defined resource types
	Activity  // the provisioning log; not in All, which is for identity providers
	Agent     // changes through MCP; not in All, so that an identity provider's token stays read-only there
	All       = Read | Write | Users | Groups | Resources
)

// Has reports whether s holds all of the scopes in want.
func (s Scope) Has(want Scope) bool { return s&want == want }

// Tenant is what the core knows of a tenant's settings. Immutable once handed out.
type Tenant struct {
	ID     TenantID
	Strict bool // RFC text and interop profile instead of the tolerant default (design §5.1)
	// EntraMembers makes "replace members" with a single element mean add (ENTRA-18).
	EntraMembers bool
	// SharedGroupNames switches off the uniqueness of Group displayName (L-09).
	SharedGroupNames bool
	// UniqueExternalID enforces uniqueness of externalId per resource type.
	UniqueExternalID bool
	// NoPassword hides the password attribute (Z-10).
	NoPassword bool
	// SensitiveFilters refuses GET filters on personal data with 403 (Z-08).
	SensitiveFilters bool
	// KeepValues lets the provisioning log keep the new values of attributes.
	KeepValues bool
	IdP        string // "okta", "entra", …; "" when unknown
	Limits     Limits
	// CursorKey seals this tenant's cursors, on every instance alike. Zero means the key of
	// the Provider.
	CursorKey [32]byte
	// Types are the resource types of the tenant, User and Group first.
	Types *Types
}

// Limits bound the work of one request. Zero fields mean the defaults of DefaultLimits.
type Limits struct {
	MaxBody        int // bytes of a request body
	MaxDepth       int // nesting of a JSON body
	MaxResults     int // resources on one page
	DefaultResults int // page size when the client names none
	MaxScan        int // resources one unindexed query may read
	MaxOperations  int // operations of one Bulk request
	MaxPatchOps    int // operations of one PATCH request
	MaxMembers     int // members of a group in an answer; more are refused, never cut off
	CursorSeconds  int // life of a cursor
	Rate           int // requests per second; 0 means no limit
}

// DefaultLimits are used for fields of Limits that are zero.
var DefaultLimits = Limits{
	MaxBody: 6 << 20, MaxDepth: 32, MaxResults: 1000, DefaultResults: 100, MaxScan: 20000,
	MaxOperations: 1000, MaxPatchOps: 10000, MaxMembers: 25000, CursorSeconds: 3600,
}

// Authenticator turns the credential of a request into a principal and the tenant's
// settings. tenantName is the raw path segment ("" when the URL names none); credential is
// what stood behind any number of "Bearer " prefixes, or the password of Basic. Any failure is
// ErrUnauthenticated: an unknown tenant and a wrong token are indistinguishable. It may be a
// *RefusedError, which says more to the log.
type Authenticator interface {
	Authenticate(ctx context.Context, tenantName, credential string) (*Principal, *Tenant, error)
	// Settings returns a tenant's settings without a credential, for ServiceProviderConfig;
	// ok is false for an unknown tenant, where the caller answers with general settings.
	Settings(ctx context.Context, tenantName string) (t *Tenant, ok bool)
}

// ErrUnauthenticated is how an Authenticator refuses a credential (errors.Is).
var ErrUnauthenticated = errors.New("credential not accepted")
