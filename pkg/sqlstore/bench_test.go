package sqlstore_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/scimstack/scimstack/internal/sqltest"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/sqlstore"
)

// BenchmarkSQLite measures the calls of a tenant with 1,000 and with 100,000 users:
// go test -run=- -bench=SQLite ./pkg/sqlstore
func BenchmarkSQLite(b *testing.B) {
	for _, size := range []int{1000, 100_000} {
		d := sqltest.SQLite(b)
		load(b, d, size)
		if err := d.Rows(b.Context(), func(func(...any) error) error { return nil }, "PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
			b.Fatal(err)
		}
		calls(b, d, size)
	}
}

// BenchmarkPostgres is the same on a server on loopback.
func BenchmarkPostgres(b *testing.B) {
	for _, size := range []int{1000, 100_000} {
		d := sqltest.Postgres(b)
		load(b, d, size)
		calls(b, d, size)
	}
}

// calls are the calls that clients make most.
func calls(b *testing.B, d *sqlstore.Database, size int) {
	acme, err := scim.ParseTenantID("acme")
	if err != nil {
		b.Fatal(err)
	}
	s, next := d.Store(), size
	for name, call := range map[string]func(ctx context.Context, n int) error{
		"get": func(ctx context.Context, n int) error { _, err := s.Get(ctx, acme, "User", userID(n)); return err },
		"userName eq": func(ctx context.Context, n int) error {
			_, err := s.Lookup(ctx, acme, "User", scim.IndexKey{Attr: "userName", Value: fmt.Sprint("u", n)}, scim.Page{Limit: 100})
			return err
		},
		"page of 100": func(ctx context.Context, n int) error {
			_, _, err := s.ListWithGroups(ctx, acme, "User", scim.Page{After: userID(n), Limit: 100})
			return err
		},
		"create": func(ctx context.Context, _ int) error {
			next++
			_, err := s.Commit(ctx, acme, newUser(next, fmt.Sprint("new", next), time.Now()))
			return err
		},
		"patch": func(ctx context.Context, n int) error {
			c := newUser(n, fmt.Sprint("u", n), time.Now())
			c.If = scim.IfAny
			_, err := s.Commit(ctx, acme, c)
			return err
		},
	} {
		b.Run(fmt.Sprintf("%s/%d", name, size), func(b *testing.B) {
			n := 0
			for b.Loop() {
				n = (n + 7919) % size
				if err := call(b.Context(), n); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// load fills a tenant with users, as Commit would, in large transactions.
func load(b *testing.B, d *sqlstore.Database, size int) {
	const part = 5000
	for from := 0; from < size; from += part {
		var resources, keys [][3]string
		for n := from; n < min(from+part, size); n++ {
			c := newUser(n, fmt.Sprint("u", n), at)
			resources = append(resources, [3]string{c.ID, string(c.Put.Document)})
			for _, k := range c.Keys {
				keys = append(keys, [3]string{k.Attr, k.Value, c.ID})
			}
		}
		err := d.Transaction(b.Context(), func(tx *sqlstore.Tx) error {
			for statement, list := range map[string]any{
				`INSERT INTO scim_resource SELECT 'acme', 'User', j.value->>0, '', 1, 1, 1, j.value->>1, NULL, '', 0 FROM ROWS($1)`:                                   resources,
				`INSERT INTO scim_key SELECT 'acme', 'User', j.value->>0, j.value->>1, j.value->>2, CASE j.value->>0 WHEN 'userName' THEN 1 ELSE 0 END FROM ROWS($1)`: keys,
			} {
				text, err := json.Marshal(list)
				if err != nil {
					return err
				}
				if _, err := tx.Exec(b.Context(), statement, string(text)); err != nil {
					return err
				}
			}
			_, err := tx.Exec(b.Context(), `INSERT INTO scim_count AS c VALUES ('acme', 'User', $1) ON CONFLICT (tenant, type) DO UPDATE SET n = c.n + excluded.n`, len(resources))
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
