// Package webhook sends facts to endpoints, as the Standard Webhooks specification says
// (https://www.standardwebhooks.com): signed, in order, and again until they have arrived.
//
//	feed.Source ─► feed.Consumer of the endpoint ─► Deliver ─► POST, signed with each secret
//	                 position, lease, dead letters              2xx in 10 s: the next fact
//	                 in feed.Positions                          otherwise again, over 3 days
//
// An endpoint gets the facts of one tenant, or of all tenants, of the types that it names, in the order of
// each tenant. The body is {"type", "timestamp", "data"}, where data is the fact, and the header webhook-id is
// the id of the fact: it is the same when a delivery is repeated. A receiver verifies the signature with a
// library of the specification, answers 2xx quickly, and works later.
//
// URLs are https, and lead to the public internet: package outbound checks every address that is dialled. A
// redirect is a failure.
package webhook
