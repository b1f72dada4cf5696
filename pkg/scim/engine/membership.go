package engine

import (
	"context"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/patch"
)

// delta is a change of membership without what has no effect.
type delta struct {
	add    []scim.Member
	remove []string
	clear  bool
	blind  bool // the change does not depend on who is a member already
}

func (d delta) empty() bool { return len(d.add) == 0 && len(d.remove) == 0 && !d.clear }

// memberStep is one thing that a client does to the members of a group. Steps have effect in their
// order; of one step only one field is set.
type memberStep struct {
	clear  bool
	where  func(element any) bool // those that it matches leave
	remove []string
	add    []patch.Member
}

// stepsOf are the steps that a PUT or PATCH asks for.
func stepsOf(want patch.Members) (steps []memberStep) {
	if want.Clear {
		steps = append(steps, memberStep{clear: true})
	}
	for _, path := range want.RemoveWhere {
		steps = append(steps, memberStep{where: path.MatchElement})
	}
	if len(want.Remove) > 0 {
		steps = append(steps, memberStep{remove: want.Remove})
	}
	if len(want.Add) > 0 {
		steps = append(steps, memberStep{add: want.Add})
	}
	return steps
}

// membership turns what a client wants of the members of a group into what must be written.
// known are resources that have been read already. The strings are notes for the log.
func (p *Provider) membership(ctx context.Context, at scim.Target, want patch.Members, known []*scim.Resource) (delta, []string, error) {
	steps := stepsOf(want)
	if !at.Type.HasMembers() || len(steps) == 0 {
		return delta{}, nil, nil
	}
	r := roster{moved: map[string]*scim.Member{}}
	j := joining{Target: at, known: known}
	for _, s := range steps {
		j.want = append(j.want, s.add...)
		if (s.clear || s.where != nil) && r.base == nil {
			r.base = map[string]scim.Member{}
			if err := p.eachMember(ctx, at.Tenant, at.ID, func(m scim.Member) { r.base[m.ID] = m }); err != nil {
				return delta{}, nil, err
			}
		}
	}
	j.have = r.base
	joined, notes, err := p.resolve(ctx, j)
	if err != nil {
		return delta{}, nil, err
	}
	exists := make(map[string]scim.Member, len(joined))
	for _, m := range joined {
		exists[m.ID] = m
	}
	for _, s := range steps {
		r.play(s, exists, func(m scim.Member) any { return p.element(at.Tenant, m) })
	}
	return r.delta(), notes, nil
}
