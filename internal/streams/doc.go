// Package streams reads the stream of a DynamoDB table for programs that run outside Lambda. It
// does what an event source mapping does for a function.
//
//	DescribeTable ──► stream ── DescribeStream ──► shards, parents first
//	                                                  │ GetShardIterator, GetRecords
//	                                                  ▼
//	                                         Handle(shard, records), in order
//	                                                  │ a failure names the first record that failed
//	                                                  ▼
//	                                         reads from that record again, after a pause
//
// A Follower reads a whole stream. With Places it goes on, when it starts again, where it or another process of the
// same table was (place.go, resume.go). A Range reads some records of one shard again, as a message of a
// dead-letter queue names them:
//
//	First ── GetShardIterator AT_SEQUENCE_NUMBER ──► GetRecords … Last ──► handle(records), in order
//	   │ trimmed
//	   ▼
//	Last is there? ── TRIM_HORIZON ──► the later records only (KeptLater)
//	   │ no
//	   ▼
//	KeptNone
package streams
