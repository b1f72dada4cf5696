package sealed

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strings"
)

// Box seals and opens values with AES-256-GCM. Immutable and safe for concurrent use; the zero
// value is not usable, see New.
type Box struct{ aead cipher.AEAD }

// ErrOpen is the one error of Open, so that it reveals nothing about the cause.
var ErrOpen = errors.New("sealed value does not open")

// New makes a Box with a key that is derived from key for one purpose. Boxes with the same key
// and purpose open each other's values, on any instance; boxes of different purposes never do,
// even with the same key.
func New(key [32]byte, purpose string) *Box {
	derived, err := hkdf.Key(sha256.New, key[:], nil, purpose, len(key))
	if err != nil {
		panic(err) // HKDF fails only for outputs longer than 8,160 bytes
	}
	block, err := aes.NewCipher(derived)
	if err != nil {
		panic(err) // the derived key has 32 bytes
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // cannot fail for AES
	}
	return &Box{aead: aead}
}

// Seal encrypts plain and binds it to bound, which is not part of the result. Each call uses a
// new random nonce, so equal values look different. The result is base64url without padding and
// has Len(len(plain)) characters.
func (b *Box) Seal(plain, bound []byte) string {
	return base64.RawURLEncoding.EncodeToString(b.aead.Seal(nil, nil, plain, bound)) //nolint:gosec // this AEAD makes a random nonce itself
}

// Open returns what was sealed. It fails with ErrOpen unless sealed is exactly what Seal returned
// for the same key, purpose and bound.
func (b *Box) Open(sealed string, bound []byte) ([]byte, error) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(sealed)
	if err != nil || strings.ContainsAny(sealed, "\r\n") { // the decoder skips line breaks
		return nil, ErrOpen
	}
	plain, err := b.aead.Open(nil, nil, raw, bound)
	if err != nil {
		return nil, ErrOpen
	}
	return plain, nil
}

// overhead is a nonce of 12 bytes and a tag of 16.
const overhead = 28

// Len is the length of the sealed form of n bytes.
func Len(n int) int { return base64.RawURLEncoding.EncodedLen(n + overhead) }
