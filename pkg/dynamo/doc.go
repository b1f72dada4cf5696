// Package dynamo is the Store on one DynamoDB table, and the tenants kept in the same table.
//
//	scim.Store ── Store ──► *dynamodb.Client (API: no Scan)
//	                │
//	                ├ item.go     one resource: T#t#E#<type>#0 / id
//	                ├ keys.go     every key, made from a scim.TenantID and from nothing else
//	                ├ read.go     Get, GetMany, Lookup, List; bookmark.go for startIndex; count.go for totals
//	                ├ commit.go   one transaction: resource, index items, edges
//	                ├ staged.go   more edges than a transaction takes: written invisibly, then switched on
//	                ├ members.go  edges both ways; the reverse way through the one GSI
//	                ├ transact.go conflicts and throttling told apart from failed conditions
//	                └ tenants.go  settings and hashed tokens, a tenant.Resolver
//
//	PK                      SK                         what
//	T#t#E#User#0            <id>                       a resource: v, doc, hid, k (its index keys), …
//	T#t#X#User.userName     <value>                    unique index item: id
//	T#t#x#User.displayName  <value>\x00<id>            plain index item: id
//	T#t#M#<gid>#0           <member id>                edge: ty, d, a, r; GSI: T#t#R#0 / <member>#<gid>
//	T#t#P                   <hash>#<startIndex>        bookmark of a page: key, total, ttl
//	T#t#N                   <type>                     counter, kept by the stream
//	T#t#D                   <type>#<id>                tombstone, ttl
//	T#t#CFG                 #                          settings
//	T#t#TOK                 <kid>                      token
//
// # Membership in stages
//
// Up to 90 edges change in one transaction with the group's header. More are written in
// stages: the header is leased (pend), edges get a number that no reader believes yet (a, r),
// and one conditional write of the header (seq) makes all of them true at once. A crash in
// between leaves the old state; the next writer undoes what was left.
package dynamo
