package dynamo

import (
	"context"

	"github.com/scimstack/scimstack/pkg/scim"
)

// The abilities that scim.EdgeReader replaces. Remove this file, and the lines that use it,
// when no caller needs them.

var (
	_ scim.MembershipRanger = (*Store)(nil)
	_ scim.Distant          = (*Store)(nil)
)

// Distant implements scim.Distant.
func (*Store) Distant() {}

// MemberOfBehind implements scim.MembershipRanger.
func (s *Store) MemberOfBehind(ctx context.Context, t scim.TenantID, after string, limit int) (scim.Memberships, error) {
	r, err := s.membershipsAfter(ctx, t, after, limit)
	return scim.Memberships{Groups: r.groups, Below: r.end}, err
}

func begins(page scim.Page, after string) {
	if page.Begins != nil {
		page.Begins(after)
	}
}

func foundIDs(page scim.Page, ids []string) {
	if page.Found != nil {
		page.Found(ids)
	}
}
