package sqlstore_test

import (
	"os"
	"testing"

	"github.com/scimstack/scimstack/internal/sqltest"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/storetest"
)

func TestMain(m *testing.M) {
	if path := os.Getenv(childVariable); path != "" {
		writeForever(path)
	}
	sqltest.Main(m)
}

func conformance(t *testing.T, open storetest.Open) {
	t.Helper()
	storetest.Behaviour(t, open)
	storetest.Jumps(t, open)
	storetest.Renames(t, open, 0)
	storetest.Conflict(t, open)
	storetest.Concurrency(t, open)
	storetest.Leavers(t, open, 0)
	storetest.Feed(t, open, 0)
}

// TestSQLite: the store keeps the contract of scim.Store.
func TestSQLite(t *testing.T) {
	t.Parallel()
	conformance(t, func(t *testing.T) scim.Store { t.Helper(); return sqltest.SQLite(t).Store() })
}

// TestPostgres: the same on a server.
func TestPostgres(t *testing.T) {
	t.Parallel()
	sqltest.NeedPostgres(t)
	conformance(t, func(t *testing.T) scim.Store { t.Helper(); return sqltest.Postgres(t).Store() })
}

func tenantID(t *testing.T, name string) scim.TenantID {
	t.Helper()
	id, err := scim.ParseTenantID(name)
	if err != nil {
		t.Fatal(err)
	}
	return id
}
