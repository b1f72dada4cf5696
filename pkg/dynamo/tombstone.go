package dynamo

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/pkg/scim"
)

// attrLosers: tombstone: the groups that the removed resource was a member of, as type#id. The feed tells
// of the removal after these groups have told that they lost the member.
const attrLosers = "gs"

// tombstoneMembers is how many members of a removed group its tombstone has; more are in parts.
const tombstoneMembers = 20

// tombstone is the item that stays of a removed resource for a while. Unlike the resource it can say who
// removed it, and what it was connected with.
func (cm commit) tombstone(ctx context.Context, members []scim.Member, groups []membership) (item, error) {
	it := tombstoneKey(cm.t, cm.c.Type, cm.c.ID).item()
	it[attrTime], it[attrTTL] = num(cm.c.Now.UnixMilli()), num(cm.s.o.Now().Add(tombstoneLife).Unix())
	if !cm.s.keepsFeed() {
		return it, nil
	}
	f := cm.fact()
	f.cause = scim.Ref{}
	if f.left = members; len(members) > tombstoneMembers {
		f.left, f.parts = nil, "~"+newOwner()
		if err := cm.s.putParts(ctx, cm.t, cm.c.ID, f.parts, 0, nil, members); err != nil {
			return nil, err
		}
	}
	cm.s.tell(it, f)
	if len(groups) > 0 {
		it[attrLosers] = &types.AttributeValueMemberSS{Value: losers(groups)}
	}
	return it, nil
}

func losers(groups []membership) []string {
	out := make([]string, len(groups))
	for i, m := range groups {
		out[i] = m.groupType + "#" + m.groupID
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// members are the members among the edges of a group, by id.
func members(edges []edge, st state) []scim.Member {
	var out []scim.Member
	for _, e := range edges {
		if !isTrace(e) && st.visible(e) {
			out = append(out, e.Member)
		}
	}
	slices.SortFunc(out, func(a, b scim.Member) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// remover is who removed a resource, as its tombstone says. late are groups that its removal did not find:
// they are added to those that the feed waits for.
func (s *Store) remover(ctx context.Context, t scim.TenantID, typ, id string, late []membership) (scim.Actor, error) {
	if !s.keepsFeed() || len(late) == 0 {
		return scim.Actor{}, nil
	}
	e := onlyIf(itemExists)
	e.adds = append(e.adds, attrLosers+" "+e.bind(":late", &types.AttributeValueMemberSS{Value: losers(late)}))
	it, err := s.updateItem(ctx, tombstoneKey(t, typ, id), e, types.ReturnValueAllNew)
	if err != nil || bytesOf(it, attrFact) == nil {
		return scim.Actor{}, ignoreFailedCondition(err)
	}
	f, err := unpackFact(bytesOf(it, attrFact))
	return f.actor, err
}

// refOf reads one of attrLosers.
func refOf(s string) scim.Ref {
	typ, id, _ := strings.Cut(s, "#")
	return scim.Ref{Type: typ, ID: id}
}
