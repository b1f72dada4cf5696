package oauth

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// Bounds of a JWK Set.
const (
	maxKeys    = 100
	maxKeySet  = 256 << 10 // bytes
	minRSA     = 2048      // bits
	maxRSA     = 8192
	coordinate = 32 // bytes, of P-256
	startOfKey = 32 // characters of a key that name it; the smallest key has more
)

// publicKey is a key of a JWK Set that can check signatures.
type publicKey struct {
	kid, alg string // "" if the set does not say
	start    string // of its numbers, which no other key has
	key      any    // *rsa.PublicKey, *ecdsa.PublicKey of P-256, or ed25519.PublicKey
}

// fits reports whether the key may check a signature of an algorithm.
func (k publicKey) fits(alg string) bool {
	if k.alg != "" && k.alg != alg {
		return false
	}
	switch k.key.(type) {
	case *rsa.PublicKey:
		return alg == "RS256" || alg == "PS256"
	case *ecdsa.PublicKey:
		return alg == "ES256"
	case ed25519.PublicKey:
		return alg == "EdDSA"
	}
	return false
}

// jwk is a key of a JWK Set (RFC 7517 §4, RFC 7518 §6, RFC 8037 §2).
type jwk struct {
	Kty    string   `json:"kty"`
	Use    string   `json:"use"`
	KeyOps []string `json:"key_ops"`
	Alg    string   `json:"alg"`
	Kid    string   `json:"kid"`
	Crv    string   `json:"crv"`
	N      string   `json:"n"`
	E      string   `json:"e"`
	X      string   `json:"x"`
	Y      string   `json:"y"`
	D      string   `json:"d"`
	K      string   `json:"k"`
}

var errPrivate = errors.New("the key set has a private or a secret key; use a set with public keys only, and replace that key, because it has been shown")

// parseKeys reads a JWK Set. Keys that cannot check a signature of algorithms are left out; a set without any other is an
// error.
func parseKeys(raw []byte) ([]publicKey, error) {
	var set struct {
		Keys []jwk `json:"keys"`
	}
	if len(raw) > maxKeySet {
		return nil, fmt.Errorf("the key set has more than %d bytes", maxKeySet)
	}
	if err := json.Unmarshal(raw, &set); err != nil {
		if strings.HasPrefix(strings.TrimSpace(string(raw)), "<") {
			return nil, errors.New("the answer is a web page and not a JWK Set; use the URL of the keys themselves, which discovery calls jwks_uri")
		}
		return nil, fmt.Errorf("it is not a JWK Set: %w", err)
	}
	if len(set.Keys) > maxKeys {
		return nil, fmt.Errorf("the key set has more than %d keys", maxKeys)
	}
	var out []publicKey
	var last error
	for _, k := range set.Keys {
		if k.D != "" || k.K != "" {
			return nil, errPrivate
		}
		if k.Use == "enc" || len(k.KeyOps) > 0 && !slices.Contains(k.KeyOps, "verify") || k.Alg != "" && !slices.Contains(algorithms(), k.Alg) {
			continue
		}
		key, err := k.public()
		if err != nil {
			last = fmt.Errorf("; the key %.40q: %w", k.Kid, err)
			continue
		}
		out = append(out, publicKey{kid: k.Kid, alg: k.Alg, key: key, start: (k.N + k.X)[:startOfKey]})
	}
	if len(out) == 0 {
		err := errors.New("the key set has no key for RS256, PS256, ES256 or EdDSA")
		if last != nil {
			err = fmt.Errorf("%w%w", err, last)
		}
		return nil, err
	}
	return out, nil
}

// public returns the key as package crypto has it.
func (k jwk) public() (any, error) {
	field := func(s string) []byte {
		b, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(s, "="))
		if err != nil {
			return nil
		}
		return b
	}
	switch {
	case k.Kty == "RSA":
		n, e := new(big.Int).SetBytes(field(k.N)), new(big.Int).SetBytes(field(k.E))
		if bits := n.BitLen(); bits < minRSA || bits > maxRSA {
			return nil, fmt.Errorf("RSA of %d bits, and not of %d to %d", bits, minRSA, maxRSA)
		}
		if e.BitLen() < 2 || e.BitLen() > 31 || e.Bit(0) == 0 {
			return nil, errors.New("an exponent that RSA does not use")
		}
		return &rsa.PublicKey{N: n, E: int(e.Int64())}, nil
	case k.Kty == "EC" && k.Crv == "P-256":
		x, y := field(k.X), field(k.Y)
		if len(x) != coordinate || len(y) != coordinate {
			return nil, errors.New("coordinates of another length")
		}
		return ecdsa.ParseUncompressedPublicKey(elliptic.P256(), append(append([]byte{4}, x...), y...))
	case k.Kty == "OKP" && k.Crv == "Ed25519":
		if x := field(k.X); len(x) == ed25519.PublicKeySize {
			return ed25519.PublicKey(x), nil
		}
		return nil, errors.New("a key of another length")
	}
	return nil, fmt.Errorf("kty %.20q with crv %.20q is not used", k.Kty, k.Crv)
}

// choose returns the keys of a set that may have signed with this header. A header without a kid is checked
// with the only key that fits.
func choose(set []publicKey, h head) []publicKey {
	var out []publicKey
	for _, k := range set {
		if k.fits(h.Alg) && (h.Kid == "" || k.kid == h.Kid) {
			out = append(out, k)
		}
	}
	if h.Kid == "" && len(out) > 1 {
		return nil
	}
	return out
}
