package sqlstore_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/scimstack/scimstack/internal/sqltest"
	"github.com/scimstack/scimstack/pkg/sqlstore"
	"github.com/scimstack/scimstack/pkg/sqlstore/postgres"
)

// TestReadOnlyConnections: connections that were made while the server, or the role, took no writes say so for as long as they last. A
// write after that gets another one: otherwise each would be refused until the process starts again.
func TestReadOnlyConnections(t *testing.T) {
	t.Parallel()
	sqltest.Each(t, func(t *testing.T, d *sqlstore.Database) {
		acme, shut, n := tenantID(t, "acme"), `SET default_transaction_read_only = on`, 16
		if d.Dialect().Name() == "sqlite" {
			shut, n = `PRAGMA query_only = ON`, 1
		}
		must(t, holdConnections(t, d, n, shut))
		for i := range 3 {
			_, err := d.Store().Commit(t.Context(), acme, newUser(i, "u"+userID(i), at))
			must(t, err)
		}
	})
}

// TestServerRefuses: whatever a server says for a time, of a transaction or instead of letting the program in, asks clients to come
// back, and is over when the server has changed its mind.
func TestServerRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ on, off, cause string }{
		"reads only":            {`SET default_transaction_read_only = on`, `RESET default_transaction_read_only`, "25006"},
		"lets no one in":        {`NOLOGIN`, `LOGIN`, "28000"},
		"ends idle ones":        {`SET idle_in_transaction_session_timeout = 1`, `RESET idle_in_transaction_session_timeout`, "25P03"},
		"ends long statements":  {`SET statement_timeout = 1`, `RESET statement_timeout`, "57014"},
		"waits for no lock":     {`SET lock_timeout = 1`, `RESET lock_timeout`, "55P03"},
		"takes no more of them": {`CONNECTION LIMIT 0`, `CONNECTION LIMIT -1`, "53300"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			admin, role, d := ownRole(t)
			acme := tenantID(t, "acme")
			change := func(what string, end bool) {
				t.Helper()
				must(t, admin.Transaction(t.Context(), func(tx *sqlstore.Tx) error {
					_, err := tx.Exec(t.Context(), `ALTER ROLE `+role+` `+what)
					return err
				}))
				if !end {
					return
				}
				var n int
				must(t, admin.Row(t.Context(), []any{&n}, `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = $1`, role))
				time.Sleep(20 * time.Millisecond) // the news has arrived
			}
			change(c.on, true)
			var err error
			if c.cause == "55P03" {
				err = d.Write(t.Context(), acme, func(*sqlstore.Tx) error { return second(t, d) })
			} else {
				err = d.Write(t.Context(), acme, func(tx *sqlstore.Tx) error { return slow(t, tx) })
			}
			busy(t, name, err, c.cause)
			change(c.off, c.cause != "25006") // a setting of a session lasts as long as it does
			for range 100 {                   // other connections are tried once in a second
				if _, err = d.Store().Commit(t.Context(), acme, newUser(1, "u1", at)); err == nil {
					break
				}
				time.Sleep(50 * time.Millisecond)
			}
			must(t, err)
		})
	}
}

// slow is a transaction that lasts a moment and writes.
func slow(t *testing.T, tx *sqlstore.Tx) error {
	t.Helper()
	time.Sleep(5 * time.Millisecond)
	_, err := tx.Exec(t.Context(), `INSERT INTO scim_count (tenant, type, n) SELECT 'acme', 'Slow', count(pg_sleep(0.01)) FROM generate_series(1, 2)`)
	return err
}

// second is a write of the tenant while another one lasts.
func second(t *testing.T, d *sqlstore.Database) error {
	t.Helper()
	_, err := d.Store().Commit(t.Context(), tenantID(t, "acme"), newUser(2, "u2", at))
	return err
}

// ownRole opens an empty schema as a role of its own.
func ownRole(t *testing.T) (admin *sqlstore.Database, role string, d *sqlstore.Database) {
	t.Helper()
	admin = sqltest.Postgres(t)
	u, err := url.Parse(sqltest.SchemaURL(t))
	must(t, err)
	schema := u.Query().Get("search_path")
	role = "role_" + schema
	must(t, admin.Transaction(t.Context(), func(tx *sqlstore.Tx) error {
		for _, statement := range []string{`CREATE ROLE ` + role + ` LOGIN`, `ALTER SCHEMA ` + schema + ` OWNER TO ` + role} {
			if _, err := tx.Exec(t.Context(), statement); err != nil {
				return err
			}
		}
		return nil
	}))
	u.User = url.User(role)
	d, err = postgres.Open(t.Context(), u.String(), sqlstore.Options{})
	must(t, err)
	t.Cleanup(func() { _ = d.Close() })
	return admin, role, d
}
