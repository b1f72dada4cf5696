package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/scimstack/scimstack/pkg/sqlstore"
)

// Bounds of the connections of one process.
const (
	connections = 16
	idleTime    = 5 * time.Minute
)

// Open opens a database by its URL. The database exists; its tables are made. An error says what to do,
// and does not contain the password.
func Open(ctx context.Context, url string, o sqlstore.Options) (*sqlstore.Database, error) {
	db, err := OpenDB(url)
	if err != nil {
		return nil, err
	}
	d, err := sqlstore.New(ctx, db, sqlstore.Postgres(), o)
	if err != nil {
		_ = db.Close()
		return nil, explain(err)
	}
	return d, nil
}

// OpenDB opens a database without the tables of sqlstore, for an application that has tables of its own
// in it. It makes no connection yet.
func OpenDB(url string) (*sql.DB, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, unreadable(err)
	}
	db := stdlib.OpenDB(*config)
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	db.SetConnMaxIdleTime(idleTime)
	return db, nil
}

// unreadable says why a URL cannot be read. It neither contains nor wraps the driver's error, which repeats the URL: that may
// have a password in its query too, or one that breaks it into pieces.
func unreadable(err error) error {
	why := "it is no URL; in a password, write %40 for @, %2F for /, %3A for :, %3F for ?, %23 for # and %25 for %"
	if bad := (*pgconn.ParseConfigError)(nil); errors.As(err, &bad) {
		text := bad.Error()
		if text = text[strings.LastIndex(text, "`: ")+1:]; !strings.Contains(text, "parse as URL") {
			why = strings.TrimPrefix(text, ": ")
		}
	}
	return fmt.Errorf("postgres: the URL cannot be used: %s; the form is postgres://user:password@host:5432/database?sslmode=require", why)
}

// explain adds the remedy to an error of the start.
func explain(err error) error {
	if newer := (*sqlstore.NewerSchemaError)(nil); errors.As(err, &newer) {
		return err
	}
	var coded interface{ SQLState() string }
	if !errors.As(err, &coded) {
		return fmt.Errorf("%w; is the server running, and are host, port and sslmode right?", err)
	}
	remedy := map[string]string{
		"28P01": "the password is wrong",
		"28000": "the server does not let this user in; see pg_hba.conf",
		"3D000": "there is no such database; create it with createdb",
		"3F000": "there is no such schema; create it with CREATE SCHEMA",
		"42501": "the user may not create tables; GRANT CREATE ON SCHEMA public, or name a schema of its own with ?search_path=",
		"53300": "the server has too many connections",
		"53100": "the disk of the server is full",
		"25006": "the server is read-only; name the primary",
	}[coded.SQLState()]
	if remedy == "" {
		return err
	}
	return fmt.Errorf("%s: %w", remedy, err)
}
