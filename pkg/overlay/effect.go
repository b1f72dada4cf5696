package overlay

import (
	"cmp"
	"context"
	"slices"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Effect is one resource that differs from the base.
type Effect struct {
	scim.Ref
	Before, After  *scim.Resource // nil where the resource does not exist
	Added, Removed []string       // ids of the members that the resource gains and loses, ascending
}

// Effects returns the resources of the given types that the overlay has changed, ordered by type
// and id: what was written, and the groups that lost a deleted member. A resource that was
// created and removed again is left out; one that was set back to its first state is not. The
// answer is a snapshot.
func (s *Store) Effects(ctx context.Context, t scim.TenantID, types ...string) ([]Effect, error) {
	if err := usable(ctx, t); err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	l := s.of(t)
	var out []Effect
	for ref, st := range l.docs {
		if slices.Contains(types, ref.Type) && (st.before != nil || st.after != nil) {
			out = append(out, Effect{Ref: ref, Before: st.before, After: l.now(st)})
		}
	}
	touched, err := s.baseMany(ctx, t, l.onlyTouched(types))
	if err != nil {
		return nil, err
	}
	for _, r := range touched {
		out = append(out, Effect{Ref: scim.Ref{Type: r.Type, ID: r.ID}, Before: r, After: l.touch(r, 0)})
	}
	for i := range out {
		e := &out[i]
		if e.Added, e.Removed, err = s.moved(ctx, t, e.ID); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(out, func(a, b Effect) int { return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.ID, b.ID)) })
	return out, nil
}

// onlyTouched are the groups that have lost a deleted member and were not written. Which type they
// have is not known, so each is listed under all of them.
func (l *layer) onlyTouched(types []string) []scim.Ref {
	written := map[string]bool{}
	for ref := range l.docs {
		written[ref.ID] = true
	}
	var refs []scim.Ref
	for id := range l.touches {
		if written[id] {
			continue
		}
		for _, typ := range types {
			refs = append(refs, scim.Ref{Type: typ, ID: id})
		}
	}
	return refs
}

// moved are the members that a group gains and loses against the base, ascending.
func (s *Store) moved(ctx context.Context, t scim.TenantID, group string) (added, removed []string, err error) {
	own := s.of(t).edges[group]
	if len(own) == 0 {
		return nil, nil, nil
	}
	ids := make([]string, 0, len(own))
	for id := range own {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	was, err := s.base.IsMember(ctx, t, group, ids)
	for _, id := range ids {
		switch {
		case own[id] != nil && !was[id]:
			added = append(added, id)
		case own[id] == nil && was[id]:
			removed = append(removed, id)
		}
	}
	return added, removed, err
}
