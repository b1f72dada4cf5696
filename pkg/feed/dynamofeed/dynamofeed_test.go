package dynamofeed_test

import (
	"testing"
	"time"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/feed/dynamofeed"
	"github.com/scimstack/scimstack/pkg/feed/feedtest"
	"github.com/scimstack/scimstack/pkg/feed/webhook"
)

const tableName = "scimstack"

// table makes an empty table.
func table(t *testing.T) (*dynamotest.Engine, dynamo.API) {
	t.Helper()
	engine, client := dynamotest.NewDirect()
	if err := dynamo.Create(t.Context(), client, tableName); err != nil {
		t.Fatal(err)
	}
	return engine, client
}

func TestWebhooks(t *testing.T) {
	t.Parallel()
	feedtest.Webhooks(t, func(t *testing.T) webhook.Store {
		t.Helper()
		_, client := table(t)
		return dynamofeed.NewWebhooks(client, dynamofeed.Options{Table: tableName})
	})
}

func TestPositions(t *testing.T) {
	t.Parallel()
	feedtest.Positions(t, func(t *testing.T, now func() time.Time) feed.Positions {
		t.Helper()
		_, client := table(t)
		return dynamofeed.New(client, dynamofeed.Options{Table: tableName, Now: now})
	})
}

func TestWebhooksExpire(t *testing.T) {
	t.Parallel()
	feedtest.WebhooksExpire(t, func(t *testing.T, now func() time.Time) (webhook.Store, func(time.Time)) {
		t.Helper()
		engine, client := table(t)
		return dynamofeed.NewWebhooks(client, dynamofeed.Options{Table: tableName, Now: now}), func(now time.Time) { engine.Expire(now) }
	})
}
