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
	scim     string // before the tenant
	before   string // of the issuer, before the tenant
	metadata string // of a resource, before the tenant
}

// NewAddress returns the URLs beside publicBase, the URL before the tenant. prefix is the path before the tenant
// in requests: what publicBase has before it, for instance the stage of a gateway, is before every URL.
func NewAddress(publicBase, prefix string) (Address, error) {
	a := Address{scim: strings.TrimSuffix(publicBase, "/")}
	u, err := url.Parse(a.scim)
	if err != nil {
		return a, err
	}
	below := u.EscapedPath()
	u.Path, u.RawPath = "", ""
	stem, ok := strings.CutSuffix(a.scim, prefix)
	if !ok || prefix == "" {
		stem = u.String()
	} else {
		below = prefix
	}
	a.before = stem + strings.TrimSuffix(Prefix, "/") + "/"
	a.metadata = stem + ResourceMetadata + below + "/"
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

// Metadata is where the metadata of the SCIM base URL of a tenant are, for WWW-Authenticate (RFC 9728 §5.1). It is the
// URL of §3.1, directly below the host, unless the service has a path before everything, such as the stage of a REST
// API: the gateway would not forward that URL, because the first segment of a path is the stage.
func (a Address) Metadata(name string) string { return a.metadata + name }

// tenantOf returns the tenant of an issuer, if it is one of this deployment.
func (a Address) tenantOf(issuer string) (scim.TenantID, bool) {
	name, ok := strings.CutPrefix(issuer, a.before)
	if !ok || a.before == "" {
		return scim.TenantID{}, false
	}
	id, err := scim.ParseTenantID(name)
	return id, err == nil
}
