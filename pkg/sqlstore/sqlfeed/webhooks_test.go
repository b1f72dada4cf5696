package sqlfeed_test

import (
	"testing"

	"github.com/scimstack/scimstack/internal/sqltest"
	"github.com/scimstack/scimstack/pkg/feed/feedtest"
	"github.com/scimstack/scimstack/pkg/feed/webhook"
	"github.com/scimstack/scimstack/pkg/sqlstore/sqlfeed"
)

func TestWebhooksSQLite(t *testing.T) {
	t.Parallel()
	feedtest.Webhooks(t, func(t *testing.T) webhook.Store {
		t.Helper()
		return sqlfeed.NewWebhooks(sqltest.SQLite(t))
	})
}

func TestWebhooksPostgres(t *testing.T) {
	t.Parallel()
	sqltest.NeedPostgres(t)
	feedtest.Webhooks(t, func(t *testing.T) webhook.Store {
		t.Helper()
		return sqlfeed.NewWebhooks(sqltest.Postgres(t))
	})
}

func TestWebhooksMemory(t *testing.T) {
	t.Parallel()
	feedtest.Webhooks(t, func(*testing.T) webhook.Store { return webhook.NewMemory() })
}
