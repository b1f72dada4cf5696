package tenant

import (
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// Settings are what the operator has configured for one tenant. ID is required. The zero value of
// every other field is the default: tolerant, default limits, the types User and Group.
type Settings struct {
	ID               scim.TenantID
	Version          int64  // of the stored settings; a Directory counts it up with each change. See Directory.Put
	Paused           string // the reason why no request is served, which clients get; "" serves them
	IdP              string // "okta", "entra", "google", …; "" when unknown
	Strict           bool   // the text of the RFCs instead of tolerance for what identity providers send
	SharedGroupNames bool   // several groups may have the same displayName
	UniqueExternalID bool   // externalId is unique within a resource type
	NoPassword       bool   // users have no password attribute
	SensitiveFilters bool   // filters on personal data are accepted in POST /.search only
	KeepValues       bool   // the provisioning log keeps the new values of changed attributes
	SkipReads        bool   // the provisioning log leaves out reads that succeeded
	LogDays          int    // how long the provisioning log keeps a record; 0 is the default of the deployment
	Limits           scim.Limits
	// CursorKey seals the tenant's cursors. It is random and made with the tenant. Zero means that
	// every process uses its own key, so that a cursor is valid in one process only.
	CursorKey [32]byte
	// Types are the resource types, User and Group first; nil means these two.
	Types []*schema.ResourceType
	// Indexes are the states of the indexes, which the keeper of the settings maintains: what a caller
	// passes to it is ignored. nil means that all are complete.
	Indexes scim.Indexes
}

// Tenant returns the settings as package scim uses them, or an error that names the field that is
// wrong. It does not change s or its types.
func (s Settings) Tenant() (*scim.Tenant, error) {
	types := s.Types
	if len(types) == 0 {
		types = []*schema.ResourceType{schema.UserType(), schema.GroupType()}
	}
	out := make([]*schema.ResourceType, len(types))
	for i, rt := range types {
		if s.SharedGroupNames && rt.Schema.ID == schema.URNGroup {
			rt = rt.WithUniqueness("displayName", schema.None)
		}
		out[i] = rt
	}
	return scim.NewTenant(scim.TenantConfig{
		ID: s.ID, Strict: s.Strict, EntraMembers: s.IdP == "entra", SharedGroupNames: s.SharedGroupNames,
		UniqueExternalID: s.UniqueExternalID, NoPassword: s.NoPassword, SensitiveFilters: s.SensitiveFilters,
		KeepValues: s.KeepValues, SkipReads: s.SkipReads, LogDays: s.LogDays,
		IdP: s.IdP, Limits: s.Limits, CursorKey: s.CursorKey, Types: &scim.Types{List: out}, Indexes: s.Indexes,
	})
}

// Record is a tenant with its credentials. It must not be changed once a Resolver has returned it.
type Record struct {
	Settings Settings
	Tokens   []Token
	Clients  []Client
}
