package streams

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
)

const lostRecords = "records of the table's stream are lost, because they were not processed in time: the feed of changes and the " +
	"counters lack them; run scimstack table check --repair, scimstack table recount, and scimstack tenant restart-feed for each tenant"

const perhapsLost = "the table's stream no longer has the place up to which it was processed: if the table was written to since, the feed of " +
	"changes and the counters lack it; run scimstack table check --repair, scimstack table recount, and scimstack tenant restart-feed for each tenant"

// resume begins at the places that are kept. Without them the stream is read from its oldest record, which repeats
// records and loses none.
func (f *Follower) resume(ctx context.Context, arn string) error {
	if f.Places == nil {
		return nil
	}
	places, err := f.Places.read(ctx, arn)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		f.warn(ctx, err)
		return nil
	}
	shards, err := f.shards(ctx, arn)
	if err != nil {
		return err
	}
	for id, at := range places {
		if at.ended {
			f.next[id] = ""
			continue
		}
		f.last[id] = at.last
		if slices.ContainsFunc(shards, func(s types.Shard) bool { return aws.ToString(s.ShardId) == id }) {
			if err := f.resumeShard(ctx, arn, id); err != nil {
				return err
			}
			continue
		}
		f.lost(ctx, perhapsLost, id)
		f.next[id] = "" // so that it is said once
		f.keep(ctx, arn, id, nil)
	}
	return nil
}

// resumeShard sets the iterator of a shard whose place is kept.
func (f *Follower) resumeShard(ctx context.Context, arn, id string) error {
	iterator, kept, err := f.following(ctx, arn, id, f.last[id])
	if err != nil {
		return err
	}
	if !kept {
		f.lost(ctx, perhapsLost, id)
	}
	f.next[id] = iterator
	return nil
}

// lost reports that what follows the last record of a shard is no longer kept.
func (f *Follower) lost(ctx context.Context, what, id string) {
	if f.Log != nil {
		f.Log.ErrorContext(ctx, what, "shard", id, "after", f.last[id])
	}
}

// keep notes how far a shard was processed, after some records of it or at its end.
func (f *Follower) keep(ctx context.Context, arn, id string, records []types.Record) {
	if f.Places == nil {
		return
	}
	ended := f.next[id] == ""
	foreign := slices.ContainsFunc(records, func(r types.Record) bool { return !ofPlaces(&r) })
	if !ended && !foreign {
		return
	}
	if err := f.Places.note(ctx, arn, id, place{f.last[id], ended}); err != nil && ctx.Err() == nil {
		f.warn(ctx, err)
	}
}

// keepDue writes the places that were not written with their last records.
func (f *Follower) keepDue(ctx context.Context, arn string) {
	if f.Places == nil {
		return
	}
	if err := f.Places.flush(ctx, arn, false); err != nil && ctx.Err() == nil {
		f.warn(ctx, err)
	}
}

// leave writes all places, although the context has ended.
func (f *Follower) leave(ctx context.Context, arn string) {
	if f.Places == nil || arn == "" {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), flushFor)
	defer cancel()
	if err := f.Places.flush(ctx, arn, true); err != nil {
		f.warn(ctx, err)
	}
}

// warn reports that places are not kept: the next start repeats more records.
func (f *Follower) warn(ctx context.Context, err error) {
	if f.Log != nil {
		f.Log.WarnContext(ctx, "stream", "error", err)
	}
}
