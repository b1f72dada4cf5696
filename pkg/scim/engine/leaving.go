package engine

import (
	"context"
	"maps"
	"slices"

	"github.com/scimstack/scimstack/pkg/scim"
)

// leaving reports who is about to leave a group that is deleted or loses all members, for the log: the
// change itself does not name them. Members that cannot be read are not reported, and do not stop the
// change. No member is reported, too: the last report of the group may be of a change that failed.
func (p *Provider) leaving(ctx context.Context, w *write) {
	c := &w.change
	all := c.Remove || c.ClearMembers && len(c.AddMembers) == 0
	if p.o.Leaving == nil || !all || !w.Type.HasMembers() {
		return
	}
	list, err := p.leavers(ctx, w)
	if err != nil {
		list = scim.MemberList{}
	}
	p.o.Leaving(ctx, c.ID, list)
}

// leavers returns the first members of the group, and how many there are.
func (p *Provider) leavers(ctx context.Context, w *write) (scim.MemberList, error) {
	c, limit := &w.change, p.o.LeavingLimit
	switch {
	case w.have != nil:
		list := scim.MemberList{Total: len(w.have)}
		for _, id := range slices.Sorted(maps.Keys(w.have)) {
			if len(list.Members) == limit {
				list.More = true
				break
			}
			list.Members = append(list.Members, w.have[id])
		}
		return list, nil
	case p.edges != nil && c.Prior != nil: // it has been read, which saves a read of it
		lists, err := p.edges.MembersOf(ctx, w.Tenant.ID, []*scim.Resource{c.Prior}, limit)
		return lists[c.ID], err
	}
	return p.store.Members(ctx, w.Tenant.ID, c.ID, scim.Page{Limit: limit})
}
