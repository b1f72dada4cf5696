package sqlfeed_test

import (
	"testing"
	"time"

	"github.com/scimstack/scimstack/internal/sqltest"
	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/feed/feedtest"
	"github.com/scimstack/scimstack/pkg/sqlstore/sqlfeed"
)

func TestMain(m *testing.M) { sqltest.Main(m) }

func TestSQLite(t *testing.T) {
	t.Parallel()
	feedtest.Positions(t, func(t *testing.T, now func() time.Time) feed.Positions {
		t.Helper()
		return sqlfeed.New(sqltest.SQLite(t), now)
	})
}

func TestPostgres(t *testing.T) {
	t.Parallel()
	sqltest.NeedPostgres(t)
	feedtest.Positions(t, func(t *testing.T, now func() time.Time) feed.Positions {
		t.Helper()
		return sqlfeed.New(sqltest.Postgres(t), now)
	})
}
