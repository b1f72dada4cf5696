package engine

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/patch"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// maxMembers is more than a group can have: one call sees one state of the group.
const maxMembers = 1 << 30

// takeMembers removes members from a canonical document: they are edges, not document.
func takeMembers(at scim.Target, doc map[string]any) (members []patch.Member, notes []string, err error) {
	list, _ := doc["members"].([]any)
	delete(doc, "members")
	return patch.ReadMembers(list, at.Type.Mode(at.Tenant.Strict))
}

func lastSegment(ref string) string {
	for i := len(ref) - 1; i >= 0; i-- {
		if ref[i] == '/' {
			return ref[i+1:]
		}
	}
	return ref
}

// eachMember visits all direct members of a group.
func (p *Provider) eachMember(ctx context.Context, t *scim.Tenant, groupID string, visit func(scim.Member)) error {
	list, err := p.store.Members(ctx, t.ID, groupID, scim.Page{Limit: maxMembers})
	for _, m := range list.Members {
		visit(m)
	}
	return err
}

// element is a member as filters and paths of a reader see it, the same in all of them.
func (p *core) element(t *scim.Tenant, m scim.Member, reader *scim.Principal) map[string]any {
	if !reader.Sees(m.Type) {
		m.Display = ""
	}
	e := map[string]any{"value": m.ID, "type": m.Type, "display": m.Display, "$ref": p.refOf(t, m)}
	for name, v := range e {
		if v == "" {
			delete(e, name)
		}
	}
	return e
}

// refOf is the $ref of a member, or "" if its type is not one of the tenant's.
func (p *core) refOf(t *scim.Tenant, m scim.Member) string {
	rt := t.Types.ByName(m.Type)
	if rt == nil {
		return ""
	}
	return p.location(scim.Target{Tenant: t, Type: rt, ID: m.ID})
}

// shownMembers reads the members of the groups of a batch, by group id. A list that is too long is
// never shortened: a client that wrote a part of it back would remove all others. The answer leaves
// it out, with a note; where it is about that one group, it is refused.
func (p *Provider) shownMembers(ctx context.Context, b *batch) (map[string][]scim.Member, error) {
	lists, err := p.membersOf(ctx, b)
	if err != nil {
		return nil, err
	}
	return b.shown(lists)
}

// shown are the members of a batch that are shown.
func (b *batch) shown(lists map[string]scim.MemberList) (map[string][]scim.Member, error) {
	out := make(map[string][]scim.Member, len(b.list))
	var large, gone []string
	for i, r := range b.list {
		list := lists[r.ID]
		if list.Group != nil && list.Group.Version != r.Version {
			b.renew(i, list.Group)
		}
		switch {
		case list.Missing && b.view.whole:
			return nil, scim.ErrNotFound
		case list.Missing: // it had members that are not known any more
			gone = append(gone, r.ID)
		case !list.More:
			out[r.ID] = list.Members
		case b.view.whole:
			return nil, tooManyMembers(b.Type, r.ID)
		default:
			large = append(large, r.ID)
		}
	}
	b.leftOut(large, "more than an answer may hold")
	b.leftOut(gone, "the group was deleted meanwhile")
	return out, nil
}

// renew has a batch show a resource as it is in another state: the one that the members are of. An answer is one state.
func (b *batch) renew(i int, r *scim.Resource) {
	if !b.renewed {
		b.list, b.renewed = slices.Clone(b.list), true // a store may share its lists
	}
	b.list[i] = r
}

// tooManyMembers refuses a group because of its members, and says how to read them.
func tooManyMembers(rt *schema.ResourceType, id string) error {
	pages := ""
	if rt.IsGroup() {
		pages = `, or its members by pages with /Users?filter=groups.value eq "` + id + `"`
	}
	return scim.NewError(scim.CodeMembersTooMany,
		"the group has more members than an answer can hold; read it with excludedAttributes=members%s", pages).About("members")
}

// maxNamed bounds the groups that one note names.
const maxNamed = 20

// leftOut notes whose members an answer does not show.
func (b *batch) leftOut(ids []string, why string) {
	if len(ids) == 0 {
		return
	}
	more := ""
	if n := len(ids) - maxNamed; n > 0 {
		ids, more = ids[:maxNamed], " and "+strconv.Itoa(n)+" more"
	}
	b.notes = append(b.notes, "the answer leaves out the members of "+strings.Join(ids, ", ")+more+": "+why)
}

// membersOf reads the members of a batch, as many as an answer may hold.
func (p *Provider) membersOf(ctx context.Context, b *batch) (map[string]scim.MemberList, error) {
	limit := b.Tenant.Limits.MaxMembers
	if p.edges != nil {
		return p.edges.MembersOf(ctx, b.Tenant.ID, b.list, limit)
	}
	out := make(map[string]scim.MemberList, len(b.list))
	for _, r := range b.list {
		list, err := p.store.Members(ctx, b.Tenant.ID, r.ID, scim.Page{Limit: limit})
		if err != nil {
			return nil, err
		}
		out[r.ID] = list
	}
	return out, nil
}
