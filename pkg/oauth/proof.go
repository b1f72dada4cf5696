package oauth

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"time"

	"github.com/scimstack/scimstack/pkg/tenant"
)

// Proof names the credential that a client has proved itself with: an access token that is issued for it ends with that
// credential. The zero Proof names none. It holds no secret.
type Proof struct {
	secret [sha256.Size]byte // hash of a secret
	key    string            // of a key, the start of its numbers, as the JWK Set has them
	uri    bool              // the key was at the KeysURI of the client
}

// ProofOf is the Proof of a client that has sent a secret.
func ProofOf(secret string) Proof { return Proof{secret: sha256.Sum256([]byte(secret))} }

// claim is the value of the claim that says which credential a token ends with, or "" if it is not known.
func (p Proof) claim(s *tenant.Settings, c *tenant.Client) string {
	switch {
	case p.secret != [sha256.Size]byte{}:
		return mark(s, p.secret[:])
	case p.uri:
		return mark(s, []byte(c.KeysURI))
	case hasKey(c, p.key):
		return p.key
	}
	return ""
}

// holds reports whether a client still has the credential that a claim says, and it is valid. A token without the claim is from
// a caller, or a version, that does not say it.
func holds(s *tenant.Settings, c *tenant.Client, claim string, now time.Time) bool {
	if claim == "" || c.KeysURI != "" && claim == mark(s, []byte(c.KeysURI)) || hasKey(c, claim) {
		return true
	}
	for _, k := range c.Secrets {
		if (k.Expires.IsZero() || now.Before(k.Expires)) && claim == mark(s, k.Hash[:]) {
			return true
		}
	}
	return false
}

// mark stands for a credential in a token. The random key of the tenant is in it: a reader of the token must not be able to try
// secrets.
func mark(s *tenant.Settings, credential []byte) string {
	sum := sha256.Sum256(append(s.CursorKey[:], credential...))
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}

// hasKey reports whether the JWK Set in a client has a key with such a start.
func hasKey(c *tenant.Client, start string) bool {
	return start != "" && bytes.Contains(c.Keys, []byte(`"`+start))
}
