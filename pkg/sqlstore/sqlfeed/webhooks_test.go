package sqlfeed_test

import (
	"testing"
	"time"

	"github.com/scimstack/scimstack/internal/sqltest"
	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/feed/feedtest"
	"github.com/scimstack/scimstack/pkg/feed/webhook"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/sqlstore"
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

// TestRemovedPlaces: with a webhook goes how far it has come, in all tenants; other consumers keep their places.
func TestRemovedPlaces(t *testing.T) {
	t.Parallel()
	sqltest.Each(t, func(t *testing.T, d *sqlstore.Database) {
		hooks, positions := sqlfeed.NewWebhooks(d), sqlfeed.New(d, nil)
		e := webhook.Endpoint{ID: "app", URL: "https://example.com", Secrets: []string{"s"}, Created: time.Now()}
		other := e
		other.ID = "other"
		for _, e := range []webhook.Endpoint{e, other} {
			if err := hooks.Create(t.Context(), e); err != nil {
				t.Fatal(err)
			}
		}
		took := func(tenant, consumer string) bool {
			t.Helper()
			id, err := scim.ParseTenantID(tenant)
			if err != nil {
				t.Fatal(err)
			}
			p := feed.Place{Tenant: id, Consumer: consumer}
			at, err := positions.Take(t.Context(), p, "a", time.Minute)
			if err == nil {
				err = positions.Move(t.Context(), p, "a", feed.Moved{Seq: 7, Lease: time.Minute})
			}
			if err != nil {
				t.Fatal(err)
			}
			return at.New
		}
		places := [][2]string{{"acme", e.Consumer()}, {"globex", e.Consumer()}, {"acme", other.Consumer()}, {"acme", "application"}}
		for _, p := range places {
			took(p[0], p[1])
		}
		if err := hooks.Remove(t.Context(), "app"); err != nil {
			t.Fatal(err)
		}
		for _, p := range places {
			if anew := took(p[0], p[1]); anew != (p[1] == e.Consumer()) {
				t.Errorf("%v: new %v", p, anew)
			}
		}
	})
}
