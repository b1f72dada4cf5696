package scim

import (
	"errors"
	"fmt"
	"time"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// Tenant is what the protocol core knows of a tenant: its checked settings. Make it with
// NewTenant. It is immutable once handed out, and safe for concurrent use.
type Tenant struct {
	tenantConfig
	extra map[*schema.ResourceType][]schema.Ref // see ExtraIndexes
}

// tenantConfig lets the fields of TenantConfig be read from a Tenant, which only NewTenant fills.
type tenantConfig = TenantConfig

// TenantConfig holds the settings of a tenant. Zero fields take the defaults; ID is required.
type TenantConfig struct {
	ID TenantID
	// Paused is the reason why no request of the tenant is served, which clients get; "" serves them.
	Paused string
	// RetryAfter is for how long the clients of a paused tenant are asked to wait before they repeat a request (429 with
	// Retry-After, RFC 6585 §4). Without it they get 403, after which many identity providers give the request up.
	RetryAfter time.Duration
	// Strict selects the text of the RFCs and the interoperability profile instead of the
	// tolerant default.
	Strict bool
	// EntraMembers makes a PATCH "replace members" with a single element add it (ENTRA-18).
	EntraMembers bool
	// SharedGroupNames switches off the uniqueness of a Group's displayName (L-09).
	SharedGroupNames bool
	// UniqueExternalID makes externalId unique per resource type.
	UniqueExternalID bool
	// NoPassword takes the password attribute out of every type of users, so that it is neither
	// announced, accepted nor stored (Z-10).
	NoPassword bool
	// SensitiveFilters refuses filters in URLs with 403, since they hold personal data (Z-08).
	SensitiveFilters bool
	// KeepValues lets the provisioning log keep the new values of attributes.
	KeepValues bool
	// OAuth says that the tenant has OAuth clients; discovery announces it.
	OAuth bool
	// SkipReads leaves reads that succeeded out of the provisioning log.
	SkipReads bool
	// NoLog leaves all requests out of the provisioning log. They are counted for health all the same.
	NoLog bool
	// LogDays is how long the provisioning log keeps a record; 0 is the default of the deployment.
	LogDays int
	IdP     string // "okta", "entra", …; "" when unknown
	Limits  Limits
	// CursorKey seals the cursors of this tenant, on every instance alike. Zero selects the key
	// of the Provider.
	CursorKey [32]byte
	// Types are the resource types of the tenant; nil means User and Group.
	Types *Types
	// Indexed names attributes that have an index in addition to those that every tenant has, such as "title",
	// "urn:…:User:department" or LastModified. A Store must hold the keys of all resources, see Indexes.
	Indexed []string
	// Indexes are the states of the tenant's indexes in the Store; nil means that all are complete.
	Indexes Indexes
}

// NewTenant checks a configuration and completes it: limits that are zero get their defaults,
// and a tenant without resource types gets User and Group. The error names the field.
func NewTenant(c TenantConfig) (*Tenant, error) {
	if c.ID.IsZero() {
		return nil, errors.New("tenant: ID is required; make one with scim.ParseTenantID")
	}
	if c.Types == nil {
		c.Types = &Types{List: []*schema.ResourceType{schema.UserType(), schema.GroupType()}}
	}
	if len(c.Types.List) == 0 {
		return nil, fmt.Errorf("tenant %s: Types holds no resource type; leave it nil for User and Group", c.ID)
	}
	if err := schema.CheckTypes(c.Types.List); err != nil {
		return nil, fmt.Errorf("tenant %s: Types: %w", c.ID, err)
	}
	if field := c.Limits.negative(); field != "" {
		return nil, fmt.Errorf("tenant %s: Limits.%s is negative; use 0 for the default", c.ID, field)
	}
	if c.NoPassword {
		c.Types = c.Types.without("password")
	}
	extra, err := extraIndexes(c.Types, c.Indexed)
	if err != nil {
		return nil, fmt.Errorf("tenant %s: %w", c.ID, err)
	}
	c.Limits = c.Limits.complete()
	return &Tenant{tenantConfig: c, extra: extra}, nil
}

// Serves returns the error of every request of a tenant that is paused, nil if it is not. It is for requests
// with a credential that was accepted: no other caller learns the reason.
func (t *Tenant) Serves() error {
	if t.Paused == "" {
		return nil
	}
	code := CodePaused
	if t.RetryAfter > 0 {
		code = CodePausedRetry
	}
	return NewError(code, "the tenant is paused: %s", t.Paused).Retry(max(t.RetryAfter, 0))
}
