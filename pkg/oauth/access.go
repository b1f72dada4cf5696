package oauth

import (
	"crypto/rand"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/scimstack/scimstack/pkg/tenant"
)

// Life is how long an access token is valid.
const Life = time.Hour

// Issue makes an access token of RFC 9068 for a client, with one of the scopes of Granted. The caller has checked
// the client. A client that expires earlier than in an hour has a token that ends with it.
//
// The token outlives a credential that the client loses meanwhile; see IssueFor.
func (v *Verifier) Issue(s *tenant.Settings, c *tenant.Client, scope string) (token string, life time.Duration, err error) {
	return v.IssueFor(s, c, scope, Proof{})
}

// IssueFor is Issue for a client that has proved itself with a credential. The token ends with it: when the secret
// expires or is replaced, when the key is not among the Keys of the client any more, or when its KeysURI changes.
func (v *Verifier) IssueFor(s *tenant.Settings, c *tenant.Client, scope string, p Proof) (token string, life time.Duration, err error) {
	now := v.now()
	life = Life
	ends := []time.Time{c.Expires}
	for _, k := range c.Secrets {
		if k.Hash == p.secret {
			ends = append(ends, k.Expires)
		}
	}
	for _, end := range ends {
		if !end.IsZero() {
			life = min(life, end.Sub(now)).Truncate(time.Second)
		}
	}
	if life <= 0 {
		return "", 0, fmt.Errorf("OAuth client %s has expired", c.ID)
	}
	name := s.ID.String()
	key := v.keys.Current(s.ID, s.CursorKey, now)
	t := jwt.NewWithClaims(jwt.SigningMethodEdDSA, claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: v.address.Issuer(name), Subject: c.ID, Audience: jwt.ClaimStrings{v.address.Resource(name)}, ID: rand.Text(),
			IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(life)),
		},
		Scope: scope, ClientID: c.ID, Proof: p.claim(s, c),
	})
	t.Header["kid"], t.Header["typ"] = key.ID, typeAccess
	token, err = t.SignedString(key.Private)
	return token, life, err
}
