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
package streams
