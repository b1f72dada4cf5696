package oauth

import (
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"sync"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

const (
	// epoch is how long a key signs. It is accepted for one more epoch, and published one epoch before.
	epoch = 30 * 24 * time.Hour
	// maxTenants bounds the tenants whose keys are kept.
	maxTenants = 1000
)

// Key signs the access tokens of one tenant during one epoch.
type Key struct {
	ID      string // kid
	Private ed25519.PrivateKey
}

// Public is the public part of the key.
func (k Key) Public() ed25519.PublicKey { return k.Private.Public().(ed25519.PublicKey) }

// Keys derives the keys of access tokens. The key of a tenant and an epoch is HKDF-SHA-256 over the random key
// of the tenant, with the secret of the deployment as salt, if there is one; see decision 0029. The zero value has
// no secret and is ready for use. It is safe for concurrent use.
type Keys struct {
	// Secret is mixed into all keys, and must then be the same on every instance. Zero is none: who can read the
	// settings of a tenant in its store can then make access tokens of the tenant.
	Secret [32]byte

	once   sync.Once
	random [32]byte // for tenants without a random key: those tokens are valid in this process only

	mu    sync.Mutex
	known map[keyOf]Key
}

type keyOf struct {
	tenant scim.TenantID
	secret [32]byte
	epoch  int64
}

func epochAt(t time.Time) int64 { return t.Unix() / int64(epoch/time.Second) }

// stranger returns the key of a tenant that does not exist, in place of its random one. ok is false without a
// secret: it would be different on every instance.
func (k *Keys) stranger() (secret [32]byte, ok bool) {
	return sha256.Sum256(append([]byte("no such tenant"), k.Secret[:]...)), k.Secret != [32]byte{}
}

// Current returns the key that signs now.
func (k *Keys) Current(id scim.TenantID, secret [32]byte, now time.Time) Key {
	return k.of(keyOf{id, secret, epochAt(now)})
}

// Published returns the keys of the epochs before, at and after a time, for a JWK Set.
func (k *Keys) Published(id scim.TenantID, secret [32]byte, now time.Time) []Key {
	e := epochAt(now)
	return []Key{k.of(keyOf{id, secret, e - 1}), k.of(keyOf{id, secret, e}), k.of(keyOf{id, secret, e + 1})}
}

// accepted returns the key with an id, if it is one that may have signed a token that is valid now. The next
// epoch is among them, because the clock of another instance may be ahead.
func (k *Keys) accepted(id scim.TenantID, secret [32]byte, now time.Time, kid string) (Key, bool) {
	e := epochAt(now)
	for _, n := range [...]int64{e, e - 1, e + 1} {
		if key := k.of(keyOf{id, secret, n}); key.ID == kid {
			return key, true
		}
	}
	return Key{}, false
}

func (k *Keys) of(asked keyOf) Key {
	k.mu.Lock()
	key, ok := k.known[asked]
	k.mu.Unlock()
	if ok {
		return key
	}
	want := asked
	if want.secret == [32]byte{} {
		k.once.Do(func() { _, _ = rand.Read(k.random[:]) }) // never fails
		want.secret = k.random
	}
	info := "scimstack oauth access token\x00" + want.tenant.String() + "\x00" + strconv.FormatInt(want.epoch, 10)
	seed, err := hkdf.Key(sha256.New, want.secret[:], k.Secret[:], info, ed25519.SeedSize)
	if err != nil {
		panic(err) // only for a length that HKDF cannot make
	}
	key.Private = ed25519.NewKeyFromSeed(seed)
	sum := sha256.Sum256(key.Public())
	key.ID = base64.RawURLEncoding.EncodeToString(sum[:12])
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.known == nil || len(k.known) >= 4*maxTenants {
		k.known = map[keyOf]Key{}
	}
	k.known[asked] = key
	return key
}
