package sqlstore

import (
	"context"
	"database/sql"
	"errors"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Store implements scim.Store, scim.BatchGetter, scim.EdgeReader, scim.Ranger, scim.KeySetter and scim.Nester. Each read is one
// statement, so that it is one round trip and sees one state. It is safe for concurrent use; see
// Database.Store.
type Store struct{ db *Database }

var (
	_ scim.Store       = (*Store)(nil)
	_ scim.BatchGetter = (*Store)(nil)
	_ scim.EdgeReader  = (*Store)(nil)
	_ scim.Nester      = (*Store)(nil)
	_ scim.Ranger      = (*Store)(nil)
	_ scim.KeySetter   = (*Store)(nil)
)

// Store returns the resources of the database.
func (d *Database) Store() *Store { return &Store{db: d} }

// usable returns the error of a call that must not reach any data.
func usable(ctx context.Context, t scim.TenantID) error {
	if t.IsZero() {
		return scim.ErrNoTenant
	}
	return ctx.Err()
}

const getSQL = `SELECT ` + columns + ` FROM scim_resource r WHERE r.tenant = $1 AND r.type = $2 AND r.id = $3`

// MaxResource implements scim.Bounded.
func (s *Store) MaxResource() int { return scim.MaxResource }

// Get implements scim.Store.
func (s *Store) Get(ctx context.Context, t scim.TenantID, typ, id string) (*scim.Resource, error) {
	if err := usable(ctx, t); err != nil {
		return nil, err
	}
	if !storable(typ) || !storable(id) {
		return nil, scim.ErrNotFound
	}
	var r row
	if err := s.db.Row(ctx, r.to(), getSQL, t.String(), typ, id); err != nil {
		return nil, notFound(err)
	}
	return r.resource(typ), nil
}

// notFound is the error of a resource that was looked for.
func notFound(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return scim.ErrNotFound
	}
	return err
}

const getWithGroupsSQL = `SELECT ` + columns + `, ` + groupsOf + `
FROM scim_resource r WHERE r.tenant = $1 AND r.type = $2 AND r.id = $3`

// GetWithGroups implements scim.EdgeReader.
func (s *Store) GetWithGroups(ctx context.Context, t scim.TenantID, typ, id string) (*scim.Resource, []string, error) {
	if err := usable(ctx, t); err != nil {
		return nil, nil, err
	}
	if !storable(typ) || !storable(id) {
		return nil, nil, scim.ErrNotFound
	}
	var r row
	var list sql.NullString
	if err := s.db.Row(ctx, append(r.to(), &list), getWithGroupsSQL, t.String(), typ, id); err != nil {
		return nil, nil, notFound(err)
	}
	groups, err := idsIn(list)
	return r.resource(typ), groups, err
}

const getManySQL = `SELECT r.type, ` + columns + ` FROM ROWS($2)
JOIN ONE(scim_resource r WHERE r.tenant = $1 AND r.type = j.value->>0 AND r.id = j.value->>1)`

// GetMany implements scim.BatchGetter.
func (s *Store) GetMany(ctx context.Context, t scim.TenantID, refs []scim.Ref) ([]*scim.Resource, error) {
	if err := usable(ctx, t); err != nil {
		return nil, err
	}
	names := make([][2]string, 0, len(refs))
	for _, ref := range refs {
		if storable(ref.Type) && storable(ref.ID) {
			names = append(names, [2]string{ref.Type, ref.ID})
		}
	}
	out := make([]*scim.Resource, 0, len(names))
	if len(names) == 0 {
		return out, nil
	}
	err := s.db.Rows(ctx, func(scan func(...any) error) error {
		var r row
		var typ string
		if err := scan(append([]any{&typ}, r.to()...)...); err != nil {
			return err
		}
		out = append(out, r.resource(typ))
		return nil
	}, getManySQL, t.String(), jsonOf(names))
	if err != nil {
		return nil, err
	}
	return out, nil
}
