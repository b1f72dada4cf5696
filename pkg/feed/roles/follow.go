package roles

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/scim"
)

func fold(name string) string { return strings.ToLower(name) }

// Follow calls set with the roles of every user of a tenant as they are, and then with those of each user whose roles
// change, until ctx ends or set returns an error; it returns that, or a *scim.GoneError if it was held up for longer
// than facts are kept. set replaces what the application has: it is called for all users each time that Follow begins,
// so no place is to be kept. A user that is gone has no roles.
func Follow(ctx context.Context, source *feed.Source, t scim.TenantID, m *Mapping, set func(context.Context, Change) error) error {
	seq, err := source.Last(ctx, t) // not above the number of the snapshot
	if err != nil {
		return err
	}
	s := NewState(m)
	for f, err := range source.Snapshot(ctx, t) {
		if err != nil {
			return err
		}
		s.Apply(&f)
	}
	for _, id := range slices.Sorted(maps.Keys(s.users)) {
		if s.users[id].member {
			continue // a group in a group
		}
		roles := s.Roles(id)
		if err := set(ctx, Change{User: id, Name: s.users[id].name, Roles: roles, Gained: roles}); err != nil {
			return err
		}
	}
	for f, err := range source.Follow(ctx, t, seq) {
		if err != nil {
			return err
		}
		for _, c := range s.Apply(&f) {
			if err := set(ctx, c); err != nil {
				return err
			}
		}
	}
	return nil
}
