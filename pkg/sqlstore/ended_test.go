package sqlstore_test

import (
	"context"
	"fmt"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/internal/sqltest"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/sqlstore"
	"github.com/scimstack/scimstack/pkg/sqlstore/postgres"
)

// TestConnectionsEnd: when the server, or a proxy between, ends the connections of the pool, the calls after it get an answer on new
// ones: none is refused as busy, and no write is done twice.
func TestConnectionsEnd(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(t *testing.T, admin *sqlstore.Database, p *proxy){
		"by the server": func(t *testing.T, admin *sqlstore.Database, _ *proxy) {
			t.Helper()
			var n int
			must(t, admin.Row(t.Context(), []any{&n}, `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'ended'`))
		},
		"by a proxy": func(t *testing.T, _ *sqlstore.Database, p *proxy) {
			t.Helper()
			p.stop()
			must(t, p.start(p.address))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			admin := sqltest.Postgres(t)
			u, err := url.Parse(sqltest.SchemaURL(t))
			must(t, err)
			p := &proxy{to: u.Host}
			must(t, p.start("127.0.0.1:0"))
			defer func() { p.stop() }()
			u.Host = p.address
			if name == "by the server" {
				u.RawQuery += "&application_name=ended"
			}
			d, err := postgres.Open(t.Context(), u.String(), sqlstore.Options{})
			must(t, err)
			defer func() { _ = d.Close() }()
			s, acme := d.Store(), tenantID(t, "acme")
			users := 0
			for round := range 10 {
				held := holdConnections(t, d, 16, `SELECT 1`) // so many connections are in the pool
				must(t, held)
				end(t, admin, p)
				time.Sleep(20 * time.Millisecond) // the news has arrived
				if round%2 == 0 {
					_, err = s.List(t.Context(), acme, "User", scim.Page{Limit: 10})
					must(t, err)
				}
				users++
				_, err = s.Commit(t.Context(), acme, newUser(users, fmt.Sprint("u", users), at))
				must(t, err)
			}
			list, err := s.List(t.Context(), acme, "User", scim.Page{Limit: 100})
			if err != nil || len(list.Resources) != users {
				t.Errorf("%d of %d users: %v", len(list.Resources), users, err)
			}
		})
	}
}

// holdConnections carries out a statement on connections that are used at the same time, so that the pool has them.
func holdConnections(t *testing.T, d *sqlstore.Database, n int, statement string) error {
	t.Helper()
	var at atomic.Int64
	all := make(chan struct{})
	return async.Each(t.Context(), n, make([]int, n), func(ctx context.Context, _ int) error {
		return d.Transaction(ctx, func(tx *sqlstore.Tx) error {
			_, err := tx.Exec(ctx, statement)
			if at.Add(1) == int64(n) {
				close(all)
			}
			select {
			case <-all:
			case <-time.After(10 * time.Second):
			}
			return err
		})
	})
}

// TestNoRoom: if the server takes fewer connections than the pool may have, calls wait for one of those that are there, and none is refused.
func TestNoRoom(t *testing.T) {
	t.Parallel()
	admin := sqltest.Postgres(t)
	u, err := url.Parse(sqltest.SchemaURL(t))
	must(t, err)
	role := "narrow_" + u.Query().Get("search_path")
	must(t, admin.Transaction(t.Context(), func(tx *sqlstore.Tx) error {
		for _, statement := range []string{
			`CREATE ROLE ` + role + ` LOGIN CONNECTION LIMIT 3`, `ALTER SCHEMA ` + u.Query().Get("search_path") + ` OWNER TO ` + role,
		} {
			if _, err := tx.Exec(t.Context(), statement); err != nil {
				return err
			}
		}
		return nil
	}))
	u.User = url.User(role)
	d, err := postgres.Open(t.Context(), u.String(), sqlstore.Options{})
	must(t, err)
	defer func() { _ = d.Close() }()
	s, acme := d.Store(), tenantID(t, "acme")
	var next atomic.Int64
	must(t, async.Each(t.Context(), 16, make([]int, 16), func(ctx context.Context, _ int) error {
		for range 10 {
			n := int(next.Add(1))
			if _, err := s.Commit(ctx, acme, newUser(n, fmt.Sprint("u", n), at)); err != nil {
				return err
			}
			if _, err := s.List(ctx, acme, "User", scim.Page{Limit: 5}); err != nil {
				return err
			}
		}
		return nil
	}))
}
