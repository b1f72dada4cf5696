// Package dynamo is the Store on one DynamoDB table, and the tenants kept in the same table.
//
//	scim.Store ── Store ──► *dynamodb.Client (API: no Scan)
//	                │
//	                ├ keys.go      every key, made from a scim.TenantID and from nothing else
//	                ├ item.go      a resource as an item; state.go: what it says of its edges
//	                ├ read.go      Get, GetMany; lookup.go, list.go with bookmark.go and count.go
//	                ├ commit.go    Commit; write.go: one transaction of resource, index items, edges
//	                ├ staged.go    more edges than a transaction takes: marked, then switched on
//	                ├ remove.go    a resource with the edges on both sides of it
//	                ├ members.go   edges both ways; the reverse way through the one GSI
//	                └ transact.go  conflicts and throttling told apart from failed conditions
//	tenant.Resolver ── Tenants     settings and hashed tokens
//	the table's stream ── Consumer stream.go: counters; sweep.go: what interrupted writes left
//	client.go, meter.go            a client without the SDK's config package; units per request
//
//	PK                      SK                   what
//	T#t#E#User#0            <id>                 a resource: v, doc, hid, k (its index keys), …
//	T#t#X#User.userName     <value>              unique index item: id
//	T#t#X#User.displayName  <value>\x00<id>      plain index item: id
//	T#t#M#<gid>#0           <member id>          edge: ty, d, a, r; GSI: T#t#R#0 / <member>#<gid>
//	T#t#P                   <type>#<offset>      bookmark of a page: after, total, ttl
//	T#t#N                   <type>               counter, kept by the stream
//	T#t#N                   ~nested              there are groups in groups
//	T#t#D                   <type>#<id>          tombstone, ttl
//	T#t#S                   <gid>                intent of a staged write, ttl
//	T#t#CFG                 #                    settings; GSI: TENANTS / <tenant>
//	T#t#TOK                 <key id>             token
//
// # Membership in stages
//
// Some 90 edges change in one transaction with the group's item. More are written in stages:
// the group is leased (pend), edges get marks with a number that no reader believes yet (a:
// added, r: removed), and one conditional write of the group (seq) makes all of them true at
// once. A crash in between leaves the old state. The next writer, or the sweeper, declares the
// number void (vo), so that not even a write on its way from the dead can make it true.
//
// # What lags
//
// Everything is strongly consistent but three: the groups of a member (the GSI), pages and
// totals of List, and for up to a minute the knowledge that a tenant nests groups.
package dynamo
