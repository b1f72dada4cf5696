package main

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"github.com/scimstack/scimstack/pkg/sqlstore"
	"github.com/scimstack/scimstack/pkg/sqlstore/postgres"
	"github.com/scimstack/scimstack/pkg/sqlstore/sqlite"
)

// room is where databases are made. The caller must call clear.
type room struct {
	dir  string
	made int
	end  []func()
}

func newRoom() *room { return &room{dir: must(os.MkdirTemp("", "scimstack-bench"))} }

// clear removes everything that was made.
func (r *room) clear() {
	for _, f := range r.end {
		f()
	}
	_ = os.RemoveAll(r.dir)
}

// database is a kind of database, new and empty each time.
type database struct {
	name string
	// hurried opens it so that a commit does not wait for the disk, to fill it.
	hurried func() (*sqlstore.Database, error)
	// open opens what hurried has filled, as users do.
	open func() (*sqlstore.Database, error)
}

// databases are SQLite, in a file of the temporary folder, and the Postgres of SCIMSTACK_POSTGRES, if it names one.
func (r *room) databases() []database {
	ctx := context.Background()
	r.made++
	path := filepath.Join(r.dir, fmt.Sprint(r.made, ".db"))
	list := []database{{
		name: "SQLite",
		hurried: func() (*sqlstore.Database, error) {
			db, err := sql.Open("sqlite", "file:"+path+"?_pragma=journal_mode(WAL)&_pragma=synchronous(OFF)&_pragma=busy_timeout(5000)")
			if err != nil {
				return nil, err
			}
			return sqlstore.New(ctx, db, sqlstore.SQLite(), sqlstore.Options{})
		},
		open: func() (*sqlstore.Database, error) { return sqlite.Open(ctx, path, sqlstore.Options{}) },
	}}
	address := os.Getenv("SCIMSTACK_POSTGRES")
	if address == "" {
		fmt.Fprintln(os.Stderr, "\r\033[Kskipped: Postgres; SCIMSTACK_POSTGRES names no database to make schemas in")
		return list
	}
	schema := fmt.Sprintf("bench_%d_%d", os.Getpid(), r.made)
	db := must(postgres.OpenDB(address))
	must(db.ExecContext(ctx, "CREATE SCHEMA "+schema))
	r.end = append(r.end, func() { _, _ = db.ExecContext(ctx, "DROP SCHEMA "+schema+" CASCADE") })
	in := func(options string) string {
		u := must(url.Parse(address))
		q := u.Query()
		q.Set("search_path", schema)
		q.Set("options", options)
		u.RawQuery = q.Encode()
		return u.String()
	}
	return append(list, database{
		name: "Postgres",
		hurried: func() (*sqlstore.Database, error) {
			return postgres.Open(ctx, in("-c synchronous_commit=off"), sqlstore.Options{})
		},
		open: func() (*sqlstore.Database, error) {
			return postgres.Open(ctx, in("-c synchronous_commit=on"), sqlstore.Options{})
		},
	})
}

// on are the operations on a database with n users.
func (d database) on(n int) map[string]bench {
	filling := must(d.hurried())
	s := newSide(d.name, newOursOn(filling.Store()), oursBase)
	id := s.fill(n)
	if err := filling.Close(); err != nil {
		panic(err)
	}
	return operations(newSide(d.name, newOursOn(must(d.open()).Store()), oursBase), id, n)
}

// sqlRows compare the databases with memory, at 1,000 users.
func (r *room) sqlRows() []*row {
	memory := requests(newSide("memory", newOurs(), oursBase), 1000)
	var rows []*row
	for _, d := range r.databases() {
		small := d.on(1000)
		for _, name := range order {
			rows = append(rows, &row{name: fmt.Sprintf("%s, %s (memory)", name, d.name), ours: small[name], peer: memory[name], maxAllocs: -1})
		}
	}
	return rows
}

// sqlSizeRows compare each database with itself: 100,000 users against 1,000.
func (r *room) sqlSizeRows() []*row {
	var rows []*row
	small := map[string]map[string]bench{}
	for _, d := range r.databases() {
		small[d.name] = d.on(1000)
	}
	for _, d := range r.databases() {
		big := d.on(100_000)
		for _, name := range order {
			rows = append(rows, &row{name: fmt.Sprintf("%s, %s at 100000 users (against 1000)", name, d.name), ours: big[name], peer: small[d.name][name], limit: 2, maxAllocs: -1})
		}
	}
	return rows
}
