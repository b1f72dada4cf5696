package engine

import (
	"context"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/patch"
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

// eachMember visits all direct members of a group.
func (p *Provider) eachMember(ctx context.Context, t *scim.Tenant, groupID string, visit func(scim.Member)) error {
	list, err := p.store.Members(ctx, t.ID, groupID, scim.Page{Limit: maxMembers})
	for _, m := range list.Members {
		visit(m)
	}
	return err
}

// membersWhere finds the members that a PATCH filter matches.
func (p *Provider) membersWhere(ctx context.Context, at scim.Target, match func(any) bool) ([]string, error) {
	var ids []string
	err := p.eachMember(ctx, at.Tenant, at.ID, func(m scim.Member) {
		if match(map[string]any{"value": m.ID, "type": m.Type, "display": m.Display}) {
			ids = append(ids, m.ID)
		}
	})
	return ids, err
}

// shownMembers reads the members of the groups of a batch, by group id. A list that is too long is
// refused: a client that received a part of it and wrote that back would remove all others.
func (p *Provider) shownMembers(ctx context.Context, b *batch) (map[string][]scim.Member, error) {
	lists, err := p.membersOf(ctx, b)
	if err != nil {
		return nil, err
	}
	out := make(map[string][]scim.Member, len(lists))
	for id, list := range lists {
		switch {
		case !list.More:
			out[id] = list.Members
		case !b.view.afterWrite: // otherwise the answer leaves them out
			return nil, scim.NewError(scim.CodeMembersTooMany,
				"the group has more members than an answer can hold; ask again with excludedAttributes=members").About("members")
		}
	}
	return out, nil
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
