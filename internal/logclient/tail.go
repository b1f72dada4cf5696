package logclient

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/scimstack/scimstack/pkg/activity"
)

// Tail writes the newest records of a query, one per line, the oldest of them first. If every is
// greater than 0 it then polls for new records at that interval, until the context ends; it
// returns nil then.
func (c *Client) Tail(ctx context.Context, q activity.Query, every time.Duration, out io.Writer) error {
	seen := map[string]bool{}
	limit := q.Limit
	if limit == 0 {
		limit = 50
	}
	for {
		records, err := c.Collect(ctx, q, limit)
		if ctx.Err() != nil {
			return nil //nolint:nilerr // the end of the context is the normal end
		}
		if err != nil {
			return err
		}
		slices.Reverse(records)
		for i := range records {
			r := &records[i]
			if seen[r.ID] {
				continue
			}
			seen[r.ID] = true
			fmt.Fprintln(out, activity.Line(r))
		}
		if every <= 0 {
			return nil
		}
		if n := len(records); n > 0 {
			// Two minutes back: a record has the time at which its request began, and one of several
			// rejected requests is written after their minute.
			q.From, limit = records[n-1].Time.Add(-2*time.Minute), 0
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(every):
		}
	}
}
