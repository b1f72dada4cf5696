package sqlstore

import (
	"context"
	"database/sql"
	"errors"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// Operators keeps operator tokens. It is safe for concurrent use; see Database.Operators.
type Operators struct{ db *Database }

var _ tenant.Operators = (*Operators)(nil)

// Operators returns the operator tokens of the database.
func (d *Database) Operators() *Operators { return &Operators{db: d} }

// schemaOperators has the operator tokens, which belong to no tenant.
const schemaOperators = `
CREATE TABLE scim_operator (
	id TEXT NOT NULL, name TEXT NOT NULL, hash BLOB NOT NULL, scopes BIGINT NOT NULL, tenant TEXT NOT NULL,
	created BIGINT NOT NULL, expires BIGINT NOT NULL, revoked INTEGER NOT NULL,
	PRIMARY KEY (id)) CLUSTERED;
`

const operatorSQL = `SELECT id, name, hash, scopes, tenant, created, expires, revoked FROM scim_operator`

// Operator implements tenant.Operators.
func (op *Operators) Operator(ctx context.Context, id string) (*tenant.Operator, error) {
	if !storable(id) {
		return nil, tenant.ErrNoOperator
	}
	var r operatorRow
	err := op.db.Row(ctx, r.to(), operatorSQL+` WHERE id = $1`, id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, tenant.ErrNoOperator
	}
	if err != nil {
		return nil, err
	}
	o, err := r.operator()
	return &o, err
}

// Operators implements tenant.Operators.
func (op *Operators) Operators(ctx context.Context) ([]tenant.Operator, error) {
	list := []tenant.Operator{}
	err := op.db.Rows(ctx, func(scan func(...any) error) error {
		var r operatorRow
		if err := scan(r.to()...); err != nil {
			return err
		}
		o, err := r.operator()
		list = append(list, o)
		return err
	}, operatorSQL+` ORDER BY created, id`)
	return list, err
}

// AddOperator implements tenant.Operators.
func (op *Operators) AddOperator(ctx context.Context, o tenant.Operator) error {
	if o.Created.IsZero() {
		o.Created = op.db.now()
	}
	only := ""
	if !o.Tenant.IsZero() {
		only = o.Tenant.String()
	}
	return op.write(ctx, tenant.ErrExists, `INSERT INTO scim_operator (id, name, hash, scopes, tenant, created, expires, revoked)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING`,
		o.ID, o.Name, o.Hash[:], int64(o.Scopes), only, micros(o.Created), optional(o.Expires), flag(o.Revoked))
}

// RevokeOperator implements tenant.Operators.
func (op *Operators) RevokeOperator(ctx context.Context, id string) error {
	return op.end(ctx, `UPDATE scim_operator SET revoked = 1 WHERE id = $1`, id)
}

// RemoveOperator implements tenant.Operators.
func (op *Operators) RemoveOperator(ctx context.Context, id string) error {
	return op.end(ctx, `DELETE FROM scim_operator WHERE id = $1`, id)
}

func (op *Operators) end(ctx context.Context, statement, id string) error {
	if !storable(id) {
		return tenant.ErrNoOperator
	}
	return op.write(ctx, tenant.ErrNoOperator, statement, id)
}

// write carries out a statement, and returns the error of one that changes nothing.
func (op *Operators) write(ctx context.Context, unchanged error, statement string, args ...any) error {
	return op.db.write(ctx, "", func(tx *Tx) error {
		n, err := tx.Exec(ctx, statement, args...)
		if err == nil && n == 0 {
			return unchanged
		}
		return err
	})
}

// operatorRow is a row of scim_operator.
type operatorRow struct {
	id, name, tenant                  string
	hash                              []byte
	scopes, created, expires, revoked int64
}

func (r *operatorRow) to() []any {
	return []any{&r.id, &r.name, &r.hash, &r.scopes, &r.tenant, &r.created, &r.expires, &r.revoked}
}

func (r *operatorRow) operator() (o tenant.Operator, err error) {
	o = tenant.Operator{ID: r.id, Name: r.name, Scopes: tenant.OperatorScope(r.scopes), Created: timeOf(r.created), Revoked: r.revoked != 0}
	copy(o.Hash[:], r.hash)
	if r.expires != 0 {
		o.Expires = timeOf(r.expires)
	}
	if r.tenant != "" {
		o.Tenant, err = scim.ParseTenantID(r.tenant)
	}
	return o, err
}
