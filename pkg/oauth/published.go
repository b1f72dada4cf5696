package oauth

import (
	"encoding/base64"
	"slices"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// JWK is a public key of our access tokens, as it is published (RFC 8037 §2).
type JWK struct {
	Kty string `json:"kty"`
	Crv string `json:"crv"`
	Use string `json:"use"`
	Alg string `json:"alg"`
	Kid string `json:"kid"`
	X   string `json:"x"`
}

// Published returns the public keys of a tenant: of the current epoch, the one before and the next. r is nil for an
// unknown tenant, which has keys as well if there is a secret of the deployment. Without one, neither an unknown
// tenant nor one without clients at the token endpoint has keys.
func (v *Verifier) Published(id scim.TenantID, r *tenant.Record) []JWK {
	secret, hidden := v.keys.stranger()
	served := r != nil && slices.ContainsFunc(r.Clients, func(c tenant.Client) bool { return c.Method != tenant.Issued })
	if !served && !hidden {
		return []JWK{}
	}
	if r != nil {
		secret = r.Settings.CursorKey
	}
	out := make([]JWK, 0, 3)
	for _, k := range v.keys.Published(id, secret, v.now()) {
		out = append(out, JWK{Kty: "OKP", Crv: "Ed25519", Use: "sig", Alg: "EdDSA", Kid: k.ID, X: base64.RawURLEncoding.EncodeToString(k.Public())})
	}
	return out
}
