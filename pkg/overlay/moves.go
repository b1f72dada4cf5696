package overlay

import (
	"context"
	"slices"

	"github.com/scimstack/scimstack/pkg/scim"
)

// moves are the memberships that a change really adds and removes.
type moves struct {
	add  []scim.Member
	drop []string
}

// moves returns what a change of memberships comes to, or an error if it must not be carried out.
func (s *Store) moves(ctx context.Context, t scim.TenantID, c *scim.Change) (m moves, err error) {
	added := make(map[string]bool, len(c.AddMembers))
	for _, member := range c.AddMembers {
		added[member.ID] = true
	}
	gone := c.RemoveMembers
	if c.ClearMembers {
		if gone, err = s.others(ctx, t, c.ID, added); err != nil {
			return m, err
		}
	}
	ids := append([]string{}, gone...)
	for _, member := range c.AddMembers {
		ids = append(ids, member.ID)
	}
	if len(ids) == 0 {
		return m, nil
	}
	is, err := s.isMember(ctx, t, c.ID, ids)
	if err != nil {
		return m, err
	}
	for _, id := range gone {
		if is[id] && !added[id] {
			m.drop = append(m.drop, id)
		}
	}
	for _, member := range c.AddMembers {
		if !is[member.ID] {
			m.add = append(m.add, member)
		}
	}
	return m, s.checkMembers(ctx, t, m.add)
}

// others are the ids of the members of a group without those in keep.
func (s *Store) others(ctx context.Context, t scim.TenantID, groupID string, keep map[string]bool) ([]string, error) {
	all, err := s.everyMember(ctx, t, groupID, len(keep))
	var ids []string
	for _, m := range all {
		if !keep[m.ID] {
			ids = append(ids, m.ID)
		}
	}
	return ids, err
}

// checkMembers returns a *scim.MissingError if a member that joins does not exist. The caller's own
// look at it may be outdated.
func (s *Store) checkMembers(ctx context.Context, t scim.TenantID, add []scim.Member) error {
	if len(add) == 0 {
		return nil
	}
	refs := make([]scim.Ref, 0, len(add))
	left := make(map[scim.Ref]bool, len(add))
	for _, m := range add {
		ref := scim.Ref{Type: m.Type, ID: m.ID}
		if !left[ref] {
			left[ref] = true
			refs = append(refs, ref)
		}
	}
	found, err := s.getMany(ctx, t, refs)
	if err != nil {
		return err
	}
	for _, r := range found {
		delete(left, scim.Ref{Type: r.Type, ID: r.ID})
	}
	var missing []string
	for _, ref := range refs {
		if left[ref] {
			missing = append(missing, ref.ID)
		}
	}
	if missing != nil {
		slices.Sort(missing)
		return &scim.MissingError{IDs: slices.Compact(missing)}
	}
	return nil
}
