package activity

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"

	"github.com/scimstack/scimstack/pkg/scim"
)

// namePrefix begins what stands for a name among the resources of a record (Record.Known). No id of a
// resource begins with it.
const namePrefix = "name:"

// nameKey finds resources by a name that the log does not have: what is kept is a keyed hash of it
// (HMAC-SHA-256). The key is derived from a secret of the tenant, so that only the service can say
// whether a name is in the log, and equal names of two tenants have different hashes.
type nameKey []byte

// secretive is a Log with a secret of its own, for tenants without one: a log in memory.
type secretive interface{ nameSecret() [32]byte }

// nameKeyOf returns the key of a tenant; nil if neither the tenant nor the log has a secret. Nothing is
// hashed then, because a hash without a key tells the name to anybody who can guess it.
func nameKeyOf(t *scim.Tenant, log Log) nameKey {
	if t == nil {
		return nil
	}
	secret := t.CursorKey
	if own, ok := log.(secretive); ok && secret == [32]byte{} {
		secret = own.nameSecret()
	}
	if secret == [32]byte{} {
		return nil
	}
	key, err := hkdf.Key(sha256.New, secret[:], []byte(t.ID.String()), "scimstack names in the provisioning log", 32)
	if err != nil {
		return nil // the length is allowed
	}
	return key
}

// hash returns what stands for the value of an attribute. attr is one of those in namesOf.
func (k nameKey) hash(attr, folded string) string {
	m := hmac.New(sha256.New, k)
	m.Write([]byte(attr))
	m.Write([]byte{0})
	m.Write([]byte(folded))
	return namePrefix + hex.EncodeToString(m.Sum(nil)[:16])
}

// attrExternalID is compared as it is; the other names are folded by their schema.
const attrExternalID = "externalId"

// names are what a resource can be found by.
func (k nameKey) names(t *scim.Tenant, res *scim.Resource) (out []string) {
	if k == nil || res == nil {
		return nil
	}
	rt := t.Types.ByName(res.Type)
	if rt == nil {
		return nil
	}
	doc := fields(res.Document)
	for _, name := range nameAttributes {
		if v := textOf(doc[name]); v != "" {
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
func (k nameKey) candidates(t *scim.Tenant, name string) []string {
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
	if len(raw) == 0 || raw[0] != '"' || json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

// nameOf is the userName of a resource, otherwise its displayName.
func nameOf(res *scim.Resource) string {
	if res == nil {
		return ""
	}
	doc := fields(res.Document)
	for _, name := range nameAttributes {
		if v := textOf(doc[name]); v != "" {
			return v
		}
	}
	return ""
}

// known returns what the resource of a commit can be found by, if the commit begins or ends that: a new
// or a deleted resource, and one whose name has changed. Others are found through these.
func (c *commit) known(log Log) []string {
	switch {
	case c.prior == nil, c.removed:
	case c.put == nil, c.prior.ExternalID == c.put.ExternalID && nameOf(c.prior) == nameOf(c.put):
		return nil
	}
	k := nameKeyOf(c.tenant, log)
	all := slices.Concat(k.names(c.tenant, c.prior), k.names(c.tenant, c.put))
	slices.Sort(all)
	return slices.Compact(all)
}
