package sqlstore_test

import (
	"errors"
	"testing"
	"time"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/internal/sqltest"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/sqlstore"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// TestOutdated: a process whose database a later version has changed meanwhile writes no more, and is not ready: its
// writes would lack what that version keeps beside them.
func TestOutdated(t *testing.T) {
	t.Parallel()
	sqltest.Each(t, func(t *testing.T, d *sqlstore.Database) {
		s, acme := d.Store(), tenantID(t, "acme")
		_, err := s.Commit(t.Context(), acme, newUser(1, "u1", at))
		must(t, err)
		must(t, d.Ping(t.Context()))
		must(t, d.Transaction(t.Context(), func(tx *sqlstore.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE scim_schema SET version = 99`)
			return err
		}))
		_, err = s.Commit(t.Context(), acme, newUser(2, "u2", at))
		busy(t, "a write", err, "has schema 99")
		busy(t, "readiness", d.Ping(t.Context()), "has schema 99")
		busy(t, "a token", d.Tenants().AddToken(t.Context(), acme, tenant.Token{KeyID: "k"}), "has schema 99")
		if _, err := s.Get(t.Context(), acme, "User", userID(2)); !errors.Is(err, scim.ErrNotFound) {
			t.Errorf("the refused write: %v", err)
		}
	})
}

// TestMigrationWaits: a migration waits for writes that have begun, and those that begin meanwhile see its version.
func TestMigrationWaits(t *testing.T) {
	t.Parallel()
	d := sqltest.Postgres(t)
	acme, inside, migrated := tenantID(t, "acme"), make(chan struct{}), (<-chan error)(nil)
	early := false
	must(t, d.Write(t.Context(), acme, func(tx *sqlstore.Tx) error {
		migrated = async.Go(func() error {
			close(inside)
			return d.Transaction(t.Context(), func(tx *sqlstore.Tx) error {
				if _, err := tx.Exec(t.Context(), sqlstore.Postgres().LockWrites()); err != nil {
					return err
				}
				_, err := tx.Exec(t.Context(), `UPDATE scim_schema SET version = 99`)
				return err
			})
		})
		<-inside
		select {
		case err := <-migrated:
			early = true
			t.Errorf("the migration ended during a write: %v", err)
		case <-time.After(200 * time.Millisecond):
		}
		return nil
	}))
	if !early {
		must(t, <-migrated)
	}
	busy(t, "a write", d.Write(t.Context(), acme, func(*sqlstore.Tx) error { return nil }), "has schema 99")
}
