package dynamo

import "github.com/scimstack/scimstack/pkg/scim"

// TenantOfResource returns the tenant of a record of a resource, which may have become a fact; the zero value for any
// other record.
func TenantOfResource(r StreamRecord) scim.TenantID {
	if p, ok := partitionOf(r); ok && p.resourceType() != "" {
		return p.tenant
	}
	return scim.TenantID{}
}
