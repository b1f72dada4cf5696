package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Sweep removes the memberships and index entries of rows that the application has deleted. Map calls it;
// call it from time to time, or after the application has deleted many. It reads all memberships.
func (s *Mapped) Sweep(ctx context.Context) error {
	if s.edges != nil {
		if err := s.edges.report(ctx); err != nil {
			return err
		}
	}
	for _, m := range s.types {
		gone, err := m.gone(ctx)
		if err != nil {
			return err
		}
		for _, g := range gone {
			err := s.db.Write(ctx, g.tenant, func(tx *Tx) error {
				w := &rowCommit{commit: commit{Tx: tx, tenant: g.tenant.String(), c: &scim.Change{Type: m.typ.Name, ID: g.id, Now: s.db.now()}, t: g.tenant}, m: m}
				if _, err := m.get(ctx, tx, g.tenant, g.id); !errors.Is(err, scim.ErrNotFound) {
					return err
				}
				if err := w.unlink(ctx); err != nil {
					return err
				}
				return w.writeEntries(ctx)
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// lost is a row that is gone.
type lost struct {
	tenant scim.TenantID
	id     string
}

// gone returns the ids of rows that are named in the tables of this package and do not exist.
func (m *mapping) gone(ctx context.Context) (out []lost, err error) {
	ids := map[string][]string{}
	err = m.d.Rows(ctx, func(scan func(...any) error) error {
		var tenant string
		var id sql.NullString
		err := scan(&tenant, &id)
		ids[tenant] = append(ids[tenant], id.String)
		return err
	}, `SELECT tenant, id FROM scim_member WHERE type = $1 UNION SELECT tenant, id FROM scim_key WHERE type = $1`, m.typ.Name)
	if err != nil {
		return nil, err
	}
	const some = 1000
	for name, list := range ids {
		t, err := scim.ParseTenantID(name)
		if err != nil {
			return nil, err
		}
		for part := range slices.Chunk(list, some) {
			found, err := m.getMany(ctx, m.d, t, part)
			if err != nil {
				return nil, err
			}
			there := map[string]bool{}
			for _, r := range found {
				there[r.ID] = true
			}
			for _, id := range part {
				if !there[id] {
					out = append(out, lost{t, id})
				}
			}
		}
	}
	return out, nil
}
