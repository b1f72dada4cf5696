package dynamolog

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/pkg/activity"
)

// Append implements activity.Log.
func (l *Log) Append(ctx context.Context, r activity.Record) error {
	err := l.AppendAll(ctx, []activity.Record{r})
	var lost *activity.LostError
	if errors.As(err, &lost) {
		return lost.Cause
	}
	return err
}

// maxBatch is the number of items in one BatchWriteItem.
const maxBatch = 25

// put is one item to write, and the index of its record.
type put struct {
	item   item
	record int
}

// AppendAll implements activity.Batcher. Appending a record again replaces it. A record whose items
// are not all written is lost, and costs no other record.
func (l *Log) AppendAll(ctx context.Context, records []activity.Record) error {
	j := job{l: l, lost: make([]bool, len(records))}
	var all []put
	for i, r := range records {
		items, err := l.itemsOf(r)
		if err != nil {
			j.fail(err, put{record: i})
			continue
		}
		for _, it := range items {
			all = append(all, put{it, i})
		}
	}
	for part := range slices.Chunk(all, maxBatch) {
		j.write(ctx, part)
	}
	return j.err()
}

// itemsOf returns the items of a record in its bounded form.
func (l *Log) itemsOf(r activity.Record) ([]item, error) {
	if r.Tenant.IsZero() {
		return nil, activity.ErrTenant
	}
	if r.ID == "" {
		r.ID = activity.NewID(r.Time)
	}
	return l.items(r.Bounded())
}

// job is one AppendAll.
type job struct {
	l      *Log
	lost   []bool // by record
	causes []error
}

// fail marks the records of some items as lost.
func (j *job) fail(err error, puts ...put) {
	for _, p := range puts {
		j.lost[p.record] = true
	}
	j.causes = append(j.causes, err)
}

// err returns what the job has lost, or nil.
func (j *job) err() error {
	n := 0
	for _, lost := range j.lost {
		if lost {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	return &activity.LostError{Lost: n, Cause: errors.Join(j.causes...)}
}

// write writes a part of at most maxBatch items. DynamoDB refuses a batch as a whole for a single
// invalid item, so such a batch is divided until only the invalid items are left.
func (j *job) write(ctx context.Context, part []put) {
	left, err := j.l.send(ctx, part)
	switch {
	case err == nil:
	case len(left) > 1 && invalid(err):
		half := len(left) / 2
		j.write(ctx, left[:half])
		j.write(ctx, left[half:])
	default:
		j.fail(fmt.Errorf("dynamolog: %d items: %w", len(left), err), left...)
	}
}

// writes returns the requests of a part for the API.
func writes(part []put) []types.WriteRequest {
	out := make([]types.WriteRequest, len(part))
	for i, p := range part {
		out[i].PutRequest = &types.PutRequest{Item: p.item}
	}
	return out
}
