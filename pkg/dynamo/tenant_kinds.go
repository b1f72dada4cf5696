package dynamo

import (
	"context"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Tally counts the items of a tenant, by what they are.
type Tally map[string]int

// Total is the number of all items.
func (t Tally) Total() int {
	n := 0
	for _, some := range t {
		n += some
	}
	return n
}

// Kept describes what another package keeps for tenants in the table, so that it can be counted and
// deleted with the tenant.
type Kept struct {
	Name string // in a Tally, in the plural
	Kind string // the items are in the partition T#<tenant>#<Kind>
	// Copies returns the ids of an item that has copies in the partitions T#<tenant>#<Kind>#<id>. It
	// is nil if there are no such partitions. Ids of resources may have them too.
	Copies func(item map[string]types.AttributeValue) []string
	// Clear, unless nil, removes what the package keeps of the tenant in partitions of no tenant, instead of Kind and
	// Copies, and returns how many items. Inventory does not count them. written says that processes may still serve the
	// tenant: Clear is called again after the wait, until it has nothing to remove.
	Clear func(ctx context.Context, t scim.TenantID, written bool) (int, error)
}

// Names of the items in a Tally. Resources are counted by their type.
const (
	tallyCredentials = "tokens and clients"
	tallyOnce        = "used assertions"
	tallyMemberships = "memberships"
	tallyIndex       = "index items"
	tallyBookmarks   = "bookmarks"
	tallyCounters    = "counters and marks"
	tallyTombstones  = "tombstones"
	tallyIntents     = "staged writes"
	tallyFeed        = "entries of the feed"
	tallySettings    = "settings"
)

// kindsOfItems says, for each kind of partition key of the package, how a deletion finds its items. A
// kind that is missing would outlive its tenant: a test compares the list with the keys of the package.
func kindsOfItems() map[string]string {
	return map[string]string{
		"TOK": "one partition",
		"E":   "one partition for each resource type (see deletion.types)",
		"X":   "by the keys of each resource; those without a resource by the attributes of its type",
		"M":   "by group, by intent, and all by the reverse index",
		"R":   "the partitions of the reverse index; an edge has no other item in it",
		"P":   "one partition",
		"N":   "one partition",
		"D":   "one partition",
		"S":   "one partition",
		"J":   "one partition",
		"F":   "the partitions of the feed, which have numbers and names",
		"CFG": "one item, last of all",
	}
}

// shards is the number of partitions that a group's edges and the reverse index may have. This version
// writes to the first one alone; a deletion also finds what a version with shards has written.
const shards = 16

// edgePartitions returns the partitions in which the edges of a group may be.
func edgePartitions(t scim.TenantID, groupID string) []string {
	return partitions(pk(t, "M#"+groupID+"#"))
}

// reversePartitions returns the partitions of the index in which the memberships of a tenant may be.
func reversePartitions(t scim.TenantID) []string { return partitions(pk(t, "R#")) }

func partitions(prefix string) []string {
	out := make([]string, shards)
	for i := range out {
		out[i] = prefix + strconv.Itoa(i)
	}
	return out
}
