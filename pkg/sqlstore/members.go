package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

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

const isMemberSQL = `SELECT id FROM scim_member WHERE tenant = $1 AND group_id = $2 AND id AMONG($3)`

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

const memberOfSQL = `SELECT id, group_id FROM scim_member WHERE tenant = $1 AND id AMONG($2) ORDER BY id, group_id`

// MemberOf implements scim.Store.
func (s *Store) MemberOf(ctx context.Context, t scim.TenantID, ids []string) (map[string][]string, error) {
	if err := usable(ctx, t); err != nil {
		return nil, err
	}
	if ids = storableOf(ids); len(ids) == 0 {
		return nil, nil
	}
	var out map[string][]string
	err := s.db.Rows(ctx, func(scan func(...any) error) error {
		var id, group string
		err := scan(&id, &group)
		if out == nil {
			out = map[string][]string{}
		}
		out[id] = append(out[id], group)
		return err
	}, memberOfSQL, t.String(), jsonOf(ids))
	if err != nil {
		return nil, err
	}
	return out, nil
}

const membersOfSQL = `SELECT j.value->>1, r.members, (SELECT AGG(TUPLE(m.id, m.type, m.display)) FROM
	(SELECT e.id, e.type, CASE WHEN u.display <> '' THEN u.display ELSE e.display END AS display
	FROM (SELECT * FROM scim_member WHERE tenant = $1 AND group_id = r.id ORDER BY id LIMIT $3) e
	LEFT JOIN ONE(scim_resource u WHERE u.tenant = $1 AND u.type = e.type AND u.id = e.id) ORDER BY e.id) m)
FROM ROWS($2) JOIN ONE(scim_resource r WHERE r.tenant = $1 AND r.type = j.value->>0 AND r.id = j.value->>1)`

// MembersOf implements scim.EdgeReader.
func (s *Store) MembersOf(ctx context.Context, t scim.TenantID, groups []*scim.Resource, limit int) (map[string]scim.MemberList, error) {
	if err := usable(ctx, t); err != nil {
		return nil, err
	}
	names := make([][2]string, len(groups))
	for i, g := range groups {
		names[i] = [2]string{g.Type, g.ID}
	}
	out := make(map[string]scim.MemberList, len(groups))
	if len(groups) == 0 {
		return out, nil
	}
	err := s.db.Rows(ctx, func(scan func(...any) error) error {
		var id string
		var list sql.NullString
		var l scim.MemberList
		if err := scan(&id, &l.Total, &list); err != nil {
			return err
		}
		members, err := membersIn(list)
		if err != nil {
			return err
		}
		l.More, l.Members = len(members) > limit, members[:min(len(members), limit)]
		out[id] = l
		return nil
	}, membersOfSQL, t.String(), jsonOf(names), limit+1)
	if err != nil {
		return nil, err
	}
	return out, nil
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
