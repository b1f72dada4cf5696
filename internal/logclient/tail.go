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
	for {
		a, err := c.Query(ctx, q)
		if ctx.Err() != nil {
			return nil //nolint:nilerr // the end of the context is the normal end
		}
		if err != nil {
			return err
		}
		slices.Reverse(a.Records)
		for i := range a.Records {
			r := &a.Records[i]
			if seen[r.ID] {
				continue
			}
			seen[r.ID] = true
			fmt.Fprintln(out, activity.Line(r))
		}
		if every <= 0 {
			return nil
		}
		if n := len(a.Records); n > 0 {
			// One minute back: a record has the time at which its request began.
			q.From, q.Limit = a.Records[n-1].Time.Add(-time.Minute), activity.MaxLimit
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(every):
		}
	}
}
