package sqlstore

import (
	"context"
	"slices"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
)

const (
	missingSQL = `SELECT j.value->>0 FROM ROWS($3) WHERE
(SELECT 1 FROM scim_resource r WHERE r.tenant = $1 AND r.type = j.value->>1 AND r.id = j.value->>0 LIMIT 1) IS NULL
AND (SELECT 1 FROM scim_member e WHERE e.tenant = $1 AND e.group_id = $2 AND e.id = j.value->>0 LIMIT 1) IS NULL`
	joinSQL = `INSERT INTO scim_member (tenant, group_id, id, type, display, group_type)
SELECT $1, $2, j.value->>0, j.value->>1, j.value->>2, $4 FROM ROWS($3) WHERE 1 = 1
ON CONFLICT (tenant, group_id, id) DO NOTHING` + whom
	leaveSQL = `DELETE FROM scim_member WHERE THOSE(scim_member WHERE tenant = $1 AND group_id = $2, $3)` + whom
	clearSQL = `DELETE FROM scim_member WHERE tenant = $1 AND group_id = $2 AND id OTHER($3)` + whom

	// whom returns the members that a statement has changed, under the names of now.
	whom = `
RETURNING id, type, COALESCE((SELECT NULLIF(r.display, '') FROM scim_resource r
	WHERE r.tenant = $1 AND r.type = scim_member.type AND r.id = scim_member.id), display)`
)

// checkMembers returns a *scim.MissingError if a member that joins does not exist. No removal can come
// between this and the end of the transaction.
func (w *commit) checkMembers(ctx context.Context) error {
	var missing []string
	asked := make([][2]string, 0, len(w.c.AddMembers))
	rows := map[*mapping][]string{}
	for _, m := range w.c.AddMembers {
		switch {
		case !storable(m.ID) || !storable(m.Type):
			missing = append(missing, m.ID)
		case w.types[m.Type] != nil:
			rows[w.types[m.Type]] = append(rows[w.types[m.Type]], m.ID)
		default:
			asked = append(asked, [2]string{m.ID, m.Type})
		}
	}
	for m, ids := range rows {
		there, err := m.getMany(ctx, w, w.t, ids)
		if err != nil {
			return err
		}
		found := map[string]bool{}
		for _, r := range there {
			found[r.ID] = true
		}
		gone := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return found[id] })
		strangers, err := w.strangers(ctx, gone)
		if err != nil {
			return err
		}
		missing = append(missing, strangers...)
	}
	if len(asked) > 0 {
		err := w.Rows(ctx, func(scan func(...any) error) error {
			var id string
			err := scan(&id)
			missing = append(missing, id)
			return err
		}, missingSQL, w.tenant, w.c.ID, jsonOf(asked))
		if err != nil {
			return err
		}
	}
	if len(missing) == 0 {
		return nil
	}
	slices.Sort(missing)
	return &scim.MissingError{IDs: slices.Compact(missing)}
}

// strangers returns the ids that are no members of the group.
func (w *commit) strangers(ctx context.Context, ids []string) ([]string, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	err := w.Rows(ctx, func(scan func(...any) error) error {
		var id string
		err := scan(&id)
		ids = slices.DeleteFunc(ids, func(s string) bool { return s == id })
		return err
	}, isMemberSQL, w.tenant, w.c.ID, jsonOf(ids))
	return ids, err
}

// changeMembers writes the edges of a change and returns who has joined and left.
func (w *commit) changeMembers(ctx context.Context) (m moved, err error) {
	add := make([][3]string, 0, len(w.c.AddMembers))
	names := make([]string, 0, len(w.c.AddMembers))
	for _, m := range w.c.AddMembers {
		add = append(add, [3]string{m.ID, m.Type, packed(m.Display)})
		names = append(names, m.ID)
	}
	change := func(to *[]scim.Member, statement string, args ...any) {
		if err == nil {
			var some []scim.Member
			some, err = w.changed(ctx, statement, append([]any{w.tenant, w.c.ID}, args...)...)
			*to = append(*to, some...)
		}
	}
	if w.c.ClearMembers {
		change(&m.left, clearSQL, jsonOf(names))
	}
	if ids := storableOf(w.c.RemoveMembers); len(ids) > 0 {
		change(&m.left, leaveSQL, jsonOf(ids))
	}
	if len(add) > 0 {
		change(&m.joined, joinSQL, jsonOf(add), w.c.Type)
	}
	sortMembers(m.left)
	sortMembers(m.joined)
	return m, err
}

func sortMembers(list []scim.Member) {
	slices.SortFunc(list, func(a, b scim.Member) int { return strings.Compare(a.ID, b.ID) })
}

// changed carries out a statement that ends with whom.
func (w *commit) changed(ctx context.Context, statement string, args ...any) (out []scim.Member, err error) {
	err = w.Rows(ctx, func(scan func(...any) error) error {
		var m scim.Member
		err := scan(&m.ID, &m.Type, &m.Display)
		m.Display = unpacked(m.Display)
		out = append(out, m)
		return err
	}, statement, args...)
	return out, err
}

const (
	groupsSQL = `SELECT group_type, group_id FROM scim_member BY(scim_member_of) WHERE tenant = $1 AND id = $2`
	leftSQL   = `UPDATE scim_resource SET version = version + 1, modified = $4, members = members - 1
WHERE THOSE(scim_resource WHERE tenant = $1 AND type = $2, $3)
RETURNING id, external_id, version, created, modified, document, hidden`
	leaveAllSQL = `DELETE FROM scim_member BY(scim_member_of) WHERE tenant = $1 AND id = $2
RETURNING group_id, type, COALESCE((SELECT NULLIF(r.display, '') FROM scim_resource r
	WHERE r.tenant = $1 AND r.type = scim_member.type AND r.id = $2), display)`
	leaveGroupSQL = `DELETE FROM scim_member WHERE tenant = $1 AND group_id = $2` + whom
	dropAllSQL    = `DELETE FROM scim_key BY(scim_key_resource) WHERE tenant = $1 AND type = $2 AND id = $3`
	removeSQL     = `DELETE FROM scim_resource WHERE tenant = $1 AND type = $2 AND id = $3`
)

// remove deletes a resource with its keys and edges. Groups that lose it as a member get a new version.
func (w *commit) remove(ctx context.Context) error {
	id := w.c.ID
	if err := w.leaveGroups(ctx); err != nil {
		return err
	}
	members, err := w.changed(ctx, leaveGroupSQL, w.tenant, id)
	if err != nil {
		return err
	}
	for _, step := range []struct {
		sql  string
		args []any
	}{
		{dropAllSQL, []any{w.tenant, w.c.Type, id}},
		{removeSQL, []any{w.tenant, w.c.Type, id}},
		{countSQL, []any{w.tenant, w.c.Type, -1}},
	} {
		if _, err := w.Exec(ctx, step.sql, step.args...); err != nil {
			return err
		}
	}
	sortMembers(members)
	w.tellOwn(nil, moved{left: members})
	return nil
}

// leaveGroups removes a resource from its groups, which get a new version.
func (w *commit) leaveGroups(ctx context.Context) error {
	groups := map[string][]string{} // by type
	err := w.Rows(ctx, func(scan func(...any) error) error {
		var typ, id string
		err := scan(&typ, &id)
		groups[typ] = append(groups[typ], id)
		return err
	}, groupsSQL, w.tenant, w.c.ID)
	if err != nil || len(groups) == 0 {
		return err
	}
	var losers []*scim.Resource
	for typ, ids := range groups {
		err := w.Rows(ctx, func(scan func(...any) error) error {
			var r row
			err := scan(r.to()...)
			losers = append(losers, r.resource(typ))
			return err
		}, leftSQL, w.tenant, typ, jsonOf(ids), micros(w.c.Now))
		if err != nil {
			return err
		}
	}
	left, err := w.changed(ctx, leaveAllSQL, w.tenant, w.c.ID) // each with the id of the group
	if err != nil {
		return err
	}
	slices.SortFunc(losers, func(a, b *scim.Resource) int { return strings.Compare(a.ID, b.ID) })
	for _, g := range losers {
		i := slices.IndexFunc(left, func(m scim.Member) bool { return m.ID == g.ID })
		if i < 0 {
			continue
		}
		m := left[i]
		m.ID = w.c.ID
		w.tell(scim.Entry{Type: g.Type, ID: g.ID, After: g, Left: []scim.Member{m}, Cause: scim.Ref{Type: w.c.Type, ID: w.c.ID}})
	}
	return nil
}
