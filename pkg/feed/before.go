package feed

import (
	"context"
	"errors"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Before returns the number after which the facts of a tenant from a time on are read: that of the last fact before
// the time, or the number before the first one that is kept. It asks the store once for each halving of the feed.
func (s *Source) Before(ctx context.Context, t scim.TenantID, at time.Time) (int64, error) {
	last, err := s.feed.Last(ctx, t)
	if err != nil {
		return 0, err
	}
	before, after := int64(0), last+1 // the numbers that are known to be before the time, and not
	for before+1 < after {
		middle := before + (after-before)/2
		entries, err := s.feed.Entries(ctx, t, middle-1, 1)
		var gone *scim.GoneError
		switch {
		case errors.As(err, &gone) && gone.First > middle: // it has expired
			before = min(gone.First, after) - 1
		case err != nil:
			return 0, err
		case len(entries) == 0 || !entries[0].Time.Before(at):
			after = middle
			if len(entries) > 0 {
				after = min(after, entries[0].First)
			}
		default:
			before = entries[0].Last
		}
	}
	return before, nil
}
