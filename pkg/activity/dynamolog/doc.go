// Package dynamolog keeps the provisioning log in the service's DynamoDB table.
//
//	PK                SK          what
//	T#t#A             <record>    a record: d (JSON), ttl
//	T#t#A#<resource>  <record>    the same, once for each resource that it concerns
//
// Records expire by the table's TTL. A copy in the timeline of a member names this member
// only, so a record of a large group stays small. Reading is a range of one partition.
package dynamolog
