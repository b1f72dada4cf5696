package feed_test

import (
	"testing"

	"github.com/scimstack/scimstack/pkg/feed"
)

// TestCheckType: types that facts have, and patterns that match one of them, pass. What nothing can match does not.
func TestCheckType(t *testing.T) {
	t.Parallel()
	for _, typ := range []string{
		feed.UserCreated, feed.UserUpdated, feed.UserDeactivated, feed.UserReactivated, feed.UserDeleted, feed.UserSnapshot,
		feed.GroupCreated, feed.GroupRenamed, feed.GroupUpdated, feed.GroupDeleted, feed.GroupSnapshot,
		feed.MembershipAdded, feed.MembershipRemoved, feed.MembershipSnapshot,
		"*", "u*", "user*", "user.*", "user.de*", "membership.a*", "group.re*",
		"device.created", "device.deleted", "device.*", "membership.created", "contractor.deactivated", "contractor.re*", "team.renamed",
	} {
		if err := feed.CheckType(typ); err != nil {
			t.Error(err)
		}
	}
	for _, typ := range []string{
		"", "user", "users", "user.", "user.deactived", "user.added", "user.renamed", "User.created", "USER.*", "user.x*", "user.**", "user.*.created",
		"group.deactivated", "membership.joined", "device.added", "device.nope", ".created", "user.created ", "user.created.now",
	} {
		if err := feed.CheckType(typ); err == nil {
			t.Errorf("%q passes", typ)
		}
	}
}
