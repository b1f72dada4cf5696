package sqlplans

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/scimstack/scimstack/pkg/mcp"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/sqlstore"
)

// Plans implements mcp.Plans. It is safe for concurrent use; the zero value is not usable, see New.
type Plans struct {
	db  *sqlstore.Database
	now func() time.Time
}

var _ mcp.Plans = (*Plans)(nil)

// New returns the plans in a database; now may be nil.
func New(db *sqlstore.Database, now func() time.Time) *Plans {
	if now == nil {
		now = time.Now
	}
	return &Plans{db: db, now: now}
}

const (
	maxID    = 128       // more than the length of any plan id; longer ids are unknown without a question
	maxPlans = 200       // that wait in one tenant
	keepUsed = time.Hour // for so long after its end, a used plan is reported as used
)

const (
	pruneSQL   = `DELETE FROM scim_plan WHERE until < $1`
	waitingSQL = `SELECT count(*) FROM scim_plan WHERE tenant = $1 AND sealed IS NOT NULL`
	putSQL     = `INSERT INTO scim_plan (tenant, id, sealed, until) VALUES ($1, $2, $3, $4) ON CONFLICT (tenant, id) DO NOTHING`
	getSQL     = `SELECT sealed FROM scim_plan WHERE tenant = $1 AND id = $2`
	useSQL     = `UPDATE scim_plan SET sealed = NULL WHERE tenant = $1 AND id = $2`
)

// Put implements mcp.Plans. It fails if the id exists.
func (p *Plans) Put(ctx context.Context, t scim.TenantID, id string, sealed []byte, until time.Time) error {
	if !usable(id) {
		return fmt.Errorf("sqlplans: %.40q is no id of a plan", id)
	}
	return p.db.Write(ctx, t, func(tx *sqlstore.Tx) error {
		if _, err := tx.Exec(ctx, pruneSQL, p.now().Unix()); err != nil {
			return err
		}
		var waiting int
		if err := tx.Row(ctx, []any{&waiting}, waitingSQL, t.String()); err != nil {
			return err
		}
		if waiting >= maxPlans {
			return mcp.ErrPlansFull
		}
		n, err := tx.Exec(ctx, putSQL, t.String(), id, sealed, until.Add(keepUsed).Unix())
		if err == nil && n == 0 {
			return fmt.Errorf("sqlplans: a plan %s exists", id)
		}
		return err
	})
}

func usable(id string) bool {
	return id != "" && len(id) <= maxID && utf8.ValidString(id) && !strings.ContainsRune(id, 0)
}

// Get implements mcp.Plans.
func (p *Plans) Get(ctx context.Context, t scim.TenantID, id string) ([]byte, error) {
	return look(ctx, p.db, t, id)
}

// Take implements mcp.Plans.
func (p *Plans) Take(ctx context.Context, t scim.TenantID, id string) (sealed []byte, err error) {
	if !usable(id) {
		return nil, mcp.ErrPlanUnknown
	}
	err = p.db.Write(ctx, t, func(tx *sqlstore.Tx) (err error) {
		if sealed, err = look(ctx, tx, t, id); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, useSQL, t.String(), id)
		return err
	})
	if err != nil {
		return nil, err
	}
	return sealed, nil
}

// reader is a database or a transaction.
type reader interface {
	Row(ctx context.Context, to []any, query string, args ...any) error
}

func look(ctx context.Context, r reader, t scim.TenantID, id string) ([]byte, error) {
	if !usable(id) {
		return nil, mcp.ErrPlanUnknown
	}
	var sealed []byte
	err := r.Row(ctx, []any{&sealed}, getSQL, t.String(), id)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, mcp.ErrPlanUnknown
	case err != nil:
		return nil, err
	case sealed == nil:
		return nil, mcp.ErrPlanUsed
	}
	return sealed, nil
}
