package sqlstore

import (
	"context"
	"slices"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
)

// move changes the members of a group that is a row, and finds who has joined and left if the feed wants
// to know.
func (w *rowCommit) move(ctx context.Context) (changed bool, m moved, err error) {
	before, err := w.concerned(ctx)
	if err != nil {
		return false, m, err
	}
	if changed, err = w.moveMembers(ctx); err != nil || !changed {
		return changed, m, err
	}
	after, err := w.concerned(ctx)
	return true, moved{joined: without(after, before), left: without(before, after)}, err
}

// concerned returns the members of the group among those that the change names, ordered by id, so that a small change of a large
// group reads few rows; all members if it clears the group, nil without a feed.
func (w *rowCommit) concerned(ctx context.Context) ([]scim.Member, error) {
	e := w.m.has
	if e == nil || w.c.ClearMembers {
		return w.everyone(ctx)
	}
	ids := slices.Clone(w.c.RemoveMembers)
	for _, m := range w.c.AddMembers {
		ids = append(ids, m.ID)
	}
	keys := e.people.keys(ids)
	if len(keys) == 0 {
		return nil, nil
	}
	return w.members(ctx, ` AND u.`+e.people.key+e.people.among(`SELECT `+e.people.keyIn(`j.value->>0`)+` FROM ROWS($3)`), jsonOf(keys))
}

// everyone returns the members of the group of the change, ordered by id; nil without a feed.
func (w *rowCommit) everyone(ctx context.Context) ([]scim.Member, error) { return w.members(ctx, "") }

// members returns the members of the group for which a condition holds, ordered by id; nil without a feed.
func (w *rowCommit) members(ctx context.Context, condition string, args ...any) (list []scim.Member, err error) {
	e := w.m.has
	if e == nil || w.d.keep.Age <= 0 {
		return nil, nil
	}
	key, ok := w.m.keyOf(w.c.ID)
	if !ok {
		return nil, nil
	}
	found, err := e.people.rows(ctx, w, `SELECT `+e.people.selected()+` FROM `+e.people.name+` u WHERE `+e.ofGroup()+condition, append([]any{w.tenant, key}, args...)...)
	for _, r := range found {
		list = append(list, scim.Member{ID: r.ID, Type: r.Type, Display: nameIn(r)})
	}
	slices.SortFunc(list, byMemberID)
	return list, err
}

func byMemberID(a, b scim.Member) int { return strings.Compare(a.ID, b.ID) }

// without returns those of a list that another one does not have. Both are ordered by id.
func without(list, other []scim.Member) (out []scim.Member) {
	for _, m := range list {
		if _, there := slices.BinarySearchFunc(other, m, byMemberID); !there {
			out = append(out, m)
		}
	}
	return out
}

// tellLosers keeps the entries of the groups that have lost the user of the change, who is deleted.
func (w *rowCommit) tellLosers(ctx context.Context, groups []string) error {
	if w.d.keep.Age <= 0 || len(groups) == 0 {
		return nil
	}
	now, err := w.m.in.groups.getMany(ctx, w, w.t, groups)
	slices.SortFunc(now, func(a, b *scim.Resource) int { return strings.Compare(a.ID, b.ID) })
	for _, g := range now {
		w.tell(scim.Entry{Type: g.Type, ID: g.ID, After: g, Cause: scim.Ref{Type: w.c.Type, ID: w.c.ID},
			Left: []scim.Member{{ID: w.c.ID, Type: w.c.Type, Display: nameIn(w.old)}}})
	}
	return err
}

// tellGroups adds the groups of the user who has changed to the last entry, if the groups are rows: those of
// this package's table are added when entries are written.
func (w *rowCommit) tellGroups(ctx context.Context) error {
	e := w.m.in
	if e == nil || w.old == nil || len(w.entries) == 0 {
		return nil
	}
	groups, err := e.groupsOf(ctx, w, w.t, []string{w.c.ID})
	w.entries[len(w.entries)-1].Groups = append([]string{}, groups[w.c.ID]...)
	return err
}
