package sqlstore

import (
	"context"
	"slices"
	"sort"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// memberKeys finds the keys of the members of the group with the key x. Not all of them need be rows.
func (e *edges) memberKeys(x string) string {
	return `SELECT e.` + e.member + ` FROM ` + e.name + ` e WHERE ` + e.where("e.") + ` AND e.` + e.group + ` = ` + x
}

// ofGroup is the condition that a row u is a member of the group $2 of the tenant $1. The rows are looked
// for, not joined: a membership that is there twice, or names no row, does no harm.
func (e *edges) ofGroup() string {
	return e.people.keyedOfTenant("u") + ` AND u.` + e.people.key + e.people.among(e.memberKeys(`$2`)) +
		` AND EXISTS (SELECT 1 FROM ` + e.groups.name + ` g WHERE g.` + e.groups.key + ` = $2 AND ` + e.groups.keyedOfTenant("g") + `)`
}

// content is a column with the keys of all members of a group u: the version of the group shows them.
func (e *edges) content() string {
	return `(SELECT AGG(x.k) FROM (SELECT p.` + e.people.key + ` AS k FROM ` + e.people.name + ` p WHERE ` + e.people.keyedOfTenant("p") +
		` AND p.` + e.people.key + e.people.among(e.memberKeys(`u.`+e.groups.key)) + ` ORDER BY p.` + e.people.key + `) x)`
}

// list is Store.Members; known is false if no row is the group.
func (e *edges) list(ctx context.Context, t scim.TenantID, group string, page scim.Page) (l scim.MemberList, known bool, err error) {
	if _, err = e.groups.get(ctx, e.d, t, group); err != nil {
		return l, false, ignoreMissing(err)
	}
	key, _ := e.groups.keyOf(group)
	if page.Limit == 0 {
		err = e.d.Row(ctx, []any{&l.Total}, `SELECT count(*) FROM `+e.people.name+` u WHERE `+e.ofGroup(), t.String(), key)
		l.More = l.Total > page.Offset && page.After == ""
		return l, true, err
	}
	where, args := e.ofGroup(), []any{t.String(), key, limitOf(page), page.Offset}
	if page.After != "" {
		condition, bound := e.people.follows(page.After, "$5")
		where, args = where+condition, append(args, bound)
	}
	found, err := e.people.rows(ctx, e.d, `SELECT `+e.people.selected()+` FROM `+e.people.name+` u WHERE `+where+
		` ORDER BY u.`+e.people.key+` LIMIT $3 OFFSET $4`, args...)
	if l.Total = -1; len(found) > page.Limit {
		found, l.More = found[:page.Limit], true
	} else if page.After == "" && (len(found) > 0 || page.Offset == 0) {
		l.Total = page.Offset + len(found)
	}
	for _, r := range found {
		l.Members = append(l.Members, scim.Member{ID: r.ID, Type: r.Type, Display: nameIn(r)})
	}
	return l, true, err
}

// follows is the condition that the key of a row u has an id after another one, whose bound is the parameter.
func (m *mapping) follows(id, parameter string) (condition string, bound any) {
	switch {
	case m.serial: // ids sort as the keys do
		n, _ := sort.Find(1<<62, func(n int) int {
			if m.serialPrefix()+SerialID(int64(n)) > id {
				return -1
			}
			return 1
		})
		return ` AND u.` + m.key + ` >= ` + parameter, int64(n)
	case m.keyType == "uuid":
		return ` AND CAST(u.` + m.key + ` AS TEXT) > ` + parameter, after(id)
	}
	return ` AND u.` + m.key + ` > ` + parameter, after(id)
}

// nameIn is the name of a resource in a list of members: displayName, or userName if that has no value.
func nameIn(r *scim.Resource) string {
	doc, err := schema.DecodeJSON(r.Document, restDepth)
	if err != nil {
		return ""
	}
	name, _ := doc["displayName"].(string)
	if name == "" {
		name, _ = doc["userName"].(string)
	}
	return name
}

// among returns those of the ids that are members of a group.
func (e *edges) among(ctx context.Context, from reader, t scim.TenantID, group string, ids []string) (out []string, err error) {
	key, ok := e.groups.keyOf(group)
	keys := e.people.keys(ids)
	if !ok || len(keys) == 0 {
		return nil, nil
	}
	err = from.Rows(ctx, func(scan func(...any) error) error {
		var id string
		err := scan(&id)
		out = append(out, e.people.idOf(id))
		return err
	}, `SELECT CAST(u.`+e.people.key+` AS TEXT) FROM `+e.people.name+` u WHERE `+e.ofGroup()+
		` AND u.`+e.people.key+e.people.among(`SELECT `+e.people.keyIn(`j.value->>0`)+` FROM ROWS($3)`), t.String(), key, jsonOf(keys))
	if malformed(err) {
		return nil, nil
	}
	return out, err
}

// groupsOf returns the groups of resources by their ids, ascending.
func (e *edges) groupsOf(ctx context.Context, from reader, t scim.TenantID, ids []string) (map[string][]string, error) {
	out := map[string][]string{}
	keys := e.people.keys(ids)
	if len(keys) == 0 {
		return out, nil
	}
	err := from.Rows(ctx, func(scan func(...any) error) error {
		var member, group string
		err := scan(&member, &group)
		member, group = e.people.idOf(member), e.groups.idOf(group)
		out[member] = append(out[member], group)
		return err
	}, `SELECT CAST(p.`+e.people.key+` AS TEXT), CAST(g.`+e.groups.key+` AS TEXT) FROM `+e.people.name+` p
JOIN `+e.name+` e ON e.`+e.member+` = p.`+e.people.key+` AND `+e.where("e.")+`
JOIN `+e.groups.name+` g ON g.`+e.groups.key+` = e.`+e.group+` AND `+e.groups.keyedOfTenant("g")+`
WHERE `+e.people.keyedOfTenant("p")+` AND p.`+e.people.key+e.people.among(`SELECT `+e.people.keyIn(`j.value->>0`)+` FROM ROWS($2)`), t.String(), jsonOf(keys))
	for id, groups := range out {
		slices.Sort(groups)
		out[id] = slices.Compact(groups)
	}
	return out, err
}
