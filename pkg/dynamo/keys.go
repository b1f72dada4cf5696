package dynamo

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Names of the table's key attributes and of its one index.
const (
	attrPK  = "PK"
	attrSK  = "SK"
	attrGPK = "GSI1PK"
	attrGSK = "GSI1SK"
	gsiName = "GSI1"
)

// maxValue is how long a value may stand in a sort key (DynamoDB allows 1,024 bytes); longer
// ones are stored as a hash.
const maxValue = 900

// key is the primary key of an item.
type key struct{ pk, sk string }

// keyOf is the key of an item that was read.
func keyOf(it item) key { return key{textOf(it, attrPK), textOf(it, attrSK)} }

// pk begins every partition key: nothing is stored outside a tenant. A TenantID holds no '#'.
func pk(t scim.TenantID, rest string) string {
	if t.IsZero() {
		panic("dynamo: a key without a tenant") // unreachable: ids come from ParseTenantID
	}
	return "T#" + t.String() + "#" + rest
}

func resourcePK(t scim.TenantID, typ string) string { return pk(t, "E#"+typ+"#0") }

func resourceKey(t scim.TenantID, typ, id string) key { return key{resourcePK(t, typ), id} }

func indexPK(t scim.TenantID, typ, attr string) string { return pk(t, "X#"+typ+"."+attr) }

// indexKey is where a value of a resource is indexed: a unique one alone, others beside the
// id. Both stand in one collection, so that one query finds either.
func indexKey(t scim.TenantID, typ string, k scim.IndexKey, id string) key {
	sk := valueSK(k.Value)
	if !k.Unique {
		sk += "\x00" + id
	}
	return key{indexPK(t, typ, k.Attr), sk}
}

// valueSK keeps a value readable if it fits. '~' marks a hash; values that begin with it, or
// that hold the byte which stands before the id, are hashed too.
func valueSK(v string) string {
	if v != "" && len(v) <= maxValue && v[0] != '~' && !strings.Contains(v, "\x00") {
		return v
	}
	sum := sha256.Sum256([]byte(v))
	return "~" + hex.EncodeToString(sum[:])
}

func edgePK(t scim.TenantID, groupID string) string { return pk(t, "M#"+groupID+"#0") }

func edgeKey(t scim.TenantID, groupID, memberID string) key { return key{edgePK(t, groupID), memberID} }

func reversePK(t scim.TenantID) string { return pk(t, "R#0") }

func reverseSK(memberID, groupID string) string { return memberID + "#" + groupID }

// bookmarkKey sorts the bookmarks of a list by their offset.
func bookmarkKey(t scim.TenantID, typ string, offset int) key {
	return key{pk(t, "P"), fmt.Sprintf("%s#%010d", typ, offset)}
}

func counterKey(t scim.TenantID, typ string) key { return key{pk(t, "N"), typ} }

func tombstoneKey(t scim.TenantID, typ, id string) key { return key{pk(t, "D"), typ + "#" + id} }

// intentKey names the group that a staged write is working on, for the sweeper.
func intentKey(t scim.TenantID, groupID string) key { return key{pk(t, "S"), groupID} }

// nestedKey is there once the tenant has put a group into a group.
func nestedKey(t scim.TenantID) key { return key{pk(t, "N"), "~nested"} }

func settingsKey(t scim.TenantID) key { return key{pk(t, "CFG"), "#"} }

func tokenPK(t scim.TenantID) string { return pk(t, "TOK") }

func tokenKey(t scim.TenantID, keyID string) key { return key{tokenPK(t), keyID} }
