package sqlstore

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// joiners checks the members that a change adds. The table takes rows of the table of users; those that do
// not exist are a *scim.MissingError.
func (w *rowCommit) joiners(ctx context.Context) error {
	e := w.m.has
	if e == nil || len(w.c.AddMembers) == 0 {
		return nil
	}
	var ids []string
	for _, m := range w.c.AddMembers {
		ids = append(ids, m.ID)
	}
	there, err := e.people.getMany(ctx, w, w.t, ids)
	if err != nil {
		return err
	}
	found := map[string]bool{}
	for _, r := range there {
		found[r.ID] = true
	}
	var missing []string
	for _, m := range w.c.AddMembers {
		switch {
		case found[m.ID] && m.Type == e.people.typ.Name:
		case found[m.ID] || m.Type == e.people.typ.Name:
			missing = append(missing, m.ID)
		default:
			if missing, err = w.stranger(ctx, m, missing); err != nil {
				return err
			}
		}
	}
	if len(missing) == 0 {
		return nil
	}
	slices.Sort(missing)
	return &scim.MissingError{IDs: slices.Compact(missing)}
}

// stranger is a member of another type than User: one that exists is refused, because the application has
// no place for it.
func (w *rowCommit) stranger(ctx context.Context, m scim.Member, missing []string) ([]string, error) {
	there, err := w.exists(ctx, m)
	switch {
	case err != nil:
		return nil, err
	case !there:
		return append(missing, m.ID), nil
	}
	return nil, schema.NewFault(schema.FaultValue, "the application takes members of type %[1]s only, and none of type %[2]s: add the members of that %[2]s instead",
		w.m.has.people.typ.Name, m.Type).About("members")
}

// exists reports whether a resource that a member names exists, as a row of the application or as ours.
func (w *rowCommit) exists(ctx context.Context, m scim.Member) (bool, error) {
	if m.Type == w.m.typ.Name {
		_, err := w.m.get(ctx, w, w.t, m.ID)
		return err == nil, ignoreMissing(err)
	}
	if !storable(m.Type) || !storable(m.ID) {
		return false, nil
	}
	there := false
	err := w.Rows(ctx, func(func(...any) error) error { there = true; return nil },
		`SELECT 1 FROM scim_resource WHERE tenant = $1 AND type = $2 AND id = $3`, w.tenant, m.Type, m.ID)
	return there, err
}

// ignoreMissing is nil for ErrNotFound.
func ignoreMissing(err error) error {
	if errors.Is(err, scim.ErrNotFound) {
		return nil
	}
	return err
}

// moveMembers writes the memberships of a change, and reports whether any of them is another one than before.
func (w *rowCommit) moveMembers(ctx context.Context) (moved bool, err error) {
	e := w.m.has
	if e == nil {
		return false, nil
	}
	key, _ := w.m.keyOf(w.c.ID)
	change := func(statement string, args ...any) {
		if err == nil {
			var n int64
			n, err = w.Exec(ctx, statement, append([]any{w.tenant, key}, args...)...)
			moved, err = moved || n > 0, refusedMembers(w.d.dialect, err)
		}
	}
	var add []string
	for _, m := range w.c.AddMembers {
		add = append(add, m.ID)
	}
	some := e.people.among(`SELECT ` + e.people.keyIn(`j.value->>0`) + ` FROM ROWS($3)`)
	ofGroup := e.where("") + ` AND ` + e.group + ` = $2`
	if w.c.ClearMembers {
		change(`DELETE FROM `+e.name+` WHERE `+ofGroup+` AND NOT (`+e.member+some+`)`, jsonOf(e.people.keys(add)))
	}
	if gone := e.people.keys(w.c.RemoveMembers); len(gone) > 0 {
		change(`DELETE FROM `+e.name+` WHERE `+ofGroup+` AND `+e.member+some, jsonOf(gone))
	}
	if keys := e.people.keys(add); len(keys) > 0 {
		change(e.insert(some), jsonOf(keys))
	}
	return moved, err
}

// insert adds the rows that a condition on the key of u chooses to the group $2, unless they are there.
func (e *edges) insert(some string) string {
	columns, values := []string{e.group, e.member}, []string{`g.` + e.groups.key, `u.` + e.people.key}
	if e.tenantColumn != "" {
		columns, values = append(columns, e.tenantColumn), append(values, `$1`)
	}
	for _, c := range e.with {
		columns, values = append(columns, c.column), append(values, quoted(c.value))
	}
	return `INSERT INTO ` + e.name + ` (` + strings.Join(columns, ", ") + `) SELECT ` + strings.Join(values, ", ") +
		` FROM ` + e.groups.name + ` g, ` + e.people.name + ` u WHERE g.` + e.groups.key + ` = $2 AND ` + e.people.keyedOfTenant("u") +
		` AND u.` + e.people.key + some + ` AND NOT EXISTS (SELECT 1 FROM ` + e.name + ` e WHERE ` + e.where("e.") +
		` AND e.` + e.group + ` = $2 AND e.` + e.member + ` = u.` + e.people.key + `)`
}

// refusedMembers translates what the constraints of the table of memberships say.
func refusedMembers(d Dialect, err error) error {
	var busy *scim.BusyError
	if err == nil || errors.As(err, &busy) {
		return err
	}
	var coded interface{ Code() int }
	if strings.HasPrefix(stateOf(err), "23") || d.name == "sqlite" && errors.As(err, &coded) && coded.Code()&0xff == sqliteConstraint {
		return schema.NewFault(schema.FaultValue, "the application does not accept the members").About("members")
	}
	return err
}

// touch gives a row the time of the change.
func (w *rowCommit) touch(ctx context.Context, m *mapping, old *scim.Resource) error {
	change := &scim.Change{Type: m.typ.Name, ID: old.ID, Put: old, Now: w.c.Now}
	_, err := (&rowCommit{commit: commit{Tx: w.Tx, tenant: w.tenant, c: change, t: w.t, old: old}, m: m}).write(ctx)
	return err
}

// disband removes the memberships of a group that is deleted.
func (w *rowCommit) disband(ctx context.Context) error {
	e := w.m.has
	if e == nil {
		return nil
	}
	key, _ := w.m.keyOf(w.c.ID)
	_, err := w.Exec(ctx, `DELETE FROM `+e.name+` WHERE `+e.where("")+` AND `+e.group+` = $2`, w.tenant, key)
	return refusedMembers(w.d.dialect, err)
}

// leaveRows removes a row of a user from the groups that are rows, which get the time of the change.
func (w *rowCommit) leaveRows(ctx context.Context) error {
	e := w.m.in
	if e == nil {
		return nil
	}
	groups, err := e.groupsOf(ctx, w, w.t, []string{w.c.ID})
	if err != nil {
		return err
	}
	key, _ := w.m.keyOf(w.c.ID)
	if _, err := w.Exec(ctx, `DELETE FROM `+e.name+` WHERE `+e.where("")+` AND `+e.member+` = $2`, w.tenant, key); err != nil {
		return refusedMembers(w.d.dialect, err)
	}
	lost, err := e.groups.getMany(ctx, w, w.t, groups[w.c.ID])
	if err != nil {
		return err
	}
	for _, g := range lost {
		if err := w.touch(ctx, e.groups, g); err != nil {
			return err
		}
	}
	return w.tellLosers(ctx, groups[w.c.ID])
}
