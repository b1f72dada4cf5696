package sqlstore_test

import (
	"path/filepath"
	"testing"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/storetest"
	"github.com/scimstack/scimstack/pkg/sqlstore"
	"github.com/scimstack/scimstack/pkg/sqlstore/sqlite"
)

// openSQLite opens an empty database.
func openSQLite(t *testing.T) *sqlstore.Database {
	t.Helper()
	d, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "scim.db"), sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

func conformance(t *testing.T, open storetest.Open) {
	t.Helper()
	storetest.Behaviour(t, open)
	storetest.Jumps(t, open)
	storetest.Renames(t, open, 0)
	storetest.Conflict(t, open)
	storetest.Concurrency(t, open)
	storetest.Leavers(t, open, 0)
}

// TestSQLite: the store keeps the contract of scim.Store.
func TestSQLite(t *testing.T) {
	t.Parallel()
	conformance(t, func(t *testing.T) scim.Store { t.Helper(); return openSQLite(t).Store() })
}
