package sqlstore_test

import (
	"testing"

	"github.com/scimstack/scimstack/internal/sqltest"
	"github.com/scimstack/scimstack/pkg/tenant"
	"github.com/scimstack/scimstack/pkg/tenant/tenanttest"
)

func TestDirectorySQLite(t *testing.T) {
	t.Parallel()
	open := func(t *testing.T) tenant.Directory { t.Helper(); return sqltest.SQLite(t).Tenants() }
	tenanttest.Behaviour(t, open)
	tenanttest.Concurrency(t, open)
}

func TestDirectoryPostgres(t *testing.T) {
	t.Parallel()
	sqltest.NeedPostgres(t)
	open := func(t *testing.T) tenant.Directory { t.Helper(); return sqltest.Postgres(t).Tenants() }
	tenanttest.Behaviour(t, open)
	tenanttest.Concurrency(t, open)
}
