package tenant

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// Settings are what the operator has configured for one tenant. ID is required. The zero value of
// every other field is the default: tolerant, default limits, the types User and Group.
type Settings struct {
	ID               scim.TenantID
	Version          int64         // of the stored settings; a Directory counts it up with each change. See Directory.Put
	Paused           string        // the reason why no request is served, which clients get; "" serves them
	RetryAfter       time.Duration // of a pause: its requests are repeated after it (429), in whole seconds; 0: they are not (403)
	IdP              string        // "okta", "entra", "google", …; "" when unknown
	Strict           bool          // the text of the RFCs instead of tolerance for what identity providers send
	SharedGroupNames bool          // several groups may have the same displayName
	UniqueExternalID bool          // externalId is unique within a resource type
	NoPassword       bool          // users have no password attribute
	SensitiveFilters bool          // filters on personal data are accepted in POST /.search only
	KeepValues       bool          // the provisioning log keeps the new values of changed attributes
	SkipReads        bool          // the provisioning log leaves out reads that succeeded
	NoLog            bool          // the provisioning log leaves out all requests; changes of the administration stay
	LogDays          int           // how long the provisioning log keeps a record; 0 is the default of the deployment
	Limits           scim.Limits
	// CursorKey seals the tenant's cursors. It is random and made with the tenant. Zero means that
	// every process uses its own key, so that a cursor is valid in one process only.
	CursorKey [32]byte
	// Types are the resource types, User and Group first; nil means these two.
	Types []*schema.ResourceType
	// Rules say what happens to a value that the value type of its attribute, or the format that RFC 7643
	// requires of it, does not accept. They are by the name of the attribute with the URN of its schema,
	// such as "urn:ietf:params:scim:schemas:core:2.0:User:userName", or without it for types of users. A
	// rule for an attribute that has neither in this process has no effect; see IdleRules.
	Rules map[string]schema.Rule
	// Indexed are attributes that have an index in addition; see scim.TenantConfig.
	Indexed []string
	// Unknown are the members of a stored document that this build does not know. They have no effect, and
	// are kept when the settings are written. What must not be ignored is guarded by the version of the store.
	Unknown map[string]json.RawMessage
	// Indexes are the states of the indexes, which the keeper of the settings maintains: what a caller
	// passes to it is ignored. nil means that all are complete.
	Indexes scim.Indexes
	// Pending are the indexes that are not complete, kept as Indexes are, by a Directory that has Builds.
	Pending []Pending
}

// MaxReason is the longest Paused, in bytes.
const MaxReason = 300

// MaxRetryAfter is the longest RetryAfter. A client that waits sends nothing for so long after the tenant is resumed,
// and leavers keep their access meanwhile.
const MaxRetryAfter = time.Hour

// Tenant returns the settings as package scim uses them, or an error that names the field that is
// wrong. It does not change s or its types.
func (s Settings) Tenant() (*scim.Tenant, error) { return s.TenantFor(Connection{}, nil) }

// TenantFor is Tenant for a credential with settings of its own, in a program with value types by the
// names of attributes, such as model.ValueTypes. Value types without a URN are for types of users.
func (s Settings) TenantFor(c Connection, kinds map[string]*schema.Kind) (*scim.Tenant, error) {
	if err := s.check(c); err != nil {
		return nil, err
	}
	types, err := s.withKinds(kinds)
	if err != nil {
		return nil, err
	}
	for i, rt := range types {
		if s.SharedGroupNames && rt.Schema.ID == schema.URNGroup {
			types[i] = rt.WithUniqueness("displayName", schema.None)
		}
	}
	if c.IdP == "" {
		c.IdP = s.IdP
	}
	strict := s.Strict
	if c.Mode != "" {
		strict = c.Mode == Strict
	}
	return scim.NewTenant(scim.TenantConfig{
		ID: s.ID, Paused: s.Paused, RetryAfter: s.RetryAfter, Strict: strict, EntraMembers: c.IdP == "entra", SharedGroupNames: s.SharedGroupNames,
		UniqueExternalID: s.UniqueExternalID, NoPassword: s.NoPassword, SensitiveFilters: s.SensitiveFilters,
		KeepValues: s.KeepValues, SkipReads: s.SkipReads, NoLog: s.NoLog, LogDays: s.LogDays,
		IdP: c.IdP, Limits: s.Limits, CursorKey: s.CursorKey, Types: &scim.Types{List: types}, Indexed: s.Indexed, Indexes: s.Indexes,
	})
}

// check checks what package scim does not.
func (s Settings) check(c Connection) error {
	switch {
	case s.LogDays < 0:
		return errors.New("LogDays is negative; use 0 for the default")
	case !text(s.Paused, MaxReason):
		return errors.New("the reason in Paused is longer than 300 bytes or not plain text in one line")
	case s.RetryAfter < 0 || s.RetryAfter > MaxRetryAfter || s.RetryAfter%time.Second != 0:
		return errors.New("RetryAfter is not a whole number of seconds from 1 to 3600; use 0 for a pause that is answered with 403")
	case !text(s.IdP, maxName):
		return errors.New("IdP is longer than 100 bytes or not plain text in one line")
	}
	return c.check()
}
