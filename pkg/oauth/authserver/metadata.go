package authserver

import (
	"github.com/scimstack/scimstack/pkg/oauth"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// Ways to authenticate, as the metadata call them.
const (
	secretBasic = "client_secret_basic"
	secretPost  = "client_secret_post"
	keyJWT      = "private_key_jwt"
)

// serverDocument is the metadata of an authorization server (RFC 8414 §2).
type serverDocument struct {
	Issuer        string   `json:"issuer"`
	TokenEndpoint string   `json:"token_endpoint"`
	KeysURI       string   `json:"jwks_uri"`
	Scopes        []string `json:"scopes_supported"`
	ResponseTypes []string `json:"response_types_supported"` // required; there is no authorization endpoint
	GrantTypes    []string `json:"grant_types_supported"`
	Methods       []string `json:"token_endpoint_auth_methods_supported"`
	Algorithms    []string `json:"token_endpoint_auth_signing_alg_values_supported"`
	Resources     []string `json:"protected_resources"` // RFC 9728 §4
}

func (h *handler) server(id scim.TenantID, r *tenant.Record) serverDocument {
	name, a := id.String(), h.o.Address
	methods := []string{keyJWT, secretBasic}
	if r == nil || !r.Settings.Strict {
		methods = append(methods, secretPost)
	}
	return serverDocument{
		Issuer: a.Issuer(name), TokenEndpoint: a.Token(name), KeysURI: a.Keys(name),
		Scopes: []string{oauth.ScopeAll, oauth.ScopeRead}, ResponseTypes: []string{}, GrantTypes: []string{grant, jwtGrant},
		Methods: methods, Algorithms: oauth.Algorithms(), Resources: []string{a.Resource(name)},
	}
}

// resourceDocument is the metadata of a protected resource (RFC 9728 §2).
type resourceDocument struct {
	Resource string   `json:"resource"`
	Servers  []string `json:"authorization_servers"`
	Scopes   []string `json:"scopes_supported"`
	Methods  []string `json:"bearer_methods_supported"`
}

func (h *handler) resource(id scim.TenantID) resourceDocument {
	name := id.String()
	return resourceDocument{
		Resource: h.o.Address.Resource(name), Servers: []string{h.o.Address.Issuer(name)},
		Scopes: []string{oauth.ScopeAll, oauth.ScopeRead}, Methods: []string{"header"},
	}
}
