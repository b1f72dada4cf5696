// Package dynamofeed keeps in the DynamoDB table of the service how far the consumers of its feed have come, and its
// webhooks.
//
//	T#<tenant>#W        at#<consumer>                      position and lease of a consumer in a tenant
//	T#<tenant>#W        letter#<consumer>#<number>         a fact that a consumer could not handle
//	T#~#HOOKS           <id>                               an endpoint, with its secrets
//	T#~#HOOK#<id>       w#<tenant>#<resource>#<number>     a delivery that waits: those of a resource are neighbours
//	T#~#HOOK#<id>       x#<tenant>#<number>                a delivery that was given up
//
// All reads are strongly consistent. A write that takes more than one item is such that it may be interrupted between
// two of them: at worst a fact is delivered once more, and none is lost. Only a dead letter of a consumer is written in
// a transaction, with the position. Deliveries have a time to live: a fact that has expired cannot be sent.
package dynamofeed
