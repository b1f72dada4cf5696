// Package secevent makes Security Event Tokens (RFC 8417) of facts, by the profile of SCIM (RFC 9967), and has both
// ways to deliver them:
//
//	feed.Fact ─► Transmitter.Token ─► signed with ES256, key at GET /events/jwks.json
//	               ├► Transmitter.Form ─► webhook.Sender: pushed (RFC 8935), through the same Outbox as webhooks
//	               └► Transmitter.ServeHTTP ─► POST /events/{tenant}/sets: polled (RFC 8936)
//
// A user or group that is created has prov:create:full with the resource; one that is changed has prov:patch:full with
// the operations that lead from the state before to the one after, and beside it prov:activate or prov:deactivate where
// active has changed; one that is deleted has prov:delete. A membership is a PATCH of the group. A change that no
// reader may see, such as a password, is prov:patch:notice without names; what was created of a type that the tenant no
// longer has is prov:create:notice. jti is the id of the fact, and txn that of the
// request.
//
// Asynchronous requests of RFC 9967 (Prefer: respond-async) are not supported, nor are its feed events.
package secevent
