package oauth

import (
	"net/url"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Prefix begins the paths of the authorization server of every tenant.
const Prefix = "/oauth/"

// Address has the URLs of a deployment. Make it with NewAddress.
type Address struct {
	scim   string // before the tenant
	before string // of the issuer, before the tenant
	origin string // scheme and host
	path   string // of scim
}

// NewAddress returns the URLs beside publicBase, the URL before the tenant. prefix is the path before the tenant
// in requests: what publicBase has before it, for instance the stage of a gateway, is before every URL.
func NewAddress(publicBase, prefix string) (Address, error) {
	a := Address{scim: strings.TrimSuffix(publicBase, "/")}
	u, err := url.Parse(a.scim)
	if err != nil {
		return a, err
	}
	a.path, u.RawPath = u.EscapedPath(), ""
	u.Path = ""
	a.origin = u.String()
	stem, ok := strings.CutSuffix(a.scim, prefix)
	if !ok || prefix == "" {
		stem = a.origin
	}
	a.before = stem + strings.TrimSuffix(Prefix, "/") + "/"
	return a, nil
}

// Issuer is the issuer of the access tokens of a tenant.
func (a Address) Issuer(name string) string { return a.before + name }

// Token is the token endpoint of a tenant.
func (a Address) Token(name string) string { return a.before + name + "/token" }

// Keys is where the keys of a tenant are published.
func (a Address) Keys(name string) string { return a.before + name + "/keys" }

// Resource is the SCIM base URL of a tenant, the audience of its access tokens.
func (a Address) Resource(name string) string { return a.scim + "/" + name }

// Paths of the metadata, before the path of an issuer or of a resource.
const (
	ServerMetadata   = "/.well-known/oauth-authorization-server"
	ResourceMetadata = "/.well-known/oauth-protected-resource"
)

// Metadata is where the metadata of the SCIM base URL of a tenant are (RFC 9728 §3.1).
func (a Address) Metadata(name string) string {
	return a.origin + ResourceMetadata + a.path + "/" + name
}

// tenantOf returns the tenant of an issuer, if it is one of this deployment.
func (a Address) tenantOf(issuer string) (scim.TenantID, bool) {
	name, ok := strings.CutPrefix(issuer, a.before)
	if !ok || a.before == "" {
		return scim.TenantID{}, false
	}
	id, err := scim.ParseTenantID(name)
	return id, err == nil
}
