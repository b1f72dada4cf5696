// Package dynamoplans keeps the sealed plans of pkg/mcp in the DynamoDB table of the service, so
// that any instance applies what another has planned.
//
//	Put ──► item T#tenant#PLAN / id: sealed, until, ttl     1 write
//	Get ──► the item, strongly consistent                   1 read
//	Take ─► the item loses sealed, if it still has it       1 write, which only one caller wins
//
// DynamoDB deletes an item some time after it expires; the plan itself says when it has.
package dynamoplans
