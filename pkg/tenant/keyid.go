package tenant

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/scimstack/scimstack/pkg/scim"
)

// KeyIDFor returns the key id that always belongs to a seed. A caller that repeats a request whose
// answer was lost finds by it what the first try has made, in every process and without a record of the
// try. It is not a secret.
func KeyIDFor(seed string) string {
	sum := sha256.Sum256([]byte(seed))
	out := make([]byte, keyIDLength)
	for i := range out {
		out[i] = base62[binary.BigEndian.Uint16(sum[2*i:])%62] // an id: the bias does no harm
	}
	return string(out)
}

// NewTokenAs is NewToken with a key id of KeyIDFor.
func NewTokenAs(t scim.TenantID, keyID string, scopes scim.Scope) (credential string, token Token) {
	body := "scim_" + t.String() + "_" + keyID + "_" + randomString(secretLength)
	credential = body + check(body)
	return credential, Token{KeyID: keyID, Hash: sha256.Sum256([]byte(credential)), Scopes: scopes}
}
