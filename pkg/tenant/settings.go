package tenant

import (
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// Settings are what the operator chose for one tenant. The zero value of every field but ID
// is the default: tolerant, all limits default, User and Group.
type Settings struct {
	ID               scim.TenantID
	IdP              string // "okta", "entra", "google", …; "" when unknown
	Strict           bool
	SharedGroupNames bool // two groups may have one displayName
	UniqueExternalID bool
	NoPassword       bool
	SensitiveFilters bool // filters on personal data only in POST .search
	KeepValues       bool // the provisioning log keeps the new values of attributes
	Limits           scim.Limits
	// CursorKey seals the tenant's cursors; random, made with the tenant. Zero means that
	// each process has its own.
	CursorKey [32]byte
	// Types are the resource types, User and Group first; nil for just these two.
	Types []*schema.ResourceType
}

// Tenant makes what the core works with.
func (s Settings) Tenant() (*scim.Tenant, error) {
	types := s.Types
	if len(types) == 0 {
		types = []*schema.ResourceType{schema.UserType(), schema.GroupType()}
	}
	out := make([]*schema.ResourceType, len(types))
	for i, rt := range types {
		if s.NoPassword && rt.Schema.ID == schema.URNUser {
			rt = rt.Without("password")
		}
		if s.SharedGroupNames && rt.Schema.ID == schema.URNGroup {
			rt = rt.WithUniqueness("displayName", schema.None)
		}
		out[i] = rt
	}
	return scim.NewTenant(scim.TenantConfig{
		ID: s.ID, Strict: s.Strict, EntraMembers: s.IdP == "entra", SharedGroupNames: s.SharedGroupNames,
		UniqueExternalID: s.UniqueExternalID, NoPassword: s.NoPassword, SensitiveFilters: s.SensitiveFilters,
		KeepValues: s.KeepValues,
		IdP:        s.IdP, Limits: s.Limits, CursorKey: s.CursorKey, Types: &scim.Types{List: out},
	})
}

// Token is a credential as it is kept: no part of the secret can be had from it.
type Token struct {
	KeyID   string
	Hash    [32]byte // SHA-256 of the whole token
	Scopes  scim.Scope
	UserID  string // the User it stands for (/Me), or ""
	Created time.Time
	Expires time.Time // zero: never
	Revoked bool
}

// Live tells whether the token may be used at a time.
func (t *Token) Live(now time.Time) bool {
	return !t.Revoked && (t.Expires.IsZero() || now.Before(t.Expires))
}

// Record is a tenant with its tokens. Immutable once handed out by a Resolver.
type Record struct {
	Settings Settings
	Tokens   []Token
}
