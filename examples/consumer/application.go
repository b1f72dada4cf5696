package main

import (
	"context"
	"database/sql"
	"errors"
	"iter"

	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/sqlstore/sqlite"
)

// application has the tables of a product that knows nothing of SCIM.
type application struct{ db *sql.DB }

func openApplication(ctx context.Context, path string) (*application, error) {
	db, err := sqlite.OpenDB(path)
	if err != nil {
		return nil, err
	}
	_, err = db.ExecContext(ctx, `
CREATE TABLE IF NOT EXISTS users (org TEXT, id TEXT, email TEXT, name TEXT, active BOOLEAN, seen INTEGER, PRIMARY KEY (org, id));
CREATE TABLE IF NOT EXISTS roles (org TEXT, user TEXT, role TEXT, PRIMARY KEY (org, user, role));
CREATE TABLE IF NOT EXISTS sessions (org TEXT, user TEXT, token TEXT);
CREATE TABLE IF NOT EXISTS places (org TEXT PRIMARY KEY, seq INTEGER);`)
	return &application{db}, err
}

// handle takes over a fact, and its number, in one transaction. A fact that comes again is skipped.
func (a *application) handle(ctx context.Context, f feed.Fact) error {
	return a.transaction(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `UPDATE places SET seq = ?2 WHERE org = ?1 AND seq < ?2`, f.Tenant, f.Seq)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err
		}
		return apply(ctx, tx, &f)
	})
}

func (a *application) transaction(ctx context.Context, do func(*sql.Tx) error) error {
	tx, err := a.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // after Commit it does nothing
	if err := do(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// apply makes the tables what a fact says.
func apply(ctx context.Context, tx *sql.Tx, f *feed.Fact) error {
	do := func(statement string, args ...any) error {
		_, err := tx.ExecContext(ctx, statement, append([]any{f.Tenant}, args...)...)
		return err
	}
	switch f.Type {
	case feed.UserCreated, feed.UserUpdated, feed.UserReactivated, feed.UserDeactivated, feed.UserSnapshot:
		err := do(`INSERT INTO users (org, id, email, name, active, seen) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (org, id)
DO UPDATE SET email = excluded.email, name = excluded.name, active = excluded.active, seen = excluded.seen`,
			f.User.ID, f.User.Email, f.User.Name, f.User.Active, f.Seq)
		if err == nil && !f.User.Active {
			err = do(`DELETE FROM sessions WHERE org = ?1 AND user = ?2`, f.User.ID)
		}
		return err
	case feed.UserDeleted:
		return errors.Join(do(`DELETE FROM sessions WHERE org = ?1 AND user = ?2`, f.User.ID), do(`DELETE FROM users WHERE org = ?1 AND id = ?2`, f.User.ID))
	case feed.MembershipAdded, feed.MembershipSnapshot:
		return do(`INSERT INTO roles (org, user, role) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING`, f.Member.ID, f.Group.ID)
	case feed.MembershipRemoved:
		return do(`DELETE FROM roles WHERE org = ?1 AND user = ?2 AND role = ?3`, f.Member.ID, f.Group.ID)
	}
	return nil // of a group, this application needs the members only
}

// anew makes the application what a snapshot says: at the first start, and after a month of absence.
func (a *application) anew(ctx context.Context, t scim.TenantID, seq int64, all iter.Seq2[feed.Fact, error]) error {
	return a.transaction(ctx, func(tx *sql.Tx) error {
		do := func(statement string) error {
			_, err := tx.ExecContext(ctx, statement, t.String(), seq)
			return err
		}
		err := errors.Join(do(`DELETE FROM roles WHERE org = ?1`), do(`UPDATE users SET seen = -1 WHERE org = ?1`))
		for f, fault := range all {
			if err = errors.Join(err, fault); err != nil {
				return err
			}
			err = apply(ctx, tx, &f)
		}
		return errors.Join(err,
			do(`DELETE FROM sessions WHERE org = ?1 AND user IN (SELECT id FROM users WHERE org = ?1 AND seen = -1)`),
			do(`DELETE FROM users WHERE org = ?1 AND seen = -1`),
			do(`INSERT INTO places VALUES (?1, ?2) ON CONFLICT (org) DO UPDATE SET seq = excluded.seq`))
	})
}
