// Package dynamotest is a DynamoDB that lives inside a test. It speaks the JSON wire protocol
// of the service, so that the real AWS SDK v2 client, its signer, its retries and its
// checksums are all part of what is tested.
//
//	*dynamodb.Client ── HTTP on loopback ──► ServeHTTP
//	                                            │  Fault(op, n): throttle, 500, conflict,
//	                                            │  drop before, drop after
//	                                            ▼
//	                                         operation ── expressions (condition, update,
//	                                            │          key, filter, projection)
//	                                            ▼
//	              Meter ◄── units, trips ── table ── partition ── items in key order
//	                                            │
//	                                            └─ GSIDelay ──► index ── partition ── entries
//
// What it models: the limits (400 KB items, 1 MB pages, 100-action transactions, key sizes),
// the order of keys, conditional writes and their error types and messages, cancellation
// reasons, request tokens, secondary indexes that lag, and the units each call is billed.
//
// What it leaves out: local secondary indexes, streams, PartiQL, backups, global tables, the
// parameters that came before expressions (Expected, KeyConditions and their kin), signature
// checks, and throttling by load. A request that needs one of those is refused, never
// answered wrongly.
//
// Everything is deterministic: no timers, no random order. Two requests never run at the same
// moment, therefore a TransactionConflict only ever comes from Fault.
//
// Contract is the list of facts the model is held to. It runs against any endpoint, so the
// same list is put to other implementations of the protocol.
package dynamotest
