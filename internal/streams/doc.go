// Package streams reads the stream of a DynamoDB table, as the event source of a Lambda function
// does, for programs that run beside the table instead.
//
//	DescribeTable ──► stream ── DescribeStream ──► shards, parents first
//	                                                  │ GetShardIterator, GetRecords
//	                                                  ▼
//	                                         Handle(shard, records), in order
//	                                                  │ it names the first record that failed
//	                                                  ▼
//	                                         from there again, after a pause
package streams
