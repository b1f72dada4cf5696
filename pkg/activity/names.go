package activity

import (
	"bytes"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"hash"
	"slices"
	"unicode/utf8"

	"github.com/scimstack/scimstack/pkg/scim"
)

// namePrefix begins what stands for a name among the resources of a record (Record.Known). No id of a
// resource begins with it.
const namePrefix = "name:"

// nameKey finds resources by a name that the log does not have: what is kept is a keyed hash of it
// (HMAC-SHA-256). The key is derived from a secret of the tenant, so that only the service can say
// whether a name is in the log, and equal names of two tenants have different hashes. It is for one goroutine. A
// nil nameKey finds nothing.
type nameKey struct {
	mac   hash.Hash // reset for each name, which is half of making it
	space []byte
}

// secretive is a Log with a secret of its own, for tenants without one: a log in memory.
type secretive interface{ nameSecret() [32]byte }

// secretOf returns the secret of a tenant, or that of its log; zero if there is none.
func secretOf(t *scim.Tenant, log Log) [32]byte {
	if own, ok := log.(secretive); ok && t.CursorKey == [32]byte{} {
		return own.nameSecret()
	}
	return t.CursorKey
}

// nameKeyOf returns the key of a tenant; nil if neither the tenant nor the log has a secret. Nothing is
// hashed then, because a hash without a key tells the name to anybody who can guess it.
func nameKeyOf(t *scim.Tenant, log Log) *nameKey {
	if t == nil {
		return nil
	}
	secret := secretOf(t, log)
	if secret == [32]byte{} {
		return nil
	}
	key, err := hkdf.Key(sha256.New, secret[:], []byte(t.ID.String()), "scimstack names in the provisioning log", 32)
	if err != nil {
		return nil // the length is allowed
	}
	return &nameKey{mac: hmac.New(sha256.New, key)}
}

// nameKeys are the keys of many tenants for one log: deriving a key takes longer than the rest of a record. They
// are for one goroutine.
type nameKeys struct {
	log Log
	by  map[scim.TenantID]derivedKey
}

// derivedKey is a key and the secret that it is made of, which a tenant may change.
type derivedKey struct {
	secret [32]byte
	key    *nameKey
}

// manyKeys bounds nameKeys.
const manyKeys = 1000

// of is nameKeyOf.
func (k *nameKeys) of(t *scim.Tenant) *nameKey {
	if t == nil {
		return nil
	}
	secret := secretOf(t, k.log)
	if have, ok := k.by[t.ID]; ok && have.secret == secret {
		return have.key
	}
	if k.by == nil || len(k.by) >= manyKeys {
		k.by = map[scim.TenantID]derivedKey{}
	}
	key := nameKeyOf(t, k.log)
	k.by[t.ID] = derivedKey{secret, key}
	return key
}

// hash returns what stands for the value of an attribute. attr is one of those in namesOf.
func (k *nameKey) hash(attr, folded string) string {
	k.space = append(append(append(k.space[:0], attr...), 0), folded...)
	k.mac.Reset()
	k.mac.Write(k.space)
	k.space = k.mac.Sum(k.space[:0])
	var text [len(namePrefix) + 32]byte
	copy(text[:], namePrefix)
	hex.Encode(text[len(namePrefix):], k.space[:16])
	return string(text[:])
}

// attrExternalID is compared as it is; the other names are folded by their schema.
const attrExternalID = "externalId"

// names adds what a resource can be found by. doc is its document.
func (k *nameKey) names(out []string, t *scim.Tenant, res *scim.Resource, doc object) []string {
	if k == nil || res == nil {
		return out
	}
	rt := t.Types.ByName(res.Type)
	if rt == nil {
		return out
	}
	for _, name := range nameAttributes {
		if v := textOf(doc.get(name)); v != "" {
			if a := rt.Schema.Attribute(name); a != nil {
				out = append(out, k.hash(name, a.Fold(v)))
				break // people have a userName, which is theirs alone
			}
		}
	}
	if res.ExternalID != "" {
		out = append(out, k.hash(attrExternalID, res.ExternalID))
	}
	return out
}

// candidates are what a name may stand for: the userName or displayName of any type, or an externalId.
func (k *nameKey) candidates(t *scim.Tenant, name string) []string {
	if k == nil || name == "" {
		return nil
	}
	out := []string{k.hash(attrExternalID, name)}
	for _, rt := range t.Types.List {
		for _, attr := range nameAttributes {
			if a := rt.Schema.Attribute(attr); a != nil {
				out = append(out, k.hash(attr, a.Fold(name)))
				break
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// textOf is a JSON string, or "".
func textOf(raw []byte) (s string) {
	if plainText(raw) {
		return string(raw[1 : len(raw)-1])
	}
	if len(raw) == 0 || raw[0] != '"' || json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

// isText reports whether textOf is not "".
func isText(raw []byte) bool { return len(raw) > 2 && plainText(raw) || textOf(raw) != "" }

// plainText reports whether a JSON string is the text between its quotes.
func plainText(raw []byte) bool {
	return len(raw) >= 2 && raw[0] == '"' && bytes.IndexByte(raw, '\\') < 0 && utf8.Valid(raw)
}

// rawName is the JSON of the userName of a document, otherwise of its displayName.
func rawName(doc object) []byte {
	for _, name := range nameAttributes {
		if raw := doc.get(name); isText(raw) {
			return raw
		}
	}
	return nil
}

// known adds what the resource of a commit can be found by, if the commit begins or ends that: a new
// or a deleted resource, and one whose name has changed. Others are found through these.
func (c *commit) known(known []string, names *nameKeys, was, is object) []string {
	switch {
	case c.prior == nil, c.removed:
	case c.put == nil, c.prior.ExternalID == c.put.ExternalID && bytes.Equal(rawName(was), rawName(is)):
		return known
	}
	k, n := names.of(c.tenant), len(known)
	known = k.names(slices.Grow(known, 4), c.tenant, c.prior, was)
	known = k.names(known, c.tenant, c.put, is)
	slices.Sort(known[n:])
	return known[:n+len(slices.Compact(known[n:]))]
}
