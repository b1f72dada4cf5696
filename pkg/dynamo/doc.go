// Package dynamo is the Store on one DynamoDB table, and the tenants in the same table.
//
//	scim.Store ── Store ──► *dynamodb.Client (API: no Scan)
//	                │
//	                ├ keys.go        every key, made from a scim.TenantID and from nothing else
//	                ├ item.go        a resource as an item; edge.go: a membership as an item
//	                ├ read.go        Get, GetMany; lookup.go; list.go with bookmark.go and count.go
//	                ├ members.go     members of a group, snapshot.go: while they change; memberof.go: groups of a member, through the index
//	                ├ shard.go       edges of large groups in several partitions; merge.go: read in order
//	                ├ edgereader.go  resources and their edges at the same time
//	                ├ commit.go      Commit; write.go: resource, index items and edges in one transaction
//	                ├ joining.go     members exist in the write that adds them
//	                ├ staged.go      more edges than a transaction takes; state.go: its expressions
//	                ├ remove.go      a resource with the edges on both sides of it
//	                ├ transact.go    conflicts and throttling distinguished from failed conditions
//	                └ retry.go       what is repeated, and for how long
//	tenant.Resolver ── Tenants       settings and hashed tokens; tenant_delete.go: all items of a tenant
//	                └ reindex.go     builds indexes that are not complete; indexstate.go: which are
//	the table's stream ── Consumer   stream.go, tally.go: counters; sweep.go: what interrupted writes left
//	                └ check.go       compares what has to agree: check_values.go, check_members.go
//	client.go, meter.go              a client without the SDK's config package; units per request
//
//	PK                      SK                   item
//	T#t#E#User#0            <id>                 resource: v, doc, hid, k (its index keys), …
//	T#t#X#User.userName     <value>              unique index item: id
//	T#t#X#User.displayName  <value>\x00<id>      other index item: id
//	T#t#M#<gid>#<n>         <member id>          edge: ty, d, a, r, b; GSI: T#t#R#<n> / <member>#<gid>; n is 0, or the shard (shard.go)
//	T#t#M#<gid>#0           \x00<epoch>\x00<member id>  trace of a removed edge, ttl (snapshot.go)
//	T#t#P                   <type>#<offset>      bookmark of a page: after, generation, ttl
//	T#t#N                   <type>               counter, kept by the stream consumer
//	T#t#N                   ~seen#<type>#<time>  marks of what has been counted, ttl (see tally.go)
//	T#t#N                   ~nested              exists if there are groups in groups
//	T#t#N                   ~sharded             exists if there has been a group with shards
//	T#t#D                   <type>#<id>          tombstone, ttl
//	T#t#S                   <gid>                intent of a staged write, ttl
//	T#t#CFG                 #                    settings: doc, ck, tys, del, ix (states of indexes), sv (version); GSI: TENANTS / <tenant>
//	T#~#CFG                 #                    format of the table (version.go)
//	T#~#OLD                 <hash of a name>     the last number of a deleted tenant's feed (feed_again.go)
//	T#~#S                   <stream>#<shard>     place in the stream of processes that follow it, ttl (internal/streams)
//	T#t#TOK                 <key id>, <client id>  token, or client: cl, clv; u (last use) of both
//	T#t#J                   <hash>               something that may be used once, ttl
//
// # Staged writes
//
// About 90 edges change in one transaction with the group item, or half as many new ones, each with a
// condition on the member's item. A change with more edges is a staged write. It leases the group (pend) and marks the edges with its number (a: added,
// r: removed). Readers do not believe the number yet. Then one conditional write of the group
// item (seq) makes all marks true at once. A crash before that leaves the old members. The next
// writer, or the sweeper, declares the number void (vo), so a delayed write from the abandoned
// attempt has no effect. A write that runs out of time is parked, and the same request continues it
// (resume.go). A group that becomes large moves its edges to shards in the same way (shard.go).
//
// # Deleting a tenant
//
// There is no Scan, so every kind of item has a way to be found (kindsOfItems): tys in the settings are
// the types that they have ever named. del in the settings is the time at which the deletion began: the
// tenant is unknown from then on. Processes that have it in their cache go on for a minute, so the
// deletion looks again after that time, and deletes the settings last. Their removal makes the consumer
// of the stream delete the counters once more, because it counts removed resources late.
//
// # Consistency
//
// Reads are strongly consistent, with three exceptions: the groups of a member (the index),
// pages and totals of List, and, for up to a minute, whether a tenant has groups in groups.
package dynamo
