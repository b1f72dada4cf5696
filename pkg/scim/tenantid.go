package scim

import "errors"

// TenantID names a tenant. ParseTenantID is the only way to make one, so that a value which
// reaches a Store has been validated. The zero value names no tenant; a Store refuses it.
type TenantID struct{ name string }

// ErrTenantID is returned for a name that cannot be a tenant.
var ErrTenantID = errors.New("tenant id must be 3 to 32 characters of a-z, 0-9 and -, and not a reserved word")

var reservedTenants = map[string]bool{
	"admin": true, "api": true, "bulk": true, "default": true, "groups": true, "internal": true,
	"me": true, "null": true, "resourcetypes": true, "root": true, "schemas": true, "scim": true,
	"serviceproviderconfig": true, "system": true, "users": true,
}

// ParseTenantID validates a tenant name: [a-z0-9-]{3,32}, reserved words refused.
func ParseTenantID(s string) (TenantID, error) {
	if len(s) < 3 || len(s) > 32 || reservedTenants[s] {
		return TenantID{}, ErrTenantID
	}
	for i := range len(s) { // by hand, for it is done for every request
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return TenantID{}, ErrTenantID
		}
	}
	return TenantID{name: s}, nil
}

// String is the validated name.
func (t TenantID) String() string { return t.name }

// IsZero reports whether t names no tenant.
func (t TenantID) IsZero() bool { return t.name == "" }
