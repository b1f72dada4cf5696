package dynamo

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
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

// Attributes of a resource item (see fields in item.go).
const (
	attrVersion    = "v"
	attrCreated    = "cr"
	attrModified   = "lm"
	attrCodec      = "c"
	attrDocument   = "doc"
	attrHidden     = "hid"
	attrExternalID = "xi"
	attrIndexKeys  = "k"
	attrWriter     = "w" // the attempt that wrote the item, if it was no transaction
)

// Attributes of the staged-write protocol. state.go alone writes expressions with them.
const (
	attrCount      = "mc"   // group item: number of members
	attrSeq        = "seq"  // group item: the last staged write that is decided
	attrSplit      = "sp"   // group item, and its lease: how many slots of members are in shards (shard.go)
	attrVoid       = "vo"   // group item: decided staged writes without effect
	attrLease      = "pend" // group item: the staged write in progress
	attrLeaseOp    = "op"
	attrLeaseOwner = "by"
	attrLeaseUntil = "until"
	attrLeaseHash  = "h"  // of the change, so that the same request continues it
	attrLeaseDone  = "n"  // edges that are marked and checked; exists once the write was interrupted
	attrLeaseGrown = "g"  // by how much they change the number of members
	attrLeaseMoved = "m"  // how many of them have an effect
	attrEpoch      = "ep" // group item: how often a reader has begun an epoch (snapshot.go)
	attrEpochUntil = "eu" // group item: until when removed edges leave traces
	attrEpochAdded = "b"  // edge: the epoch in which a transaction added it
	attrAdded      = "a"  // edge: the staged write that adds it
	attrRemoved    = "r"  // edge: the staged write that removes it
)

// Other attributes.
const (
	attrGroupType    = "gt"   // edge: resource type of the group, unless it is Group
	attrMemberType   = "ty"   // edge
	attrDisplay      = "d"    // edge
	attrID           = "id"   // index item: the resource that holds the value
	attrMoves        = "mv"   // intent: edges have moved, and the sweeper deletes them in their old place
	attrType         = "type" // intent: resource type of the group
	attrNumber       = "n"    // counter: resources of the type, as far as the stream has been processed
	attrGeneration   = "g"    // counter: grows with every removal; a bookmark of an older one is void
	attrTally        = "cv"   // counter: changes with every change of its number or of marks
	attrBorn         = "born" // counter: when it was first written, in milliseconds
	attrRecounted    = "rn"   // counter: the number that a recount in progress has counted
	attrRecountAt    = "ra"   // counter: the prefix of ids up to which it has
	attrRecountStart = "rs"   // counter: when it began
	attrChecked      = "rc"   // counter: when the last recount ended, in milliseconds
	attrMarks        = "m"    // marks of resources that were counted lately
	attrEarly        = "u"    // marks: sequence numbers of REMOVEs without a counted INSERT
	attrTime         = "at"   // tombstone: when the resource was removed
	attrTTL          = "ttl"  // seconds since 1970; DynamoDB deletes the item some time after
)

// maxValue is the longest value that is part of a sort key as it is, in bytes. DynamoDB allows
// 1,024 bytes for the whole key; a longer value is replaced by its hash.
const maxValue = 900

// key is the primary key of an item.
type key struct{ pk, sk string }

// keyOf returns the key of an item that was read.
func keyOf(it item) key { return key{stringOf(it, attrPK), stringOf(it, attrSK)} }

// pk begins every partition key: nothing is stored outside a tenant. A TenantID contains no '#'.
func pk(t scim.TenantID, rest string) string {
	if t.IsZero() {
		panic("dynamo: a key without a tenant") // unreachable: ids come from ParseTenantID
	}
	return "T#" + t.String() + "#" + rest
}

// operatorPK is the partition of operator tokens, which belong to no tenant, as the version item.
const operatorPK = "T#~#OPS"

func operatorKey(id string) key { return key{operatorPK, id} }

// versionKey is the key of the version item, which is of no tenant: '~' is in no tenant's name. The
// partition ends as the settings of tenants do, so that every function that reads settings may read it.
func versionKey() key { return key{"T#~#CFG", "#"} }

// formerFeedKey is the key of what stands for the deleted tenants of a name (feed_again.go). Only who makes and deletes tenants
// reaches its partition.
func formerFeedKey(t scim.TenantID) key {
	sum := sha256.Sum256([]byte(t.String()))
	return key{"T#~#OLD", hex.EncodeToString(sum[:])}
}

func resourcePK(t scim.TenantID, typ string) string { return pk(t, "E#"+typ+"#0") }

func resourceKey(t scim.TenantID, typ, id string) key { return key{resourcePK(t, typ), id} }

func indexPK(t scim.TenantID, typ, attr string) string { return pk(t, "X#"+typ+"."+attr) }

// indexKey is the key of an index item. A unique value is the whole sort key; any other value
// is followed by the id. Both are in one collection, so that one query finds either.
func indexKey(t scim.TenantID, typ string, k scim.IndexKey, id string) key {
	sk := indexValue(k.Value)
	if !k.Unique {
		sk += "\x00" + id
	}
	return key{indexPK(t, typ, k.Attr), sk}
}

// indexValue is a value as part of a sort key: the value itself if possible, otherwise '~' and
// its hash. Values that begin with '~', or that contain the byte before the id, are hashed too.
func indexValue(v string) string {
	if v != "" && len(v) <= maxValue && v[0] != '~' && !strings.Contains(v, "\x00") {
		return v
	}
	sum := sha256.Sum256([]byte(v))
	return "~" + hex.EncodeToString(sum[:])
}

func edgePK(t scim.TenantID, groupID string, shard int) string {
	return pk(t, "M#"+groupID+"#"+strconv.Itoa(shard))
}

func edgeKey(t scim.TenantID, groupID string, p place) key {
	return key{edgePK(t, groupID, p.shard), p.id}
}

func reversePK(t scim.TenantID, shard int) string { return pk(t, "R#"+strconv.Itoa(shard)) }

func reverseSK(memberID, groupID string) string { return memberID + "#" + groupID }

// bookmarkKey sorts the bookmarks of a list by their offset.
func bookmarkKey(t scim.TenantID, typ string, offset int) key {
	return key{pk(t, "P"), fmt.Sprintf("%s#%010d", typ, offset)}
}

func counterKey(t scim.TenantID, typ string) key { return key{pk(t, "N"), typ} }

// markKey is the key of a row of marks; see markSK.
func markKey(t scim.TenantID, sk string) key { return key{pk(t, "N"), sk} }

func tombstoneKey(t scim.TenantID, typ, id string) key { return key{pk(t, "D"), typ + "#" + id} }

// intentKey is the key of the item that names a group with a staged write in progress.
func intentKey(t scim.TenantID, groupID string) key { return key{pk(t, "S"), groupID} }

// nestedKey is the key of an item that exists once the tenant has put a group into a group.
func nestedKey(t scim.TenantID) key { return key{pk(t, "N"), "~nested"} }

// shardedKey is the key of an item that exists once the tenant has had a group with shards.
func shardedKey(t scim.TenantID) key { return key{pk(t, "N"), "~sharded"} }

func settingsKey(t scim.TenantID) key { return key{pk(t, "CFG"), "#"} }

func tokenPK(t scim.TenantID) string { return pk(t, "TOK") }

func tokenKey(t scim.TenantID, keyID string) key { return key{tokenPK(t), keyID} }

// feedPK is a partition of the feed: those with entries have a number.
func feedPK(t scim.TenantID, part string) string { return pk(t, "F#"+part) }

// onceKey is the key of an item that says that something was used; it is hashed, since a client chose it.
func onceKey(t scim.TenantID, name string) key {
	sum := sha256.Sum256([]byte(name))
	return key{pk(t, "J"), hex.EncodeToString(sum[:])}
}

// Keys of the feed; feed.go has what they are.

func feedHeadKey(t scim.TenantID) key { return key{feedPK(t, feedHead), "head"} }

func entryKey(t scim.TenantID, n int64, piece int) key { return key{entryPK(t, n), entrySK(n, piece)} }

// positionKey is in the partitions of the entries, by a hash of the id.
func positionKey(t scim.TenantID, ref scim.Ref) key {
	return key{feedPK(t, strconv.FormatUint(hashOf(ref.ID)%feedTurns, 10)), "~at#" + ref.Type + "#" + ref.ID}
}

func waitKey(t scim.TenantID, ref scim.Ref) key {
	return key{feedPK(t, feedHead), "~wait#" + ref.Type + "#" + ref.ID}
}

func partKey(t scim.TenantID, groupID, name string, n int) key {
	return key{feedPK(t, feedParts), fmt.Sprintf("%s#%s#%08d", groupID, name, n)}
}
