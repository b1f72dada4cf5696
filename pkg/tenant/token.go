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

// NewToken makes a token scim_<tenant>_<keyid>_<secret><check> with 256 random bits. The
// text is shown to the operator once; the Token is what to keep.
func NewToken(t scim.TenantID, scopes scim.Scope) (text string, token Token) {
	keyID := randomText(keyIDLength)
	body := "scim_" + t.String() + "_" + keyID + "_" + randomText(secretLength)
	text = body + check(body)
	return text, Token{KeyID: keyID, Hash: sha256.Sum256([]byte(text)), Scopes: scopes}
}

// LiteralToken is a token of any form, for development.
func LiteralToken(text string, scopes scim.Scope) Token {
	return Token{KeyID: "literal", Hash: sha256.Sum256([]byte(text)), Scopes: scopes}
}

var errToken = errors.New("not a token of this service")

// parseToken takes a token apart and verifies its check characters, so that a typing error
// is told from a wrong token without asking a store.
func parseToken(text string) (t scim.TenantID, keyID string, err error) {
	parts := strings.Split(text, "_")
	if len(parts) != 4 || parts[0] != "scim" || len(parts[2]) != keyIDLength || len(parts[3]) != secretLength+checkLength {
		return scim.TenantID{}, "", errToken
	}
	body := text[:len(text)-checkLength]
	if check(body) != text[len(body):] {
		return scim.TenantID{}, "", errToken
	}
	t, err = scim.ParseTenantID(parts[1])
	return t, parts[2], err
}

func randomText(n int) string {
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

func check(s string) string {
	sum := crc32.ChecksumIEEE([]byte(s))
	out := make([]byte, checkLength)
	for i := checkLength - 1; i >= 0; i-- {
		out[i] = base62[sum%62]
		sum /= 62
	}
	return string(out)
}
