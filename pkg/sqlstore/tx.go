package sqlstore

import (
	"context"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
)

// Tx is a transaction of Write.
type Tx struct {
	d *Database
	*connection
}

// Exec carries out a statement and returns the number of rows that it changed.
func (tx *Tx) Exec(ctx context.Context, statement string, args ...any) (int64, error) {
	res, err := tx.exec(ctx, tx.d.text(statement), args)
	if err != nil {
		return 0, tx.d.fault(ctx, err)
	}
	return res.RowsAffected()
}

// Rows is Database.Rows in the transaction.
func (tx *Tx) Rows(ctx context.Context, each func(scan func(...any) error) error, query string, args ...any) error {
	rows, err := tx.query(ctx, tx.d.text(query), args)
	if err != nil {
		return tx.d.fault(ctx, err)
	}
	_, err = tx.d.each(ctx, rows, each)
	return err
}

// Row is Database.Row in the transaction.
func (tx *Tx) Row(ctx context.Context, to []any, query string, args ...any) error {
	return first(to, func(each func(func(...any) error) error) error { return tx.Rows(ctx, each, query, args...) })
}

// tries bounds the repetitions of a transaction that loses against others.
const tries = 8

// dead bounds the connections of the pool that a call finds ended, one after the other.
const dead = 32

// Write carries out do in one transaction: all of it, or nothing if do returns an error. Writes of one
// tenant wait for each other. do may be called again, after a transaction that lost against another
// one, or whose connection the server has ended before COMMIT was sent, so it must set what it returns anew.
func (d *Database) Write(ctx context.Context, t scim.TenantID, do func(*Tx) error) error {
	if t.IsZero() {
		return scim.ErrNoTenant
	}
	return d.write(ctx, "", func(tx *Tx) error {
		if err := tx.queue(ctx, t); err != nil {
			return err
		}
		return do(tx)
	})
}

// queue waits for the turn of the tenant, and refuses to write into tables that a later version of this program has
// changed since they were opened: what that version keeps beside each write, such as the feed, would be missing.
func (tx *Tx) queue(ctx context.Context, t scim.TenantID) error {
	args := []any{t.String()}
	if tx.d.dialect.alone { // BEGIN has queued all writes
		args = nil
	}
	var have int
	if err := tx.Row(ctx, []any{&have}, tx.d.dialect.lock, args...); err != nil {
		return err
	}
	return known(have)
}

// Transaction is Write without a queue: of what several do at the same time, the order is not known.
func (d *Database) Transaction(ctx context.Context, do func(*Tx) error) error {
	return d.write(ctx, "", do)
}

func (d *Database) write(ctx context.Context, lock string, do func(*Tx) error) error {
	w, err := d.take(ctx)
	if err != nil {
		return err
	}
	defer d.leave(w)
	if err := d.use(); err != nil {
		return err
	}
	for lost, over, left := 0, 0, none; ; {
		room := d.room.Load()
		sent, err := d.once(ctx, w, do, lock)
		switch {
		case err == nil || ctx.Err() != nil:
			return err
		case d.dialect.again(err) && lost+1 < tries:
			if err := async.Sleep(ctx, lostPause<<lost); err != nil {
				return err
			}
			lost++
		case crowded(err) && lost+1 < tries:
			if err := d.narrow(ctx, room, lost); err != nil {
				return err
			}
			lost++
		case ended(err) && !sent && over < dead:
			over++
		case d.dialect.readOnly(err) && d.another(&left):
			w.end()
		default:
			return err
		}
	}
}

// once carries out one transaction. The statements that open and end it are sent by hand, because
// database/sql cannot say BEGIN IMMEDIATE: with a plain BEGIN, a reader of SQLite that becomes a writer
// fails at once if another process has written since. sent says that COMMIT was sent: after an error, it may have taken effect.
func (d *Database) once(ctx context.Context, w *connection, do func(*Tx) error, lock string) (sent bool, err error) {
	if err := w.open(ctx, d); err != nil {
		return false, d.fault(ctx, err)
	}
	done := false
	defer func() {
		if !done { // also after a panic
			w.rollback(ctx)
		}
	}()
	if _, err := w.exec(ctx, d.dialect.begin, nil); err != nil {
		return false, d.fault(ctx, err)
	}
	if lock != "" {
		if _, err := w.exec(ctx, lock, nil); err != nil {
			return false, d.fault(ctx, err)
		}
	}
	if err := do(&Tx{d, w}); err != nil {
		return false, err
	}
	if _, err := w.exec(ctx, "COMMIT", nil); err != nil {
		return true, d.fault(ctx, err)
	}
	done = true
	return true, nil
}
