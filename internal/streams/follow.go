package streams

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
)

// Handle takes a batch of one shard, oldest record first. When it fails it may name the
// sequence number of the first record that was not handled; "" means all of them.
type Handle func(ctx context.Context, shard string, records []types.Record) (failed string, err error)

// Follower reads a table's stream from its oldest record on.
type Follower struct {
	Tables  *dynamodb.Client
	Streams *dynamodbstreams.Client
	Table   string
	Handle  Handle
	Log     *slog.Logger
	Pause   time.Duration // between two looks at an empty stream, and after a failure; 200 ms by default

	next map[string]string // iterator by shard; "" once the shard is closed and read
}

// Run reads until the context ends, and returns nil then. It fails at once if the table has
// no stream; later failures are logged and tried again. A record may be handled twice.
func (f *Follower) Run(ctx context.Context) error {
	if f.Pause <= 0 {
		f.Pause = 200 * time.Millisecond
	}
	f.next = map[string]string{}
	arn, err := f.stream(ctx)
	if err != nil && ctx.Err() == nil {
		return err
	}
	for {
		n, err := f.pass(ctx, arn)
		if err != nil && ctx.Err() == nil {
			f.Log.ErrorContext(ctx, "stream", "error", err)
		}
		if n > 0 && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(f.Pause):
		}
	}
}

var errNoStream = errors.New("the table has no stream; make it with scimstack table create")

func (f *Follower) stream(ctx context.Context) (string, error) {
	out, err := f.Tables.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &f.Table})
	if err != nil {
		return "", err
	}
	if aws.ToString(out.Table.LatestStreamArn) == "" {
		return "", errNoStream
	}
	return *out.Table.LatestStreamArn, nil
}

// pass handles one batch of every shard and tells how many records there were.
func (f *Follower) pass(ctx context.Context, arn string) (int, error) {
	shards, err := f.shards(ctx, arn)
	if err != nil {
		return 0, err
	}
	total := 0
	for _, s := range shards {
		if parent, known := f.next[aws.ToString(s.ParentShardId)]; known && parent != "" {
			continue // what the parent holds is older
		}
		n, err := f.shard(ctx, arn, aws.ToString(s.ShardId))
		total += n
		if err != nil {
			return total, err
		}
	}
	return total, nil
}

func (f *Follower) shards(ctx context.Context, arn string) ([]types.Shard, error) {
	var all []types.Shard
	in := &dynamodbstreams.DescribeStreamInput{StreamArn: &arn}
	for {
		out, err := f.Streams.DescribeStream(ctx, in)
		if err != nil {
			return nil, err
		}
		all = append(all, out.StreamDescription.Shards...)
		if in.ExclusiveStartShardId = out.StreamDescription.LastEvaluatedShardId; in.ExclusiveStartShardId == nil {
			return all, nil
		}
	}
}

func (f *Follower) shard(ctx context.Context, arn, id string) (int, error) {
	iterator, known := f.next[id]
	if known && iterator == "" {
		return 0, nil
	}
	if !known {
		var err error
		if iterator, err = f.iterator(ctx, arn, id, ""); err != nil {
			return 0, err
		}
		f.next[id] = iterator
	}
	out, err := f.Streams.GetRecords(ctx, &dynamodbstreams.GetRecordsInput{ShardIterator: &iterator, Limit: aws.Int32(100)})
	if err != nil {
		delete(f.next, id) // it may have expired: from the start again, which Handle can bear
		return 0, err
	}
	if len(out.Records) > 0 {
		if failed, err := f.Handle(ctx, id, out.Records); err != nil {
			return 0, errors.Join(err, f.back(ctx, arn, id, failed))
		}
	}
	f.next[id] = aws.ToString(out.NextShardIterator)
	return len(out.Records), nil
}

// back sets a shard to the record that failed; without one the same batch is read again.
func (f *Follower) back(ctx context.Context, arn, id, failed string) error {
	if failed == "" {
		return nil
	}
	iterator, err := f.iterator(ctx, arn, id, failed)
	if err == nil {
		f.next[id] = iterator
	}
	return err
}

func (f *Follower) iterator(ctx context.Context, arn, id, sequence string) (string, error) {
	in := &dynamodbstreams.GetShardIteratorInput{StreamArn: &arn, ShardId: &id, ShardIteratorType: types.ShardIteratorTypeTrimHorizon}
	if sequence != "" {
		in.ShardIteratorType, in.SequenceNumber = types.ShardIteratorTypeAtSequenceNumber, &sequence
	}
	out, err := f.Streams.GetShardIterator(ctx, in)
	if err != nil {
		return "", err
	}
	return aws.ToString(out.ShardIterator), nil
}
