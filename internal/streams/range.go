package streams

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
)

// Range is a part of a stream: the records of one shard from First to Last, both included.
type Range struct {
	Stream string // ARN
	Shard  string
	First  string // sequence number
	Last   string // sequence number
}

// Kept says how much of a Range the stream still has. A stream keeps a record for 24 hours.
type Kept int

const (
	// KeptNone means that all records are gone, or the shard or the stream is.
	KeptNone Kept = iota
	// KeptLater means that the first record is gone, and some or all of the later ones are there.
	KeptLater
	// KeptAll means that all records are there.
	KeptAll
)

var (
	errShortShard = errors.New("the shard ends before the last record of the range")
	errNoProgress = errors.New("the stream does not return the records of the range")
)

const (
	maxEmptyPages = 100                    // in a row; a stream may return some before it returns records
	emptyPause    = 200 * time.Millisecond // a shard answers five reads in a second
)

// Kept reports how much of the range the stream still has. It reads no record.
func (r Range) Kept(ctx context.Context, client *dynamodbstreams.Client) (Kept, error) {
	_, kept, err := r.begin(ctx, client)
	return kept, err
}

// Each calls handle with the records of the range that the stream still has, in their order, at most
// 100 at a time. It ends with the first error of handle. The range may have records that a filter of an
// event source mapping leaves out, and those of other batches.
func (r Range) Each(ctx context.Context, client *dynamodbstreams.Client, handle func(context.Context, []types.Record) error) (Kept, error) {
	p := rangeReader{r: r, client: client, handle: handle}
	iterator, kept, err := r.begin(ctx, client)
	for err == nil && iterator != nil {
		iterator, err = p.page(ctx, *iterator)
		var trimmed *types.TrimmedDataAccessException
		if errors.As(err, &trimmed) { // in this moment
			if iterator, kept, err = r.begin(ctx, client); kept == KeptNone && p.done > 0 {
				kept = KeptLater
			}
			continue
		}
		if err == nil && iterator == nil && !p.ended {
			err = errShortShard
		}
	}
	return kept, err
}

// begin returns an iterator at the first record of the range that is there, or nil.
func (r Range) begin(ctx context.Context, client *dynamodbstreams.Client) (*string, Kept, error) {
	iterator, err := r.at(ctx, client, r.First)
	if iterator != nil || err != nil {
		return iterator, KeptAll, err
	}
	// From the oldest record on, a reader comes to the last one only if it is there.
	if last, err := r.at(ctx, client, r.Last); last == nil || err != nil {
		return nil, KeptNone, err
	}
	iterator, err = r.iterator(ctx, client, position{types.ShardIteratorTypeTrimHorizon, nil})
	return iterator, KeptLater, err
}

// at returns an iterator at a record, nil if it is gone.
func (r Range) at(ctx context.Context, client *dynamodbstreams.Client, sequence string) (*string, error) {
	iterator, err := r.iterator(ctx, client, position{types.ShardIteratorTypeAtSequenceNumber, &sequence})
	var trimmed *types.TrimmedDataAccessException
	var gone *types.ResourceNotFoundException
	if errors.As(err, &trimmed) || errors.As(err, &gone) {
		return nil, nil
	}
	return iterator, err
}

func (r Range) iterator(ctx context.Context, client *dynamodbstreams.Client, at position) (*string, error) {
	out, err := client.GetShardIterator(ctx, &dynamodbstreams.GetShardIteratorInput{StreamArn: &r.Stream, ShardId: &r.Shard, ShardIteratorType: at.kind, SequenceNumber: at.sequence})
	if err != nil {
		return nil, err
	}
	return out.ShardIterator, nil
}

// rangeReader is one call of Each.
type rangeReader struct {
	r      Range
	client *dynamodbstreams.Client
	handle func(context.Context, []types.Record) error
	last   string // sequence number of the last record that was handled
	done   int    // records that were handled
	empty  int    // pages without a record, in a row
	ended  bool   // the end of the range was reached
}

// page handles one page and returns the iterator of the next one, nil at the end.
func (p *rangeReader) page(ctx context.Context, iterator string) (*string, error) {
	out, err := p.client.GetRecords(ctx, &dynamodbstreams.GetRecordsInput{ShardIterator: &iterator, Limit: aws.Int32(100)})
	var expired *types.ExpiredIteratorException
	if errors.As(err, &expired) { // handle took more than 15 minutes
		if p.last == "" {
			next, _, err := p.r.begin(ctx, p.client)
			return next, err
		}
		return p.r.iterator(ctx, p.client, position{types.ShardIteratorTypeAfterSequenceNumber, &p.last})
	}
	if err != nil {
		return nil, err
	}
	if own := p.own(out.Records); len(own) > 0 {
		if err := p.handle(ctx, own); err != nil {
			return nil, err
		}
		p.done += len(own)
		p.last = aws.ToString(own[len(own)-1].Dynamodb.SequenceNumber)
	}
	if p.ended {
		return nil, nil
	}
	if p.empty++; len(out.Records) > 0 {
		p.empty = 0
	}
	return out.NextShardIterator, p.pause(ctx)
}

// own returns the records that are in the range and were not handled before.
func (p *rangeReader) own(records []types.Record) (own []types.Record) {
	for _, r := range records {
		n := aws.ToString(r.Dynamodb.SequenceNumber)
		if !later(p.r.Last, n) {
			p.ended = true
		}
		if !later(n, p.r.Last) && (p.last == "" || later(n, p.last)) {
			own = append(own, r)
		}
	}
	return own
}

// pause waits after an empty page.
func (p *rangeReader) pause(ctx context.Context) error {
	switch {
	case p.empty == 0:
		return nil
	case p.empty > maxEmptyPages:
		return errNoProgress
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(emptyPause):
		return nil
	}
}
