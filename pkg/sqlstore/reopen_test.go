package sqlstore_test

import (
	"path/filepath"
	"testing"

	"github.com/scimstack/scimstack/internal/sqltest"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/storetest"
	"github.com/scimstack/scimstack/pkg/sqlstore"
	"github.com/scimstack/scimstack/pkg/sqlstore/postgres"
	"github.com/scimstack/scimstack/pkg/sqlstore/sqlite"
)

// TestReopen: a process that starts on the database of another one that was killed has all that it had written.
func TestReopen(t *testing.T) {
	t.Parallel()
	opened := func(t *testing.T, d *sqlstore.Database, err error) scim.Store {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = d.Close() })
		return d.Store()
	}
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		storetest.Reopen(t, func(t *testing.T) func() scim.Store {
			t.Helper()
			path := filepath.Join(t.TempDir(), "scim.db")
			return func() scim.Store {
				d, err := sqlite.Open(t.Context(), path, sqlstore.Options{})
				return opened(t, d, err)
			}
		})
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		sqltest.NeedPostgres(t)
		storetest.Reopen(t, func(t *testing.T) func() scim.Store {
			t.Helper()
			url := sqltest.SchemaURL(t)
			return func() scim.Store {
				d, err := postgres.Open(t.Context(), url, sqlstore.Options{})
				return opened(t, d, err)
			}
		})
	})
}
