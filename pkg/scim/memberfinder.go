package scim

import "context"

// MemberFinder is an optional ability of a Store whose reads have a price: it finds the members that a large
// change of a group adds at less cost than GetMany, and takes from an unfinished change what that has
// found already (Unfinished), so that a repeated request does not begin again.
type MemberFinder interface {
	// FindMembers returns those resources of a type that exist among distinct ids, as members: with the
	// names under which a group shows them. The order is undefined. group is the group that they are to
	// join; its ID may be that of a group that does not exist yet. The answer misses no resource that
	// exists. What it says of one may be older than the latest write by a moment: Commit checks the members again.
	FindMembers(ctx context.Context, t TenantID, group Ref, typ string, ids []string) ([]Member, error)
}
