package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/scimstack/scimstack/pkg/scim"
)

// nameOf is the display name of a member r of the edge e: that of the resource, or the one that the edge
// was added with.
const nameOf = `CASE WHEN r.display <> '' THEN r.display ELSE e.display END`

const membersSQL = `SELECT g.n, p.id, p.type, p.display FROM
(SELECT members AS n FROM scim_resource WHERE tenant = $1 AND id = $2 AND type =
	(SELECT group_type FROM scim_member WHERE tenant = $1 AND group_id = $2 LIMIT 1)) g
LEFT JOIN (SELECT e.id, e.type, ` + nameOf + ` AS display
	FROM (SELECT * FROM scim_member WHERE tenant = $1 AND group_id = $2 AND id > $3 ORDER BY id LIMIT $4 OFFSET $5) e
	LEFT JOIN ONE(scim_resource r WHERE r.tenant = $1 AND r.type = e.type AND r.id = e.id)) p ON 1 = 1
ORDER BY p.id`

// Members implements scim.Store. The total is a counter of the group.
func (s *Store) Members(ctx context.Context, t scim.TenantID, groupID string, page scim.Page) (scim.MemberList, error) {
	if err := usable(ctx, t); err != nil {
		return scim.MemberList{}, err
	}
	var l scim.MemberList
	if !storable(groupID) {
		return l, nil
	}
	err := s.db.Rows(ctx, func(scan func(...any) error) error {
		var id, typ, display sql.NullString
		if err := scan(&l.Total, &id, &typ, &display); err != nil || !id.Valid {
			return err
		}
		if l.More = len(l.Members) == page.Limit; !l.More {
			l.Members = append(l.Members, scim.Member{ID: id.String, Type: typ.String, Display: unpacked(display.String)})
		}
		return nil
	}, membersSQL, t.String(), groupID, after(page.After), limitOf(page), page.Offset)
	if err != nil {
		return scim.MemberList{}, err
	}
	if page.Limit == 0 {
		l.More = l.Total > page.Offset && page.After == ""
	}
	return l, nil
}

const isMemberSQL = `SELECT id FROM scim_member WHERE THOSE(scim_member WHERE tenant = $1 AND group_id = $2, $3)`

// IsMember implements scim.Store.
func (s *Store) IsMember(ctx context.Context, t scim.TenantID, groupID string, ids []string) (map[string]bool, error) {
	if err := usable(ctx, t); err != nil {
		return nil, err
	}
	out := map[string]bool{}
	if ids = storableOf(ids); len(ids) == 0 || !storable(groupID) {
		return out, nil
	}
	err := s.db.Rows(ctx, func(scan func(...any) error) error {
		var id string
		err := scan(&id)
		out[id] = true
		return err
	}, isMemberSQL, t.String(), groupID, jsonOf(ids))
	if err != nil {
		return nil, err
	}
	return out, nil
}

// memberOfSQL looks up one id after the other. For a list of ids, Postgres without statistics would rather read the edges of
// all members of the tenant.
const memberOfSQL = `SELECT j.value->>0, (SELECT AGG(e.group_id) FROM scim_member e BY(scim_member_of) WHERE e.tenant = $1 AND e.id = j.value->>0)
FROM ROWS($2)`

// MemberOf implements scim.Store.
func (s *Store) MemberOf(ctx context.Context, t scim.TenantID, ids []string) (map[string][]string, error) {
	if err := usable(ctx, t); err != nil {
		return nil, err
	}
	if ids = storableOf(ids); len(ids) == 0 {
		return nil, nil
	}
	asked := make([][1]string, len(ids))
	for i, id := range ids {
		asked[i][0] = id
	}
	var out map[string][]string
	err := s.db.Rows(ctx, func(scan func(...any) error) error {
		var id string
		var list sql.NullString
		if err := scan(&id, &list); err != nil {
			return err
		}
		groups, err := idsIn(list)
		if err != nil || len(groups) == 0 {
			return err
		}
		if out == nil {
			out = map[string][]string{}
		}
		slices.Sort(groups)
		out[id] = groups
		return nil
	}, memberOfSQL, t.String(), jsonOf(asked))
	if err != nil {
		return nil, err
	}
	return out, nil
}

const membersOfSQL = `SELECT j.value->>1, r.version, r.members, (SELECT AGG(TUPLE(m.id, m.type, m.display)) FROM
	(SELECT e.id, e.type, CASE WHEN u.display <> '' THEN u.display ELSE e.display END AS display
	FROM (SELECT * FROM scim_member WHERE tenant = $1 AND group_id = r.id ORDER BY id LIMIT $3) e
	LEFT JOIN ONE(scim_resource u WHERE u.tenant = $1 AND u.type = e.type AND u.id = e.id) ORDER BY e.id) m)
FROM ROWS($2) JOIN ONE(scim_resource r WHERE r.tenant = $1 AND r.type = j.value->>0 AND r.id = j.value->>1)`

// maxReads bounds how often a group is read that changes meanwhile.
const maxReads = 20

// MembersOf implements scim.EdgeReader. A group that has changed since the caller read it is read again, until its
// members are those of the group that was read.
func (s *Store) MembersOf(ctx context.Context, t scim.TenantID, groups []*scim.Resource, limit int) (map[string]scim.MemberList, error) {
	if err := usable(ctx, t); err != nil {
		return nil, err
	}
	out := make(map[string]scim.MemberList, len(groups))
	for _, g := range groups {
		out[g.ID] = scim.MemberList{Missing: true} // until it is found
	}
	for range maxReads {
		changed, err := s.membersOf(ctx, t, groups, limit, out)
		if err != nil || len(changed) == 0 {
			return out, err
		}
		if groups, err = s.GetMany(ctx, t, changed); err != nil {
			return nil, err
		}
		for _, ref := range changed {
			out[ref.ID] = scim.MemberList{Missing: true}
		}
		for _, g := range groups {
			out[g.ID] = scim.MemberList{Group: g}
		}
	}
	return nil, &scim.BusyError{RetryAfter: retryAfter, Cause: errors.New("sqlstore: a group changes faster than it can be read")}
}

// membersOf adds to out the members of groups, and returns the groups that are not in the state that was read.
func (s *Store) membersOf(ctx context.Context, t scim.TenantID, groups []*scim.Resource, limit int, out map[string]scim.MemberList) ([]scim.Ref, error) {
	if len(groups) == 0 {
		return nil, nil
	}
	names, given := make([][2]string, len(groups)), make(map[string]*scim.Resource, len(groups))
	for i, g := range groups {
		names[i], given[g.ID] = [2]string{g.Type, g.ID}, g
	}
	var changed []scim.Ref
	err := s.db.Rows(ctx, func(scan func(...any) error) error {
		var id string
		var version int64
		var list sql.NullString
		var l scim.MemberList
		if err := scan(&id, &version, &l.Total, &list); err != nil {
			return err
		}
		members, err := membersIn(list)
		if err != nil {
			return err
		}
		l.More, l.Members, l.Group = len(members) > limit, members[:min(len(members), limit)], out[id].Group
		out[id] = l
		if g := given[id]; g.Version != version {
			changed = append(changed, scim.Ref{Type: g.Type, ID: g.ID})
		}
		return nil
	}, membersOfSQL, t.String(), jsonOf(names), limit+1)
	return changed, err
}

// membersIn reads a JSON array of [id, type, display].
func membersIn(s sql.NullString) ([]scim.Member, error) {
	if !s.Valid {
		return nil, nil
	}
	var list [][3]string
	if err := json.Unmarshal([]byte(s.String), &list); err != nil {
		return nil, fmt.Errorf("a list of members: %w", err)
	}
	out := make([]scim.Member, len(list))
	for i, m := range list {
		out[i] = scim.Member{ID: m[0], Type: m[1], Display: unpacked(m[2])}
	}
	return out, nil
}

const nestedSQL = `SELECT 1 FROM scim_member BY(scim_member_nested) WHERE tenant = $1 AND type <> 'User' LIMIT 1`

// Nested implements scim.Nester.
func (s *Store) Nested(ctx context.Context, t scim.TenantID) (bool, error) {
	if err := usable(ctx, t); err != nil {
		return false, err
	}
	found := false
	err := s.db.Rows(ctx, func(func(...any) error) error { found = true; return nil }, nestedSQL, t.String())
	return found, err
}
