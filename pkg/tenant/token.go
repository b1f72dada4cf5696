package tenant

import (
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"hash/crc32"
	"math/big"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
)

const (
	base62       = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	keyIDLength  = 12
	secretLength = 43 // 256 bits in base 62
	checkLength  = 6
)

// NewToken makes a token with 256 random bits: scim_<tenant>_<keyid>_<secret><check>. credential is
// what the identity provider sends and cannot be recovered later: show it once and do not store it.
// token is what to store in a Record.
func NewToken(t scim.TenantID, scopes scim.Scope) (credential string, token Token) {
	keyID := randomString(keyIDLength)
	body := "scim_" + t.String() + "_" + keyID + "_" + randomString(secretLength)
	credential = body + check(body)
	return credential, Token{KeyID: keyID, Hash: sha256.Sum256([]byte(credential)), Scopes: scopes}
}

// LiteralToken returns the Token for a credential of any form, for development. It is only as secure
// as the credential is hard to guess.
func LiteralToken(credential string, scopes scim.Scope) Token {
	return Token{KeyID: "literal", Hash: sha256.Sum256([]byte(credential)), Scopes: scopes}
}

var errToken = errors.New("not a token of this service")

// parseToken splits a token and verifies its check characters, so that a mistyped token is recognised
// without a call to the Resolver.
func parseToken(credential string) (t scim.TenantID, keyID string, err error) {
	parts := strings.Split(credential, "_")
	if len(parts) != 4 || parts[0] != "scim" || len(parts[2]) != keyIDLength || len(parts[3]) != secretLength+checkLength {
		return scim.TenantID{}, "", errToken
	}
	body := credential[:len(credential)-checkLength]
	if check(body) != credential[len(body):] {
		return scim.TenantID{}, "", errToken
	}
	t, err = scim.ParseTenantID(parts[1])
	return t, parts[2], err
}

// randomString returns n random characters of base 62.
func randomString(n int) string {
	out := make([]byte, n)
	for i := range out {
		k, err := rand.Int(rand.Reader, big.NewInt(62))
		if err != nil {
			panic(err) // crypto/rand never fails on supported systems
		}
		out[i] = base62[k.Int64()]
	}
	return string(out)
}

// check returns the check characters of a token: its CRC-32 in base 62.
func check(s string) string {
	sum := crc32.ChecksumIEEE([]byte(s))
	out := make([]byte, checkLength)
	for i := checkLength - 1; i >= 0; i-- {
		out[i] = base62[sum%62]
		sum /= 62
	}
	return string(out)
}
