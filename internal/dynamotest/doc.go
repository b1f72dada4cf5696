// Package dynamotest is a DynamoDB that lives inside a test. It speaks the JSON wire protocol
// of the service and of its streams, so that the real AWS SDK v2 client, its signer, its
// retries and its checksums are all part of what is tested.
//
//	*dynamodb.Client ── HTTP on loopback ──► ServeHTTP (http.go)
//	                                            │  Inject: throttle, 500, conflict, refuse,
//	                                            │  drop before, drop after, hang (fault.go)
//	                                            ▼
//	                                         operation ── expressions: condition, update,
//	                                         (op_*.go)    key, filter, projection
//	                                            ▼
//	              Meter ◄── units, trips ── table ── rows ── items in key order
//	                                            ├─ Lag ──► index ── rows
//	                                            └────────► stream ── Changes, GetRecords
//
// What it models: the limits (400 KB items, 1 MB pages, transactions of 100 actions and 4 MB,
// batches, key sizes), the order of keys, conditional writes and their error types and
// messages, cancellation reasons, request tokens, secondary indexes that lag, time to live,
// streams of one shard, and the units each call is billed.
//
// What it leaves out: local secondary indexes, changes to a table that is made, PartiQL,
// backups, global tables, the parameters that came before expressions (Expected, KeyConditions
// and their kin), signature checks, and throttling by load. A request that needs one of those
// is refused, never answered wrongly.
//
// Nothing in it happens by chance or by time, but for what Inject brings in and for the Clock
// of tokens and records. Requests are carried out one after the other; therefore a
// TransactionConflict only ever comes from Inject.
//
// The facts that it is held to are the contract_*_test.go files: TestContract asks them of the
// engine, TestContractEndpoint of any other DynamoDB, and differences.txt says where those
// differ and why. scripts/moto.sh brings two that were written by others.
package dynamotest
