package scim

import (
	"context"
	"errors"
	"slices"
	"sort"

	"github.com/scimstack/scimstack/pkg/scim/patch"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// maxMembers is more than a group can have: one call sees one state of the group.
const maxMembers = 1 << 30

// takeMembers removes members from a canonical document: they are edges, not document.
func takeMembers(doc map[string]any) []patch.Member {
	list, _ := doc["members"].([]any)
	delete(doc, "members")
	members := make([]patch.Member, 0, len(list))
	for _, e := range list {
		m, _ := e.(map[string]any)
		id, _ := m["value"].(string)
		typ, _ := m["type"].(string)
		ref, _ := m["$ref"].(string)
		if id == "" {
			id = lastSegment(ref)
		}
		members = append(members, patch.Member{ID: id, Type: typ, Ref: ref})
	}
	return members
}

func lastSegment(ref string) string {
	for i := len(ref) - 1; i >= 0; i-- {
		if ref[i] == '/' {
			return ref[i+1:]
		}
	}
	return ref
}

// delta is a membership change without what has no effect.
type delta struct {
	add    []Member
	remove []string
	clear  bool
	blind  bool // the change does not depend on who else is a member
}

func (d delta) empty() bool { return len(d.add) == 0 && len(d.remove) == 0 && !d.clear }

// memberDelta turns what the client wants into what must be written: members that are
// there already or not there at all fall out, so that a write without effect stays one.
func (p *StandardProvider) memberDelta(ctx context.Context, t *Tenant, rt *schema.ResourceType, id string, want patch.Members, known []*Resource) (delta, []string, error) {
	var d delta
	if rt.Schema.Attribute("members") == nil {
		return d, nil, nil
	}
	for _, where := range want.RemoveWhere {
		ids, err := p.membersWhere(ctx, t, id, where.MatchElement)
		if err != nil {
			return d, nil, err
		}
		want.Remove = append(want.Remove, ids...)
	}
	if !want.Clear && len(want.Add) == 0 && len(want.Remove) == 0 {
		return d, nil, nil
	}
	have := map[string]bool{}
	if want.Clear {
		if err := p.eachMember(ctx, t, id, func(m Member) { have[m.ID] = true }); err != nil {
			return d, nil, err
		}
		keep := map[string]bool{}
		for _, m := range want.Add {
			keep[m.ID] = true
		}
		if len(keep) == 0 && len(have) > 0 {
			d.clear = true
		} else {
			for m := range have {
				if !keep[m] {
					d.remove = append(d.remove, m)
				}
			}
			sort.Strings(d.remove)
		}
	} else {
		d.blind = true // the store knows what is there already
		stays := make(map[string]bool, len(want.Add))
		for _, m := range want.Add {
			stays[m.ID] = true
		}
		for _, r := range want.Remove {
			if !stays[r] {
				d.remove = append(d.remove, r)
			}
		}
	}
	add, notes, err := p.resolveMembers(ctx, t, id, want.Add, have, known)
	d.add = add
	return d, notes, err
}

// eachMember walks all direct members of a group.
func (p *StandardProvider) eachMember(ctx context.Context, t *Tenant, groupID string, visit func(Member)) error {
	list, err := p.store.Members(ctx, t.ID, groupID, Page{Limit: maxMembers})
	for _, m := range list.Members {
		visit(m)
	}
	return err
}

func (p *StandardProvider) membersWhere(ctx context.Context, t *Tenant, groupID string, match func(any) bool) ([]string, error) {
	var ids []string
	err := p.eachMember(ctx, t, groupID, func(m Member) {
		if match(map[string]any{"value": m.ID, "type": m.Type, "display": m.Display}) {
			ids = append(ids, m.ID)
		}
	})
	return ids, err
}

// resolveMembers looks up those of want that are not in have: they must be resources of
// this tenant (L-01), agree with a given type (L-03) and not be the group itself (L-05).
// A tolerant tenant leaves unknown ones out and notes it (design §5.3).
func (p *StandardProvider) resolveMembers(ctx context.Context, t *Tenant, groupID string, want []patch.Member, have map[string]bool, known []*Resource) ([]Member, []string, error) {
	missing := make(map[string]patch.Member, len(want))
	var ids []string
	for _, m := range want {
		if m.ID == groupID {
			return nil, nil, errorf(CodeMemberSelf, "a group cannot be a member of itself")
		}
		if _, seen := missing[m.ID]; seen || have[m.ID] || m.ID == "" {
			continue
		}
		missing[m.ID] = m
		ids = append(ids, m.ID)
	}
	var out []Member
	for _, rt := range t.Types.List {
		if len(missing) == 0 {
			break
		}
		found, rest := ofType(known, rt.Name, ids)
		more, err := p.getMany(ctx, t, rt.Name, rest)
		if err != nil {
			return nil, nil, err
		}
		for _, r := range append(found, more...) {
			m, ok := missing[r.ID]
			if !ok {
				continue
			}
			if m.Type != "" && schema.Fold(m.Type) != schema.Fold(rt.Name) {
				return nil, nil, errorf(CodeMemberType, "member %s is a %s, not what its type says", r.ID, rt.Name)
			}
			if m.Ref != "" && lastSegment(m.Ref) != r.ID {
				return nil, nil, errorf(CodeMemberType, "the $ref of member %s names another resource", r.ID)
			}
			delete(missing, r.ID)
			out = append(out, Member{ID: r.ID, Type: rt.Name, Display: displayOf(r)})
		}
		ids = slices.DeleteFunc(ids, func(id string) bool { _, left := missing[id]; return !left })
	}
	if len(missing) == 0 {
		return out, nil, nil
	}
	if t.Strict {
		return nil, nil, errorf(CodeMemberUnknown, "member %s does not exist; create it first", ids[0])
	}
	notes := make([]string, len(ids))
	for i, id := range ids {
		notes[i] = "member " + id + " is unknown and was left out"
	}
	return out, notes, nil
}

// ofType picks the resources that were read ahead, and says which ids are left to read.
func ofType(known []*Resource, typ string, ids []string) (found []*Resource, rest []string) {
	if len(known) == 0 {
		return nil, ids
	}
	byID := make(map[string]*Resource, len(known))
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

// readAhead looks up the members that a PATCH wants to add while the group itself is being
// read: one round trip less for the store. Errors show when the ids are resolved.
func (p *StandardProvider) readAhead(ctx context.Context, t *Tenant, req *patch.Request) func() []*Resource {
	ids := req.MemberIDs()
	if len(ids) == 0 {
		return func() []*Resource { return nil }
	}
	done := make(chan []*Resource, 1)
	go func() {
		found, err := p.getMany(ctx, t, t.Types.List[0].Name, ids)
		if err != nil {
			found = nil
		}
		done <- found
	}()
	var found []*Resource
	first := true
	return func() []*Resource {
		if first {
			found, first = <-done, false
		}
		return found
	}
}

// getMany reads many resources of one type, in one call where the store can.
func (p *StandardProvider) getMany(ctx context.Context, t *Tenant, typ string, ids []string) ([]*Resource, error) {
	if b, ok := p.store.(BatchGetter); ok && len(ids) > 1 {
		refs := make([]Ref, len(ids))
		for i, id := range ids {
			refs[i] = Ref{Type: typ, ID: id}
		}
		return b.GetMany(ctx, t.ID, refs)
	}
	var out []*Resource
	for _, id := range ids {
		r, err := p.store.Get(ctx, t.ID, typ, id)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// displayOf is the display name of a resource: displayName, else userName.
func displayOf(r *Resource) string {
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
