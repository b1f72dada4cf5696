package logclient

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/scimstack/scimstack/pkg/activity"
)

// Tail writes the newest records of a query, oldest of them first, one on a line. With every > 0
// it then asks again and again for what is new, until the context ends.
func (c *Client) Tail(ctx context.Context, q activity.Query, every time.Duration, out io.Writer) error {
	seen := map[string]bool{}
	for {
		a, err := c.Query(ctx, q)
		if ctx.Err() != nil {
			return nil //nolint:nilerr // the reader has seen enough
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
			// A minute back: a record has the time its request began.
			q.From, q.Limit = a.Records[n-1].Time.Add(-time.Minute), activity.MaxLimit
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(every):
		}
	}
}
