package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
)

// connection is the one that a transaction writes through. That of SQLite is kept, with its prepared
// statements; one of Postgres goes back to the pool, where the driver keeps them.
type connection struct {
	conn     *sql.Conn // nil until it is needed, and after it broke
	prepared map[string]*sql.Stmt
}

// take waits for the turn to write. Where many may write, each has a turn of its own.
func (d *Database) take(ctx context.Context) (*connection, error) {
	if err := ctx.Err(); err != nil || !d.dialect.alone {
		return &connection{}, err
	}
	select {
	case w := <-d.turn:
		return w, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// leave ends the turn. A pool of a single connection needs it back for reads.
func (d *Database) leave(w *connection) {
	if !d.dialect.alone || d.db.Stats().MaxOpenConnections == 1 {
		w.give()
	}
	if d.dialect.alone {
		d.turn <- w
	}
}

// open makes the connection, if there is none.
func (w *connection) open(ctx context.Context, d *Database) (err error) {
	if w.conn != nil {
		return nil
	}
	if w.conn, err = d.db.Conn(ctx); err == nil && d.dialect.alone {
		w.prepared = map[string]*sql.Stmt{}
	}
	return err
}

// give returns the connection to the pool.
func (w *connection) give() {
	for _, stmt := range w.prepared {
		_ = stmt.Close()
	}
	if w.conn != nil {
		_ = w.conn.Close()
	}
	w.conn, w.prepared = nil, nil
}

// rollback ends a transaction without effect, whatever has become of the request. A connection that
// cannot do that is given up: the database ends its transaction with it.
func (w *connection) rollback(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rollbackTime)
	defer cancel()
	if _, err := w.conn.ExecContext(ctx, "ROLLBACK"); err != nil {
		w.end()
	}
}

// end closes the connection, instead of returning it to the pool.
func (w *connection) end() {
	if w.conn != nil {
		_ = w.conn.Raw(func(any) error { return driver.ErrBadConn })
	}
	w.give()
}

// maxPrepared bounds the statements that a connection keeps.
const maxPrepared = 200

// statement returns the prepared statement of a text, or nil if the driver keeps them.
func (w *connection) statement(ctx context.Context, text string) (*sql.Stmt, error) {
	if stmt := w.prepared[text]; stmt != nil || w.prepared == nil || len(w.prepared) >= maxPrepared {
		return stmt, nil
	}
	stmt, err := w.conn.PrepareContext(ctx, text)
	if err == nil {
		w.prepared[text] = stmt
	}
	return stmt, err
}

func (w *connection) exec(ctx context.Context, text string, args []any) (sql.Result, error) {
	stmt, err := w.statement(ctx, text)
	switch {
	case err != nil:
		return nil, err
	case stmt != nil:
		return stmt.ExecContext(ctx, args...)
	}
	return w.conn.ExecContext(ctx, text, args...)
}

func (w *connection) query(ctx context.Context, text string, args []any) (*sql.Rows, error) {
	stmt, err := w.statement(ctx, text)
	switch {
	case err != nil:
		return nil, err
	case stmt != nil:
		return stmt.QueryContext(ctx, args...)
	}
	return w.conn.QueryContext(ctx, text, args...)
}
