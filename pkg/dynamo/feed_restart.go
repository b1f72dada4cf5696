package dynamo

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/pkg/scim"
)

// attrFeedBase of the head: entries up to this number are not read any more.
const attrFeedBase = "fb"

// RestartFeed makes the numbers of a tenant's feed go on above both the last one and above, and hides the entries of
// before, which expire. Every reader gets a *scim.GoneError and starts anew, whatever it has read; so after a restore
// none takes new entries for ones that it has read. It returns the new last number. The tenant must exist.
func (s *Store) RestartFeed(ctx context.Context, t scim.TenantID, above int64) (last int64, err error) {
	if err := s.feedUsable(ctx, t); err != nil {
		return 0, err
	}
	for try := 0; ; try++ {
		it, err := s.getItem(ctx, feedHeadKey(t), true)
		if err != nil {
			return 0, err
		}
		last = max(numberOf(it, attrNumber), above) + 1
		was := numberOf(it, attrHeadVersion)
		var e expression
		if was == 0 {
			e.require(absent(attrHeadVersion))
		} else {
			e.require(attrHeadVersion + " = " + e.bind(":was", num(was)))
		}
		e.set(attrNumber, e.bind(":last", num(last)))
		e.set(attrFeedBase, e.bind(":base", num(last)))
		e.set(attrHeadVersion, e.bind(":next", num(was+1)))
		_, err = s.updateItem(ctx, feedHeadKey(t), e, types.ReturnValueNone)
		var failed *conditionFailed
		if !errors.As(err, &failed) || try == maxTallyTries {
			return last, err
		}
		if err := pause(ctx, try); err != nil {
			return 0, err
		}
	}
}
