package dynamolog

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/pkg/activity"
)

// Append implements activity.Log.
func (l *Log) Append(ctx context.Context, r activity.Record) error {
	return l.AppendAll(ctx, []activity.Record{r})
}

const (
	maxBatch = 25 // items of one BatchWriteItem
	maxTries = 5  // to write what DynamoDB returns as unprocessed
)

// AppendAll implements activity.Batcher. Appending a record again replaces it.
func (l *Log) AppendAll(ctx context.Context, records []activity.Record) error {
	var all []types.WriteRequest
	for _, r := range records {
		if r.Tenant.IsZero() {
			return activity.ErrTenant
		}
		if r.ID == "" {
			r.ID = activity.NewID(r.Time)
		}
		items, err := l.items(r)
		if err != nil {
			return err
		}
		for _, it := range items {
			all = append(all, types.WriteRequest{PutRequest: &types.PutRequest{Item: it}})
		}
	}
	for part := range slices.Chunk(all, maxBatch) {
		if err := l.write(ctx, part); err != nil {
			return err
		}
	}
	return nil
}

// write sends one batch until nothing is unprocessed.
func (l *Log) write(ctx context.Context, part []types.WriteRequest) error {
	for try := range maxTries {
		out, err := l.api.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{l.o.Table: part}})
		if err != nil {
			return err
		}
		if part = out.UnprocessedItems[l.o.Table]; len(part) == 0 {
			return nil
		}
		if err := pause(ctx, try); err != nil {
			return err
		}
	}
	return fmt.Errorf("dynamolog: %d items are still unprocessed", len(part))
}

// pause waits before the next try: longer with each one, and for a random time.
func pause(ctx context.Context, try int) error {
	timer := time.NewTimer(rand.N(20 * time.Millisecond << try))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
