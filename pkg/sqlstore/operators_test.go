package sqlstore_test

import (
	"testing"

	"github.com/scimstack/scimstack/internal/sqltest"
	"github.com/scimstack/scimstack/pkg/tenant/tenanttest"
)

func TestOperatorsSQLite(t *testing.T) {
	t.Parallel()
	tenanttest.RunOperators(t, sqltest.SQLite(t).Operators())
}

func TestOperatorsPostgres(t *testing.T) {
	t.Parallel()
	sqltest.NeedPostgres(t)
	tenanttest.RunOperators(t, sqltest.Postgres(t).Operators())
}
