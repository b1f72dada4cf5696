// Package dynamolog keeps the provisioning log in the service's DynamoDB table.
//
//	PK                SK          item
//	T#t#A             <record>    a record: d (JSON), ttl
//	T#t#A             ~<hour>     the tallies of an hour: counts by connection and cause, ttl
//	T#t#A#<resource>  <record>    the same record, once for each resource that it concerns
//
// Tallies are added to: one update (1 write unit) for each batch of records, tenant and hour. An item has
// about 50 bytes for each connection and cause. A week of them is one query.
//
// Records expire by the table's TTL. The copy in the timeline of a member names that member only,
// so the copies of a record of a large group stay small. A query reads a range of one partition.
package dynamolog
