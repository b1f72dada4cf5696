package dynamo

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/pkg/scim"
)

// A tenant may be made again under the name of one that was deleted. A reader that knows the feed of before must not take
// its facts for the next ones, nor leave out those whose numbers it has seen. So the last number outlives the tenant: in an item
// under a hash of the name, which has nothing else. The feed of the new tenant goes on above it, and every reader starts anew.

// keepNumber keeps the last number of a tenant's feed that is about to be deleted.
func (s *Store) keepNumber(ctx context.Context, t scim.TenantID) error {
	head, err := s.getItem(ctx, feedHeadKey(t), true)
	n := numberOf(head, attrNumber)
	if err != nil || n == 0 {
		return err
	}
	var e expression
	last := e.bind(":n", num(n))
	e.require("(" + absent(attrNumber) + " OR " + attrNumber + " < " + last + ")")
	e.set(attrNumber, last)
	_, err = s.updateItem(ctx, formerFeedKey(t), e, types.ReturnValueNone)
	return ignoreFailedCondition(err)
}

// goOn makes the numbers of a new tenant go on above those of a deleted one of its name.
func (s *Store) goOn(ctx context.Context, t scim.TenantID) error {
	former, err := s.getItem(ctx, formerFeedKey(t), true)
	if err != nil || former == nil || !s.keepsFeed() {
		return err
	}
	if _, err := s.RestartFeed(ctx, t, numberOf(former, attrNumber)); err != nil {
		return err
	}
	return s.deleteItem(ctx, formerFeedKey(t), expression{})
}
