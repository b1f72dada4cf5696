package engine

import "github.com/scimstack/scimstack/pkg/scim"

// Abilities implements scim.Provider: all of them, but passwords only with a hash and where the tenant
// has them.
func (p *Provider) Abilities(t *scim.Tenant) scim.Abilities { return p.abilities(t) }

func (p *core) abilities(t *scim.Tenant) scim.Abilities {
	return scim.Abilities{
		Sort: true, Cursor: true, ETag: true, Bulk: true,
		ChangePassword: p.o.Hasher != nil && !t.NoPassword, DocumentationURI: p.o.DocumentationURI,
	}
}
