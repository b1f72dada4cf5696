package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
)

// Database is an open database with the tables of this package, which Store, Tenants and the packages
// sqllog and sqlplans share. It is safe for concurrent use. The zero value is not usable; see New.
type Database struct {
	db      *sql.DB
	dialect Dialect
	now     func() time.Time
	report  func(error)
	usable  func() error     // Options.Usable
	most    int              // connections of the pool; 0 is no bound
	turn    chan *connection // has the only writer while it does not write, if the dialect has but one
	texts   sync.Map         // statement → its text in the dialect
	queries sync.Map         // statement → *sql.Stmt, if the driver does not keep prepared statements
	keep    scim.Retention   // of the feed
	pruned  atomic.Int64     // when expired entries were last removed, in seconds

	room     atomic.Int64 // connections that the pool may have now
	renewing atomic.Bool  // see another
}

// Options of New. Zero fields take the defaults.
type Options struct {
	// Now is the clock of expiry times; time.Now by default.
	Now func() time.Time
	// Report is told of a row of a mapped table that does not fit the schema, once for each; a warning
	// in the default log by default. The row is served with what fits.
	Report func(error)
	// Usable is asked before each transaction and by Ping. While it returns an error, which is the cause for the log, writes are refused
	// as busy: for a database that may be taken away while it is open. nil asks nothing. sqlite.Open adds a check of its own.
	Usable func() error
	// Feed says how long entries of the feed are kept: 30 days by default. With a negative Age there is
	// none.
	Feed scim.Retention
}

// New makes the tables in a database, or brings them to the version of this program, and returns it. The
// driver and its settings are the caller's; packages sqlite and postgres open one with settings that
// fit. Closing the Database closes db.
//
//	*NewerSchemaError  a later version of this module has used the database
func New(ctx context.Context, db *sql.DB, dialect Dialect, o Options) (*Database, error) {
	if db == nil || dialect.name == "" {
		return nil, errors.New("sqlstore: New needs a *sql.DB and a dialect: SQLite() or Postgres()")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Report == nil {
		o.Report = logReport
	}
	d := &Database{db: db, dialect: dialect, now: o.Now, report: o.Report, usable: o.Usable, turn: make(chan *connection, 1), keep: retained(o.Feed)}
	d.most = db.Stats().MaxOpenConnections
	d.room.Store(int64(d.most))
	d.turn <- &connection{}
	if err := d.migrate(ctx); err != nil {
		var newer *NewerSchemaError
		if errors.As(err, &newer) {
			return nil, newer
		}
		return nil, fmt.Errorf("sqlstore: cannot prepare the %s database: %w", dialect.name, reason(err))
	}
	return d, nil
}

// Close closes the database. Writes that have begun end first.
func (d *Database) Close() error {
	w := <-d.turn // a write after this would wait for ever, were it not for the next line
	d.turn <- &connection{}
	w.give()
	d.queries.Range(func(_, stmt any) bool {
		_ = stmt.(*sql.Stmt).Close() //nolint:forcetypeassert // only these are stored
		return true
	})
	return d.db.Close()
}

// Dialect returns the dialect of the database.
func (d *Database) Dialect() Dialect { return d.dialect }

// Ping reports whether the database answers, and has tables of this version, for a readiness check. A *scim.BusyError
// says why not.
func (d *Database) Ping(ctx context.Context) error {
	var have int
	if err := d.use(); err != nil {
		return err
	}
	if err := d.Row(ctx, []any{&have}, versionSQL); err != nil {
		return err
	}
	return known(have)
}

// use refuses a database that was taken away.
func (d *Database) use() error {
	if d.usable == nil {
		return nil
	}
	if err := d.usable(); err != nil {
		return &scim.BusyError{RetryAfter: retryAfter, Cause: fmt.Errorf("sqlstore: %w", err)}
	}
	return nil
}

// narrow halves the pool, unless another call has since room was its size, because the server has no room for a further connection: calls queue
// for those that there are. After a time the pool may have as many as before.
func (d *Database) narrow(ctx context.Context, room int64, try int) error {
	if room > 1 && d.room.CompareAndSwap(room, room/2) {
		d.db.SetMaxOpenConns(int(room / 2))
		if room == int64(d.most) {
			time.AfterFunc(narrowFor, func() {
				d.db.SetMaxOpenConns(d.most)
				d.db.SetMaxIdleConns(d.most) // which the smaller bound has lowered
				d.room.Store(int64(d.most))
			})
		}
	}
	return async.Sleep(ctx, lostPause<<try)
}

// none is what a call begins with that has met no connection which takes no writes.
const none = -1

// another reports whether a call whose connection takes no writes may try on the next one, and counts left down. A connection
// that was made while the server, or the role, took no writes may say so for as long as it lasts, though others are taken by now, or
// another server is the primary. One call in a second tries all that wait in the pool, and then a new one.
func (d *Database) another(left *int) bool {
	if *left == none {
		if !d.renewing.CompareAndSwap(false, true) {
			return false
		}
		time.AfterFunc(renewEvery, func() { d.renewing.Store(false) })
		*left = d.db.Stats().Idle + 1
	}
	*left--
	return *left >= 0
}

// text is a statement in the dialect, translated once.
func (d *Database) text(statement string) string {
	if t, ok := d.texts.Load(statement); ok {
		return t.(string) //nolint:forcetypeassert // only strings are stored
	}
	t := d.dialect.SQL(statement)
	d.texts.Store(statement, t)
	return t
}

// Rows calls each for every row of a query, written as Dialect.SQL describes. One call sees one state of
// the database. A connection that the server has ended before the first row is replaced, and one that it has no room for is waited for.
func (d *Database) Rows(ctx context.Context, each func(scan func(...any) error) error, query string, args ...any) error {
	for lost, over := 0, 0; ; {
		room := d.room.Load()
		rows, err := d.query(ctx, query, args)
		begun := false
		if err != nil {
			err = d.fault(ctx, err)
		} else {
			begun, err = d.each(ctx, rows, each)
		}
		switch {
		case err == nil || begun:
			return err
		case crowded(err) && lost+1 < tries:
			if err := d.narrow(ctx, room, lost); err != nil {
				return err
			}
			lost++
		case ended(err) && over < dead:
			over++
		default:
			return err
		}
	}
}

// query asks with a prepared statement where that saves the database to parse it each time.
func (d *Database) query(ctx context.Context, query string, args []any) (*sql.Rows, error) {
	if !d.dialect.alone {
		return d.db.QueryContext(ctx, d.text(query), args...)
	}
	if stmt, ok := d.queries.Load(query); ok {
		return stmt.(*sql.Stmt).QueryContext(ctx, args...) //nolint:forcetypeassert // only these are stored
	}
	stmt, err := d.db.PrepareContext(ctx, d.text(query))
	if err != nil {
		return nil, err
	}
	if other, loaded := d.queries.LoadOrStore(query, stmt); loaded {
		_ = stmt.Close()
		stmt = other.(*sql.Stmt) //nolint:forcetypeassert // only these are stored
	}
	return stmt.QueryContext(ctx, args...)
}

// Row reads the first row of a query into to, or returns sql.ErrNoRows.
func (d *Database) Row(ctx context.Context, to []any, query string, args ...any) error {
	return first(to, func(each func(func(...any) error) error) error { return d.Rows(ctx, each, query, args...) })
}

// each reports whether there was a row.
func (d *Database) each(ctx context.Context, rows *sql.Rows, each func(func(...any) error) error) (begun bool, err error) {
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		begun = true
		if err := each(rows.Scan); err != nil {
			return begun, err
		}
	}
	return begun, d.fault(ctx, rows.Err())
}

func first(to []any, query func(each func(func(...any) error) error) error) error {
	found := false
	err := query(func(scan func(...any) error) error {
		if found {
			return nil
		}
		found = true
		return scan(to...)
	})
	if err == nil && !found {
		return sql.ErrNoRows
	}
	return err
}
