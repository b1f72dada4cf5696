package sqlfeed_test

import (
	"testing"
	"time"

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

func TestWebhooksExpire(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(*testing.T) webhook.Store{
		"memory": func(*testing.T) webhook.Store { return webhook.NewMemory() },
		"SQLite": func(t *testing.T) webhook.Store { t.Helper(); return sqlfeed.NewWebhooks(sqltest.SQLite(t)) },
		"Postgres": func(t *testing.T) webhook.Store {
			t.Helper()
			sqltest.NeedPostgres(t)
			return sqlfeed.NewWebhooks(sqltest.Postgres(t))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			feedtest.WebhooksExpire(t, func(t *testing.T, _ func() time.Time) (webhook.Store, func(time.Time)) {
				t.Helper()
				return open(t), func(time.Time) {}
			})
		})
	}
}
