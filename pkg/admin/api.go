package admin

import (
	"context"
	"encoding/json"
	"time"
)

// API is the administration of a service: Service does it over the store, and package adminclient over
// HTTP. Errors are *Error, and nothing was changed then. Safe for concurrent use.
//
// A call that makes something and returns a secret returns it once. With an idempotency key (see
// WithIdempotencyKey) a repeated call makes nothing: it returns what the first one has made, with a Note
// instead of the secret. The key holds as long as what it has made exists.
type API interface {
	TenantAPI
	SchemaAPI
	TokenAPI
	ClientAPI
	OperatorAPI
	WebhookAPI
	UpkeepAPI
	ObserveAPI
}

// TenantAPI are tenants and their settings.
type TenantAPI interface {
	// CreateTenant creates a tenant with exactly one token.
	CreateTenant(ctx context.Context, in TenantInput) (*TenantCreated, error)
	// Tenants lists tenants by name, after a cursor; at most limit, 100 if it is 0.
	Tenants(ctx context.Context, cursor string, limit int) (*TenantPage, error)
	Tenant(ctx context.Context, name string) (*Tenant, error)
	// ChangeTenant changes the settings that patch names; a null one gets its default (RFC 7396). version is
	// Tenant.Version as it was read; 0 changes any version. What is so already makes no version and no record, here and
	// where a tenant is paused or resumed.
	ChangeTenant(ctx context.Context, name string, version int64, patch map[string]json.RawMessage) (*Tenant, error)
	// PauseTenant has every request of the tenant refused, with a reason that its clients get. A tenant that is paused is
	// paused anew.
	PauseTenant(ctx context.Context, name string, in Pause) (*Tenant, error)
	ResumeTenant(ctx context.Context, name string) (*Tenant, error)
	// Contents counts what DeleteTenant would delete.
	Contents(ctx context.Context, name string) (*Deletion, error)
	// DeleteTenant deletes a tenant with everything that is kept for it. It may return before all is done:
	// see Deletion.State. Repeat it then.
	DeleteTenant(ctx context.Context, name string, o DeleteOptions) (*Deletion, error)
}

// SchemaAPI are the schemas and resource types that a tenant adds to those of RFC 7643.
type SchemaAPI interface {
	Schemas(ctx context.Context, name string) (*Schemas, error)
	// PutSchemas adds schemas and resource types, and replaces those with the same id or name. It refuses
	// documents that are wrong and ones that stored resources contradict.
	PutSchemas(ctx context.Context, name string, in SchemaInput) (*SchemaReport, error)
	// RemoveSchema removes a schema by its id, or a resource type by its name, by the rules of PutSchemas.
	RemoveSchema(ctx context.Context, name, id string, o SchemaOptions) (*SchemaReport, error)
}

// TokenAPI are the static tokens of tenants.
type TokenAPI interface {
	Tokens(ctx context.Context, name string) (*TokenList, error)
	CreateToken(ctx context.Context, name string, in TokenInput) (*TokenCreated, error)
	// ChangeToken changes a token. What is so already is neither written nor recorded, here and where one is revoked.
	ChangeToken(ctx context.Context, name, key string, in TokenChange) (*Token, error)
	// RotateToken makes a new token beside an old one, with its name, scopes and connection. The old one ends
	// after a grace.
	RotateToken(ctx context.Context, name, key string, in Rotation) (*TokenCreated, error)
	// RevokeToken revokes a token: it is refused within 60 seconds, and the log says why.
	RevokeToken(ctx context.Context, name, key string) (*Token, error)
	// RemoveToken removes a token, so that it is in no list any more.
	RemoveToken(ctx context.Context, name, key string) error
}

// ClientAPI are the OAuth clients of tenants.
type ClientAPI interface {
	Clients(ctx context.Context, name string) (*ClientList, error)
	CreateClient(ctx context.Context, name string, in ClientInput) (*ClientCreated, error)
	Client(ctx context.Context, name, id string) (*Client, error)
	// ChangeClient changes name, scopes, connection, end or keys. version is Client.Version as it was read, here and
	// below; 0 changes any version. What is so already makes no version and no record.
	ChangeClient(ctx context.Context, name, id string, version int64, in ClientChange) (*Client, error)
	// RotateClient makes a new secret beside the old one, which ends after a grace.
	RotateClient(ctx context.Context, name, id string, in ClientRotation) (*ClientCreated, error)
	RevokeClient(ctx context.Context, name, id string, version int64) (*Client, error)
	RemoveClient(ctx context.Context, name, id string, version int64) error
}

// OperatorAPI are the tokens of the administration itself.
type OperatorAPI interface {
	Operators(ctx context.Context) (*OperatorList, error)
	CreateOperator(ctx context.Context, in OperatorInput) (*OperatorCreated, error)
	RevokeOperator(ctx context.Context, id string) (*Operator, error)
	RemoveOperator(ctx context.Context, id string) error
}

// UpkeepAPI is what a store may need. One that never needs it returns Unsupported, and says that nothing is to be done.
type UpkeepAPI interface {
	// Reindex builds the indexes of a tenant that are not complete. It may return before all is done.
	Reindex(ctx context.Context, name string, all bool) (*IndexReport, error)
	// Recount counts the resources of a tenant again. It may return before all is done.
	Recount(ctx context.Context, name string) (*CountReport, error)
}

// DeleteOptions are options of DeleteTenant.
type DeleteOptions struct {
	// Wait is the time from the beginning of the deletion to its last look at the store; 0 is what the store
	// needs (2 minutes), negative is none, which is right only if no process serves the tenant.
	Wait time.Duration
	// Progress, unless nil, is called with the state so far.
	Progress func(Deletion)
}

// Deletion is the state of a deletion.
type Deletion struct {
	Tenant  string         `json:"tenant"`
	State   string         `json:"state" enum:"present,deleting,deleted" doc:"deleting: repeat the request, it continues"`
	Items   map[string]int `json:"items" doc:"what the tenant has, or what this request has removed, by kind"`
	Waiting int            `json:"waitingSeconds,omitempty" doc:"until the last look, when no process accepts the tokens any more"`
}

// States of a Deletion and of a Tenant.
const (
	StatePresent  = "present"
	StateActive   = "active"
	StatePaused   = "paused"
	StateDeleting = "deleting"
	StateDeleted  = "deleted"
	StateLive     = "live"
	StateExpired  = "expired"
	StateRevoked  = "revoked"
)

// IndexReport says what Reindex did.
type IndexReport struct {
	Tenant     string      `json:"tenant"`
	Done       bool        `json:"done" doc:"false: repeat the request, it continues"`
	Read       int         `json:"read" doc:"resources"`
	Written    int         `json:"written" doc:"resources"`
	Duplicates []Duplicate `json:"duplicates" doc:"resources with the same value under a unique index; change or remove one of each pair"`
}

// Duplicate is a value that two resources have.
type Duplicate struct {
	Type      string `json:"type"`
	ID        string `json:"id"`
	Holder    string `json:"holder"`
	Attribute string `json:"attribute"`
}

// CountReport says what Recount did.
type CountReport struct {
	Tenant string  `json:"tenant"`
	Done   bool    `json:"done" doc:"false: repeat the request, it continues"`
	Types  []Count `json:"types"`
}

// Count is the number of resources of one type.
type Count struct {
	Type    string `json:"type"`
	Before  int    `json:"before" doc:"as the counter said"`
	Counted int    `json:"counted"`
}
