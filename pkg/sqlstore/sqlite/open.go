package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	_ "modernc.org/sqlite" // the driver

	"github.com/scimstack/scimstack/pkg/sqlstore"
)

// connections bounds the connections to one file: one writes, the others read.
const connections = 8

// settings of every connection. A commit has reached the disk when it returns (synchronous), reads run
// beside a write (WAL), and a file that another process locks is waited for (busy_timeout).
var settings = []string{"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)"}

// Open opens the database in a file, which it creates if there is none, in a folder that exists. An error
// says what to do. Only this user can read a file that it creates; one that exists keeps its mode.
//
// If the file is deleted or replaced while it is open, writes are refused as busy from then on, until the process starts again: they would
// go to the file of before, which no one finds any more.
func Open(ctx context.Context, path string, o sqlstore.Options) (*sqlstore.Database, error) {
	db, err := OpenDB(path)
	if err != nil {
		return nil, err
	}
	var at place
	o.Usable = at.usable(path, o.Usable)
	d, err := sqlstore.New(ctx, db, sqlstore.SQLite(), o)
	if err != nil {
		_ = db.Close()
		return nil, explain(path, err)
	}
	at.keep(path)
	return d, nil
}

// OpenDB opens a file without the tables of sqlstore, for an application that has tables of its own in
// it. It makes no connection yet; a file that does not exist is created, as Open does it.
func OpenDB(path string) (*sql.DB, error) {
	if path == "" || path == ":memory:" || strings.HasPrefix(path, "file:") {
		return nil, fmt.Errorf("sqlite: %q is not the name of a file; a database in memory is package memory", path)
	}
	private(path)
	q := url.Values{"_pragma": settings}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+q.Encode())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return db, nil
}

// explain adds the file and the remedy to an error of the start.
func explain(path string, err error) error {
	var newer *sqlstore.NewerSchemaError
	if errors.As(err, &newer) {
		return fmt.Errorf("%s: %w", path, err)
	}
	if info, bad := os.Stat(filepath.Dir(path)); bad != nil || !info.IsDir() {
		return fmt.Errorf("%s: there is no folder %s; create it first: %w", path, filepath.Dir(path), err)
	}
	var coded interface{ Code() int }
	if !errors.As(err, &coded) {
		return fmt.Errorf("%s: %w", path, err)
	}
	const busy, readonly, full, cantOpen, notDB = 5, 8, 13, 14, 26
	remedy := map[int]string{
		busy:     "another process has locked the file; stop it, or let it end its transaction",
		readonly: "the file or its folder is read-only; SQLite writes both",
		full:     "the disk is full",
		cantOpen: "the file cannot be opened; check the permissions of the file and its folder",
		notDB:    "the file is not a SQLite database; name another one",
	}[coded.Code()&0xff]
	if remedy == "" {
		return fmt.Errorf("%s: %w", path, err)
	}
	return fmt.Errorf("%s: %s: %w", path, remedy, err)
}
