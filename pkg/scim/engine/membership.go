package engine

import (
	"context"
	"slices"
	"sort"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/patch"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// delta is a change of membership without what has no effect.
type delta struct {
	add    []scim.Member
	remove []string
	clear  bool
	blind  bool // the change does not depend on who is a member already
}

func (d delta) empty() bool { return len(d.add) == 0 && len(d.remove) == 0 && !d.clear }

// membership turns what a client wants of the members of a group into what must be written.
// known are resources that have been read already. The strings are notes for the log.
func (p *Provider) membership(ctx context.Context, at scim.Target, want patch.Members, known []*scim.Resource) (delta, []string, error) {
	var d delta
	if !at.Type.HasMembers() {
		return d, nil, nil
	}
	for _, where := range want.RemoveWhere {
		ids, err := p.membersWhere(ctx, at, where.MatchElement)
		if err != nil {
			return d, nil, err
		}
		want.Remove = append(want.Remove, ids...)
	}
	if !want.Clear && len(want.Add) == 0 && len(want.Remove) == 0 {
		return d, nil, nil
	}
	j := joining{Target: at, want: want.Add, known: known}
	if want.Clear {
		have, err := p.replaced(ctx, at, want.Add, &d)
		if err != nil {
			return d, nil, err
		}
		j.have = have
	} else {
		d.blind = true // the store knows who is a member already
		d.remove = without(want.Remove, want.Add)
	}
	add, notes, err := p.resolve(ctx, j)
	d.add = add
	return d, notes, err
}

// replaced plans the removal of all members but those to keep, and returns those of now.
func (p *Provider) replaced(ctx context.Context, at scim.Target, keep []patch.Member, d *delta) (map[string]bool, error) {
	have := map[string]bool{}
	if err := p.eachMember(ctx, at.Tenant, at.ID, func(m scim.Member) { have[m.ID] = true }); err != nil {
		return nil, err
	}
	if len(keep) == 0 {
		d.clear = len(have) > 0
		return have, nil
	}
	all := make([]string, 0, len(have))
	for id := range have {
		all = append(all, id)
	}
	d.remove = without(all, keep)
	sort.Strings(d.remove)
	return have, nil
}

// without gives the ids that are not among members.
func without(ids []string, members []patch.Member) []string {
	stays := make(map[string]bool, len(members))
	for _, m := range members {
		stays[m.ID] = true
	}
	var out []string
	for _, id := range ids {
		if !stays[id] {
			out = append(out, id)
		}
	}
	return out
}

// joining are references to resources that are to become members of the target.
type joining struct {
	scim.Target
	want  []patch.Member
	have  map[string]bool  // members already
	known []*scim.Resource // resources that have been read already
}

// resolve looks up the references that are no members yet: each must be a resource of this
// tenant (L-01), agree with a type and $ref that are given (L-03) and not be the group itself
// (L-05). For a tolerant tenant unknown ones are left out with a note.
func (p *Provider) resolve(ctx context.Context, j joining) ([]scim.Member, []string, error) {
	if len(j.want) == 0 {
		return nil, nil, nil
	}
	missing, ids, err := j.missing()
	if err != nil {
		return nil, nil, err
	}
	var out []scim.Member
	for _, rt := range j.Tenant.Types.List {
		if len(missing) == 0 {
			break
		}
		found, rest := ofType(j.known, rt.Name, ids)
		more, err := p.getMany(ctx, j.Tenant, rt.Name, rest)
		if err != nil {
			return nil, nil, err
		}
		for _, r := range append(found, more...) {
			m, ok := missing[r.ID]
			if !ok {
				continue
			}
			if err := agrees(m, rt, r.ID); err != nil {
				return nil, nil, err
			}
			delete(missing, r.ID)
			out = append(out, scim.Member{ID: r.ID, Type: rt.Name, Display: displayOf(r)})
		}
		ids = slices.DeleteFunc(ids, func(id string) bool { _, left := missing[id]; return !left })
	}
	if len(missing) == 0 {
		return out, nil, nil
	}
	if j.Tenant.Strict {
		return nil, nil, scim.NewError(scim.CodeMemberUnknown, "member %s does not exist; create it first", ids[0])
	}
	notes := make([]string, len(ids))
	for i, id := range ids {
		notes[i] = "member " + id + " is unknown and was left out"
	}
	return out, notes, nil
}

// missing are the references to look up, by id and in their order.
func (j *joining) missing() (map[string]patch.Member, []string, error) {
	missing := make(map[string]patch.Member, len(j.want))
	var ids []string
	for _, m := range j.want {
		if m.ID == j.ID {
			return nil, nil, scim.NewError(scim.CodeMemberSelf, "a group cannot be a member of itself")
		}
		if _, seen := missing[m.ID]; seen || j.have[m.ID] || m.ID == "" {
			continue
		}
		missing[m.ID] = m
		ids = append(ids, m.ID)
	}
	return missing, ids, nil
}

// agrees checks the type and $ref of a reference against the resource that it names.
func agrees(m patch.Member, rt *schema.ResourceType, id string) error {
	if m.Type != "" && schema.Fold(m.Type) != schema.Fold(rt.Name) {
		return scim.NewError(scim.CodeMemberType, "member %s is a %s, not what its type says", id, rt.Name)
	}
	if m.Ref != "" && lastSegment(m.Ref) != id {
		return scim.NewError(scim.CodeMemberType, "the $ref of member %s names another resource", id)
	}
	return nil
}

// ofType picks the resources of a type that have been read already, and the ids left to read.
func ofType(known []*scim.Resource, typ string, ids []string) (found []*scim.Resource, rest []string) {
	if len(known) == 0 {
		return nil, ids
	}
	byID := make(map[string]*scim.Resource, len(known))
	for _, r := range known {
		if r.Type == typ {
			byID[r.ID] = r
		}
	}
	for _, id := range ids {
		if r := byID[id]; r != nil {
			found = append(found, r)
		} else {
			rest = append(rest, id)
		}
	}
	return found, rest
}

// displayOf is the display name of a resource: displayName, or userName.
func displayOf(r *scim.Resource) string {
	doc, err := decode(r)
	if err != nil {
		return ""
	}
	if s, ok := doc["displayName"].(string); ok {
		return s
	}
	s, _ := doc["userName"].(string)
	return s
}
