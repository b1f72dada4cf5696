package engine

import (
	"context"
	"maps"
	"slices"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/patch"
)

// delta is a change of membership without what has no effect.
type delta struct {
	add    []scim.Member
	remove []string
	clear  bool
	blind  bool                   // the change does not depend on who is a member already
	have   map[string]scim.Member // who is a member already, if that was read
}

func (d delta) empty() bool { return len(d.add) == 0 && len(d.remove) == 0 && !d.clear }

// membership turns what a client wants of the members of a group into what must be written.
// The strings are notes for the log.
func (p *Provider) membership(ctx context.Context, w *modification, want patch.Members) (delta, []string, error) {
	at := w.Target
	if !at.Type.HasMembers() || want.Empty() {
		return delta{}, nil, nil
	}
	add, remove, byID := want.ByID() // then the store knows who is a member already
	j := joining{Target: at, want: want.Added(), known: w.known}
	partly := false
	if !byID {
		var err error
		if partly, err = p.membersNow(ctx, &j, want); err != nil {
			return delta{}, nil, err
		}
	}
	joined, notes, err := j.resolve(ctx, p)
	if err != nil {
		return delta{}, nil, err
	}
	exists := make(map[string]scim.Member, len(joined))
	for _, m := range joined {
		exists[m.ID] = m
	}
	if !byID {
		d, err := p.netDelta(w, want, j.have, exists)
		if partly {
			d.have = nil
		}
		return d, notes, err
	}
	d := delta{blind: true, remove: remove}
	d.admit(add, exists)
	return d, notes, nil
}

// membersNow reads the members of the group, or those that matter to the change: then partly is true, and types and
// names are missing.
func (p *Provider) membersNow(ctx context.Context, j *joining, want patch.Members) (partly bool, err error) {
	j.have = map[string]scim.Member{}
	ids, partly := want.Named()
	if !partly {
		return false, p.eachMember(ctx, j.Tenant, j.ID, func(m scim.Member) { j.have[m.ID] = m })
	}
	is, err := p.store.IsMember(ctx, j.Tenant.ID, j.ID, ids)
	for id, member := range is {
		if member {
			j.have[id] = scim.Member{ID: id}
		}
	}
	return true, err
}

// netDelta is the change of a group whose members have been read: have are those of now, exists those
// that may join.
func (p *core) netDelta(w *modification, want patch.Members, have, exists map[string]scim.Member) (delta, error) {
	text := 0
	for _, list := range [...]map[string]scim.Member{have, exists} {
		for _, m := range list {
			text += len(m.Display)
		}
	}
	if err := want.CheckWork(len(have)+len(exists), text); err != nil {
		return delta{}, err
	}
	d := delta{have: have}
	add, remove, err := p.net(w, want, have, exists)
	if err != nil {
		return delta{}, err
	}
	d.remove = remove
	d.admit(add, exists)
	if _, partly := want.Named(); !partly && len(d.add) == 0 && len(d.remove) > 0 && len(d.remove) == len(have) {
		d.clear, d.remove = true, nil
	}
	return d, nil
}

// admit adds those of the references that exist.
func (d *delta) admit(add []patch.Member, exists map[string]scim.Member) {
	for _, m := range add {
		if member, ok := exists[m.ID]; ok {
			d.add = append(d.add, member)
		}
	}
}

// net carries the steps of a change out on the members of a group. have are those of now, exists
// those that may join.
func (p *core) net(w *modification, want patch.Members, have, exists map[string]scim.Member) (add []patch.Member, remove []string, err error) {
	present := make([]patch.Member, 0, len(have))
	for _, id := range slices.Sorted(maps.Keys(have)) {
		present = append(present, patch.Member{ID: id})
	}
	return want.Net(present, func(ref patch.Member) any {
		m, ok := have[ref.ID]
		if !ok {
			m, ok = exists[ref.ID]
		}
		if !ok {
			return nil
		}
		return p.element(w.Tenant, m, w.view.reader)
	})
}
