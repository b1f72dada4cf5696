package dynamo

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// moved are the members that joined and left with a fact, by id.
func (q *sequencer) moved(ctx context.Context, group *scim.Resource, f fact) (joined, left []scim.Member, err error) {
	joined, left = f.joined, f.left
	if f.parts != "" {
		if joined, left, err = q.s.parts(ctx, q.t, group.ID, f.parts); err != nil {
			return nil, nil, err
		}
	}
	slices.SortFunc(joined, byMemberID)
	slices.SortFunc(left, byMemberID)
	if f.parts != "" {
		return joined, left, nil // parts have everything
	}
	open := q.unnamed(group, joined, !f.named)
	if !f.named {
		if err := q.nameByEdges(ctx, group, open); err != nil {
			return nil, nil, err
		}
	}
	if err := q.nameNow(ctx, open); err != nil {
		return nil, nil, err
	}
	return joined, left, q.nameNow(ctx, q.unnamed(group, left, !f.named))
}

func byMemberID(a, b scim.Member) int { return cmp.Compare(a.ID, b.ID) }

// unnamed completes members that a fact has by their ids alone, as the edges in the records of the batch show them, and
// returns those that are left. cut says that the fact has types, and no names because there were too many.
func (q *sequencer) unnamed(group *scim.Resource, list []scim.Member, cut bool) map[string]*scim.Member {
	open := map[string]*scim.Member{}
	for i := range list {
		m := &list[i]
		if e, ok := q.edges[group.ID+"\x00"+m.ID]; ok && (m.Type == "" || cut) {
			m.Type, m.Display = e.Type, e.Display
		}
		if m.Type == "" || cut && m.Display == "" {
			open[m.ID] = m
		}
	}
	return open
}

// nameByEdges names members who joined, as their edges in the table show them, and leaves those without one in open. The
// edges of members who left are gone.
func (q *sequencer) nameByEdges(ctx context.Context, group *scim.Resource, open map[string]*scim.Member) error {
	if len(open) == 0 {
		return nil
	}
	places := make([]place, 0, len(open))
	for id := range open {
		places = append(places, stateOf(group).place(id))
	}
	edges, err := q.s.someEdges(ctx, q.t, group.ID, places)
	for _, e := range edges {
		open[e.ID].Type, open[e.ID].Display = e.Type, e.Display
		delete(open, e.ID)
	}
	return err
}

// nameNow names members as the resources are now. One that is gone was a user, as far as is known.
func (q *sequencer) nameNow(ctx context.Context, open map[string]*scim.Member) error {
	if len(open) == 0 {
		return nil
	}
	var keys []key
	for id, m := range open {
		for _, typ := range []string{schema.TypeUser, defaultGroupType} {
			if m.Type == "" || m.Type == typ {
				keys = append(keys, resourceKey(q.t, typ, id))
			}
		}
	}
	items, err := q.s.batchGet(ctx, keys)
	if err != nil {
		return err
	}
	for _, it := range items {
		m := open[stringOf(it, attrSK)]
		m.Type, _, _ = strings.Cut(strings.TrimPrefix(stringOf(it, attrPK), pk(q.t, "E#")), "#")
		m.Display = displayIn(it)
	}
	for _, m := range open {
		m.Type = cmp.Or(m.Type, schema.TypeUser)
	}
	return nil
}

// groupOfEdges is the id of the group in the rest M#<group>#<shard> of a partition key.
func groupOfEdges(rest string) string {
	if i := strings.LastIndexByte(rest, '#'); i >= 0 {
		return rest[:i]
	}
	return ""
}

func unixMilli(ms int64) time.Time { return time.UnixMilli(ms).UTC() }
