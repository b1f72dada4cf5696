package mcp

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// plan is what a plan id stands for.
type plan struct {
	Kind    string    `json:"kind"` // kindPlan or kindUndo
	Expires time.Time `json:"expires"`
	Changes []change  `json:"changes"`
	// Digest is that of the rehearsal: applying must come to the same effects.
	Digest string `json:"digest,omitempty"`
	Radius radius `json:"radius"`
	Reason string `json:"reason,omitempty"`
}

const (
	kindPlan = "plan"
	kindUndo = "undo"
)

// box seals plans with AES-256-GCM under a key of the tenant. A plan opens only under the
// id, for the tenant and the principal that it was sealed for, and not after a single bit has
// changed.
type box struct{ key []byte }

var errSealed = errors.New("plan does not open")

func (b box) aead(t *scim.Tenant) (cipher.AEAD, error) {
	key := b.key
	if t.CursorKey != [32]byte{} {
		key = t.CursorKey[:]
	}
	derived, err := hkdf.Key(sha256.New, key, nil, "scimstack mcp plan 1", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(derived)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// bound is what a sealed plan belongs to.
func bound(who Caller, id string) []byte {
	return []byte(who.Tenant.ID.String() + "\x00" + who.Principal.Subject + "\x00" + id)
}

func (b box) seal(who Caller, id string, p *plan) ([]byte, error) {
	text, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	aead, err := b.aead(who.Tenant)
	if err != nil {
		return nil, err
	}
	return aead.Seal(nil, nil, text, bound(who, id)), nil //nolint:gosec // this AEAD makes a random nonce itself
}

func (b box) open(who Caller, id string, sealed []byte) (*plan, error) {
	aead, err := b.aead(who.Tenant)
	if err != nil {
		return nil, err
	}
	text, err := aead.Open(nil, nil, sealed, bound(who, id))
	if err != nil {
		return nil, errSealed
	}
	var p plan
	return &p, json.Unmarshal(text, &p)
}

// newPlanID makes an id that nobody guesses.
func newPlanID(kind string) string { return kind + "_" + rand.Text() }
