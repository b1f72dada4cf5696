package streams

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	tables "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/scimstack/scimstack/internal/async"
)

// Handle processes a batch of records of one shard, oldest first. If it fails, failed is the
// sequence number of the first record that was not processed; "" means that none was.
type Handle func(ctx context.Context, shard string, records []types.Record) (failed string, err error)

// Follower reads the stream of a table, from its oldest record, or from where Places says that it was
// processed. Pause, Factor and Places are optional. It is not safe for concurrent use.
type Follower struct {
	Tables  *dynamodb.Client
	Streams *dynamodbstreams.Client
	Table   string
	Handle  Handle
	Log     *slog.Logger  // Run needs it; also says what to do when records are lost
	Pause   time.Duration // between two reads of an empty stream, and after a failure; 0 means 200 ms
	Factor  int           // parallelization factor; above 1, Handle must be safe for concurrent use
	Places  *Places       // nil: none are kept

	next map[string]string // iterator by shard; "" once the shard is closed and read to its end
	last map[string]string // sequence number of the last record that was processed, by shard
}

// maxPause bounds the pause after failures in a row, which doubles.
const maxPause = 5 * time.Second

// Run calls Handle with the records of the stream, one batch at a time, until the context ends;
// then it returns nil. It returns an error if there is no table or the table has no stream. All other failures are logged
// and retried. The records of a shard arrive in order; a record may arrive more than once.
func (f *Follower) Run(ctx context.Context) error {
	if f.Pause <= 0 {
		f.Pause = 200 * time.Millisecond
	}
	arn, pause := "", f.Pause
	for ctx.Err() == nil {
		var n int
		var err error
		if arn == "" {
			if arn, err = f.begin(ctx); missing(err) && ctx.Err() == nil {
				return err
			}
		}
		if err == nil {
			n, err = f.pass(ctx, arn)
		}
		switch {
		case err == nil && n > 0:
			pause = f.Pause
			continue
		case err == nil:
			pause = f.Pause
		case ctx.Err() == nil:
			f.Log.ErrorContext(ctx, "stream", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
		if err != nil {
			pause = min(2*pause, max(maxPause, f.Pause))
		}
	}
	f.leave(ctx, arn)
	return nil
}

// missing reports whether there is nothing to follow, however often it is tried.
func missing(err error) bool {
	var gone *tables.ResourceNotFoundException
	return errors.Is(err, errNoStream) || errors.As(err, &gone)
}

// Drain calls Handle with the records that the stream has now, and returns once there are no more.
func (f *Follower) Drain(ctx context.Context) error {
	arn, err := f.begin(ctx)
	for n := 1; err == nil && n > 0; {
		n, err = f.pass(ctx, arn)
	}
	return err
}

// begin finds the stream, and at first the places up to which it was processed.
func (f *Follower) begin(ctx context.Context) (arn string, err error) {
	if arn, err = f.stream(ctx); err != nil || f.next != nil {
		return arn, err
	}
	f.next, f.last = map[string]string{}, map[string]string{}
	if err = f.resume(ctx, arn); err != nil {
		f.next = nil // begin again
		return "", err
	}
	return arn, nil
}

var errNoStream = errors.New("the table has no stream; create the table with scimstack table create")

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

// pass handles one batch of every shard and returns the number of records.
func (f *Follower) pass(ctx context.Context, arn string) (int, error) {
	shards, err := f.shards(ctx, arn)
	if err != nil {
		return 0, err
	}
	total, listed := 0, map[string]bool{} // a parent that is not listed has no records any more
	for _, s := range shards {
		id, parent := aws.ToString(s.ShardId), aws.ToString(s.ParentShardId)
		listed[id] = true
		if next, begun := f.next[parent]; listed[parent] && (!begun || next != "") {
			continue // the records of the parent are older
		}
		n, err := f.shard(ctx, arn, id)
		total += n
		if err != nil {
			return total, err
		}
	}
	f.keepDue(ctx, arn)
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
		if iterator, err = f.after(ctx, arn, id); err != nil {
			return 0, err
		}
		f.next[id] = iterator
	}
	out, err := f.Streams.GetRecords(ctx, &dynamodbstreams.GetRecordsInput{ShardIterator: &iterator, Limit: aws.Int32(100)})
	if err != nil {
		delete(f.next, id) // it may have expired: continue after the last record, with a new one
		return 0, err
	}
	if len(out.Records) > 0 {
		if failed, err := f.handle(ctx, id, out.Records); err != nil {
			return 0, errors.Join(err, f.back(ctx, arn, id, failed))
		}
		f.last[id] = aws.ToString(out.Records[len(out.Records)-1].Dynamodb.SequenceNumber)
	}
	f.next[id] = aws.ToString(out.NextShardIterator)
	f.keep(ctx, arn, id, out.Records)
	return len(out.Records), nil
}

// handle calls Handle with the records, or with those of each lane at the same time. It returns the
// first record that was not processed in any lane; later ones of other lanes are delivered again.
func (f *Follower) handle(ctx context.Context, shard string, records []types.Record) (string, error) {
	if f.Factor <= 1 {
		return f.Handle(ctx, shard, records)
	}
	lanes := make([][]types.Record, f.Factor)
	for i, r := range Records(shard, records) {
		n := laneOf(itemOf(r), f.Factor)
		lanes[n] = append(lanes[n], records[i])
	}
	lanes = slices.DeleteFunc(lanes, func(l []types.Record) bool { return len(l) == 0 })
	failed, errs := make([]string, len(lanes)), make([]error, len(lanes))
	waits := make([]func() (string, error), len(lanes))
	for i, l := range lanes {
		waits[i] = async.Start(func() (string, error) { return f.Handle(ctx, shard, l) })
	}
	first := ""
	for i, wait := range waits {
		if failed[i], errs[i] = wait(); errs[i] == nil {
			continue
		}
		if failed[i] == "" {
			failed[i] = aws.ToString(lanes[i][0].Dynamodb.SequenceNumber)
		}
		if first == "" || later(first, failed[i]) {
			first = failed[i]
		}
	}
	return first, errors.Join(errs...)
}

// later reports whether a sequence number comes after another one. They are decimal numbers.
func later(a, b string) bool {
	if len(a) != len(b) {
		return len(a) > len(b)
	}
	return a > b
}

// back moves a shard to the record that failed. Without one, the same batch is read again.
func (f *Follower) back(ctx context.Context, arn, id, failed string) error {
	if failed == "" {
		return nil
	}
	iterator, err := f.iterator(ctx, arn, id, position{types.ShardIteratorTypeAtSequenceNumber, &failed})
	if err == nil {
		f.next[id] = iterator
	}
	return err
}

// after returns an iterator for the records that were not processed: from the oldest one, if nothing was, or
// if what follows the last one is no longer kept.
func (f *Follower) after(ctx context.Context, arn, id string) (string, error) {
	last := f.last[id]
	if last == "" {
		return f.iterator(ctx, arn, id, position{types.ShardIteratorTypeTrimHorizon, nil})
	}
	iterator, kept, err := f.following(ctx, arn, id, last)
	if err == nil && !kept {
		f.lost(ctx, lostRecords, id)
	}
	return iterator, err
}

// following returns an iterator after a record, or at the oldest one if what follows is no longer kept.
func (f *Follower) following(ctx context.Context, arn, id, last string) (iterator string, kept bool, err error) {
	iterator, err = f.iterator(ctx, arn, id, position{types.ShardIteratorTypeAfterSequenceNumber, &last})
	var trimmed *types.TrimmedDataAccessException
	if !errors.As(err, &trimmed) {
		return iterator, true, err
	}
	iterator, err = f.iterator(ctx, arn, id, position{types.ShardIteratorTypeTrimHorizon, nil})
	return iterator, false, err
}

// position is where an iterator begins.
type position struct {
	kind     types.ShardIteratorType
	sequence *string
}

func (f *Follower) iterator(ctx context.Context, arn, id string, at position) (string, error) {
	out, err := f.Streams.GetShardIterator(ctx, &dynamodbstreams.GetShardIteratorInput{StreamArn: &arn, ShardId: &id, ShardIteratorType: at.kind, SequenceNumber: at.sequence})
	if err != nil {
		return "", err
	}
	return aws.ToString(out.ShardIterator), nil
}
