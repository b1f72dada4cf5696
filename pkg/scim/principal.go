package scim

import "github.com/scimstack/scimstack/pkg/scim/schema"

// Principal is the sender of a request: a credential of one tenant, as an Authenticator made it.
// It is immutable and safe for concurrent use.
type Principal struct {
	Tenant  TenantID
	Subject string // key id of the token, or client id, for logs and audit; never the secret
	Name    string // what people call the token or client, or ""
	Client  bool   // it is an OAuth client with an access token
	Scopes  Scope
	UserID  string // the User that the credential is linked to (/Me), or ""
}

// May reports whether the scopes of p allow a verb (Read or Write) on the resource type of this
// name: User needs Users, Group needs Groups, every other type needs Resources. With an empty
// name only the verb counts. Requirement Z-03.
func (p *Principal) May(verb Scope, typeName string) bool {
	switch typeName {
	case "":
	case schema.TypeUser:
		verb |= Users
	case schema.TypeGroup:
		verb |= Groups
	default:
		verb |= Resources
	}
	return p.Scopes.Has(verb)
}

// Sees reports whether p may read resources of a type, and so their names wherever they appear: as
// the display of members and groups, in answers, filters, sort orders and paths. A nil Principal
// sees everything: it is a caller without a credential, such as a program that embeds the Provider.
func (p *Principal) Sees(typeName string) bool { return p == nil || p.May(Read, typeName) }

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
	Events    // the feed of changes; not in All: it is for the application, and has what every type holds
	All       = Read | Write | Users | Groups | Resources
)

// Has reports whether s holds all of the scopes in want.
func (s Scope) Has(want Scope) bool { return s&want == want }
