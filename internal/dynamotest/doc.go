// Package dynamotest is a DynamoDB engine inside a test. It speaks the JSON wire protocol of the
// service and of its streams, so a test covers the real AWS SDK v2 client with its signer, its
// retries and its checksums.
//
//	*dynamodb.Client ── HTTP on loopback ──► ServeHTTP (http.go)
//	                                            │  Inject: throttle, 500, conflict, refuse,
//	                                            │  drop before, drop after, hang (fault.go)
//	                                            ▼
//	                                         operation ── expressions: condition, update,
//	                                         (op_*.go)    key, filter, projection
//	                                            ▼
//	              Meter ◄── units, trips ── table ── rows ── packed items in key order
//	                                            ├─ Lag ──► index ── rows
//	                                            └────────► stream ── Changes, GetRecords
//
// It models the limits (400 KB items, 1 MB pages, transactions of 100 actions and 4 MB, batches,
// key sizes), the order of keys, conditional writes with their error types and messages,
// cancellation reasons, request tokens, secondary indexes that lag, time to live, streams whose
// shards SplitShard divides, and the capacity units of each call.
//
// It does not model local secondary indexes, changes to an existing table, PartiQL, backups, global
// tables, the legacy parameters that expressions replaced (Expected, KeyConditions and others),
// and signature checks. A request that needs one of these is rejected, never answered wrongly. It
// has no limit of a whole table or account.
//
// The engine is deterministic, except for what Inject and Unkind add, and for the Clock of tokens
// and records. It runs one request after another, so without Unkind it is kinder than the service:
//
//	Unkind         each partition key of the table and of an index takes so many units a second
//	               (bucket.go), a transaction holds its items for a time, a request has a latency
//	KeyUnits       what each key has used, and how often it refused
//	SplitShard     a stream in more shards than one
//	streams.Deal   (internal/streams) records in concurrent batches, repeated, ordered by item only
//
// It does not become quicker under load, as the service may after a while by splitting a partition.
//
// The contract_*_test.go files state the facts that the engine must meet. TestContract checks them
// against the engine, TestContractEndpoint against any other DynamoDB. differences.txt lists where
// other engines differ, and why; scripts/moto.sh starts two that were written independently.
package dynamotest
