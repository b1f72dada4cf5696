package transfer

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/scimstack/scimstack/pkg/scim"
)

// groups makes the members of all groups those of the file, from the line at hand on.
func (i *importer) groups(ctx context.Context, l *lineReader, v *line) error {
	var b batch
	for v.Members != nil {
		first := v.Members
		if !first.More {
			run := func(ctx context.Context) error { return i.group(ctx, first, nil) }
			if err := b.add(ctx, i, 100*len(first.List), run); err != nil {
				return err
			}
		} else {
			if err := b.flush(ctx, i); err != nil {
				return err
			}
			rest := func() (*membersLine, error) {
				v, err := i.next(l)
				if err != nil {
					return nil, err
				}
				return v.Members, nil
			}
			if err := i.group(ctx, first, rest); err != nil {
				return err
			}
		}
		var err error
		if v, err = i.next(l); err != nil {
			return err
		}
	}
	return b.flush(ctx, i)
}

// memberMerge makes the members of one group those of the file.
type memberMerge struct {
	*importer
	line   *membersLine // the one at hand
	group  *scim.Resource
	change scim.Change
	wrote  bool

	page  []scim.Member // of the place, those that were not compared
	after string
	end   bool
}

// group makes the members of a group those of its lines: the first one, and while it goes on those of rest.
func (i *importer) group(ctx context.Context, first *membersLine, rest func() (*membersLine, error)) error {
	m := &memberMerge{importer: i, line: first}
	g, err := i.Store.Get(ctx, i.id, first.Type, first.ID)
	switch {
	case errors.Is(err, scim.ErrNotFound) && !i.dry && len(i.out.Clashes) == 0:
		return fmt.Errorf("%s %s is gone: it was removed by others during the import; repeat it", first.Type, first.ID)
	case err != nil && !errors.Is(err, scim.ErrNotFound):
		return err
	}
	m.group, m.end = g, g == nil
	m.anew()
	for {
		for n := range m.line.List {
			if err := m.wanted(ctx, &m.line.List[n]); err != nil {
				return err
			}
		}
		if !m.line.More {
			break
		}
		if m.line, err = rest(); err != nil {
			return err
		}
	}
	return m.finish(ctx)
}

// anew begins another change.
func (m *memberMerge) anew() {
	m.change = scim.Change{Type: m.line.Type, ID: m.line.ID, If: scim.IfAny, Now: m.line.LastModified, Actor: m.actor()}
}

// at is the member of the place at hand, nil after the last one.
func (m *memberMerge) at(ctx context.Context) (*scim.Member, error) {
	for len(m.page) == 0 && !m.end {
		list, err := m.Store.Members(ctx, m.id, m.line.ID, scim.Page{After: m.after, Limit: pageSize})
		if err != nil {
			return nil, err
		}
		m.page, m.end = list.Members, !list.More || len(list.Members) == 0
		if n := len(m.page); n > 0 {
			m.after = m.page[n-1].ID
		}
	}
	if len(m.page) == 0 {
		return nil, nil
	}
	return &m.page[0], nil
}

// wanted compares a member of the file with those of the place.
func (m *memberMerge) wanted(ctx context.Context, w *memberLine) error {
	for {
		have, err := m.at(ctx)
		if err != nil {
			return err
		}
		switch {
		case have == nil || w.ID < have.ID:
			m.change.AddMembers = append(m.change.AddMembers, scim.Member{ID: w.ID, Type: w.Type, Display: w.Display})
			return m.full(ctx)
		case w.ID == have.ID:
			m.page = m.page[1:]
			m.tally.equal(KindMembers, 1)
			return nil
		}
		if err := m.unwanted(ctx, have.ID); err != nil {
			return err
		}
	}
}

func (m *memberMerge) unwanted(ctx context.Context, id string) error {
	m.page = m.page[1:]
	m.change.RemoveMembers = append(m.change.RemoveMembers, id)
	return m.full(ctx)
}

// full writes what differs so far, if that is much.
func (m *memberMerge) full(ctx context.Context) error {
	if len(m.change.AddMembers)+len(m.change.RemoveMembers) < lineMembers {
		return nil
	}
	return m.flush(ctx)
}

// flush writes what differs so far.
func (m *memberMerge) flush(ctx context.Context) error {
	c := m.change
	m.anew()
	for len(c.AddMembers)+len(c.RemoveMembers) > 0 {
		err := error(nil)
		if !m.dry && m.group != nil {
			err = m.commit(ctx, c)
		}
		var missing *scim.MissingError
		if !errors.As(err, &missing) {
			if err != nil {
				return fmt.Errorf("members of %s %s: %w", c.Type, c.ID, err)
			}
			m.counted(&c)
			m.wrote = true
			return nil
		}
		m.tally.missing(int64(len(missing.IDs)))
		before := len(c.AddMembers)
		c.AddMembers = slices.DeleteFunc(c.AddMembers, func(a scim.Member) bool { return slices.Contains(missing.IDs, a.ID) })
		if len(c.AddMembers) == before {
			return fmt.Errorf("members of %s %s: %w", c.Type, c.ID, err)
		}
	}
	return nil
}

func (m *memberMerge) counted(c *scim.Change) {
	if n := len(c.AddMembers); n > 0 {
		m.tally.add(actionCreate, KindMembers, c.ID, int64(n))
	}
	if n := len(c.RemoveMembers); n > 0 {
		m.tally.add(actionRemove, KindMembers, c.ID, int64(n))
	}
}

// finish removes the members of the place that are left, and sets the time of the last change.
func (m *memberMerge) finish(ctx context.Context) error {
	for {
		have, err := m.at(ctx)
		if err != nil {
			return err
		}
		if have == nil {
			break
		}
		if err := m.unwanted(ctx, have.ID); err != nil {
			return err
		}
	}
	if err := m.flush(ctx); err != nil {
		return err
	}
	if m.group == nil || m.wrote || milli(m.group.LastModified).Equal(m.line.LastModified) {
		return nil
	}
	if m.dry {
		m.tally.add(actionChange, m.line.Type, m.line.ID, 1, "meta.lastModified")
		return nil
	}
	return m.touch(ctx)
}

// touch sets the time of the last change of a group that is otherwise as the file has it.
func (m *memberMerge) touch(ctx context.Context) error {
	want := *m.group
	want.LastModified = m.line.LastModified
	c, err := m.importer.change(m.file.tenant.Types.ByName(m.line.Type), &want, m.group)
	if err != nil {
		return err
	}
	if err = m.commit(ctx, c); lost(err) {
		return fmt.Errorf("%s %s was changed by others during the import; repeat it: %w", m.line.Type, m.line.ID, err)
	}
	if err == nil {
		m.tally.add(actionChange, m.line.Type, m.line.ID, 1, "meta.lastModified")
	}
	return err
}
