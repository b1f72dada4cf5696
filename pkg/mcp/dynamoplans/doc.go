// Package dynamoplans stores the sealed plans of pkg/mcp in the DynamoDB table of the service, so
// that any instance can apply a plan that another one made.
//
//	Put ──► PutItem T#tenant#PLAN / id: sealed, ttl             fails if the id exists
//	Get ──► GetItem, strongly consistent
//	Take ─► UpdateItem removes sealed, if the item still has it: only one caller succeeds
//
// DynamoDB deletes an item some time after its ttl. The plan itself contains the time at which it
// expires, so a late deletion changes nothing.
package dynamoplans
