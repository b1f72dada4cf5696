package tablefeed

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"

	"github.com/scimstack/scimstack/internal/function"
	"github.com/scimstack/scimstack/internal/wake"
	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/feed/dynamofeed"
	"github.com/scimstack/scimstack/pkg/feed/eventbus"
	"github.com/scimstack/scimstack/pkg/feed/webhook"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// Environment variables, in addition to those of the other functions.
const (
	EnvWebhooks = "SCIMSTACK_WEBHOOKS"           // "on": webhooks are sent
	EnvBus      = "SCIMSTACK_EVENT_BUS"          // optional: name or ARN of a bus of EventBridge that gets all facts
	EnvBridge   = "AWS_ENDPOINT_URL_EVENTBRIDGE" // optional: instead of the region's, for an emulator
)

// Start sends facts until Lambda ends the process.
func Start() {
	function.Main(func(env function.Config) (lambda.Handler, error) { return New(env, os.Getenv, os.Stdout) })
}

// New returns the function of an environment. It writes its log to out.
func New(env function.Config, getenv func(string) string, out io.Writer) (lambda.Handler, error) {
	log := slog.New(slog.NewJSONHandler(out, &slog.HandlerOptions{Level: env.Level}))
	queue, err := wake.FromEnv(getenv)
	if err != nil {
		return nil, err
	}
	if queue == nil {
		return nil, fmt.Errorf("%s must be the URL of the queue", wake.EnvQueue)
	}
	tenants := env.Tenants()
	known := tenant.NewAuthenticator(tenants, tenant.Options{})
	source, err := feed.New(env.Store(log), feed.Options{Types: feed.TypesOf(known)})
	if err != nil {
		return nil, err
	}
	kept := dynamofeed.Options{Table: env.Table, Keep: env.Feed.Age}
	positions := dynamofeed.New(env.Client, kept)
	h := &handler{queue: queue, log: log, now: time.Now, all: everyTenant(tenants)}
	if getenv(EnvWebhooks) == "on" {
		h.sender = &webhook.Sender{
			Source: source, Positions: positions, Store: dynamofeed.NewWebhooks(env.Client, kept), Tenants: h.all, Logger: log,
			Paused: recordPaused(env.Log(), log), Loopback: env.Emulated(),
		}
	}
	if name := getenv(EnvBus); name != "" {
		client, err := bridge(getenv)
		if err != nil {
			return nil, err
		}
		h.bus, h.began = &eventbus.Bus{API: client, Bus: name, Source: source, Positions: positions, Logger: log}, positions.Began
	}
	if h.sender == nil && h.bus == nil {
		return nil, errors.New(EnvWebhooks + " must be \"on\", or " + EnvBus + " must name a bus: there is nothing to send to")
	}
	return h, nil
}

// bridge is the client of EventBridge.
func bridge(getenv func(string) string) (*eventbridge.Client, error) {
	env, err := dynamo.OptionsFromEnv(getenv)
	if err != nil {
		return nil, err
	}
	o := eventbridge.Options{Region: env.Region, Credentials: env.Credentials, HTTPClient: &http.Client{Timeout: 5 * time.Second}}
	if endpoint := getenv(EnvBridge); endpoint != "" {
		o.BaseEndpoint = aws.String(strings.TrimSuffix(endpoint, "/"))
	}
	return eventbridge.New(o), nil
}

// everyTenant lists the tenants of the table.
func everyTenant(ts *dynamo.Tenants) func(context.Context) ([]scim.TenantID, error) {
	const page = 1000
	return func(ctx context.Context) (all []scim.TenantID, err error) {
		for after := ""; ; after = all[len(all)-1].String() {
			some, err := ts.Names(ctx, after, page)
			if all = append(all, some...); err != nil || len(some) < page {
				return all, err
			}
		}
	}
}

// recordPaused writes a webhook that was paused into the provisioning log of the tenant whose fact failed last.
func recordPaused(to activity.Log, log *slog.Logger) func(context.Context, webhook.Endpoint, scim.TenantID) {
	return func(ctx context.Context, e webhook.Endpoint, t scim.TenantID) {
		if t.IsZero() {
			return
		}
		err := to.Append(ctx, activity.Record{
			ID: activity.NewID(e.Paused), Time: e.Paused, Tenant: t, Entry: activity.EntryWebhook, Operation: "webhook", Status: 503,
			Code: string(scim.CodeWebhook), Resource: e.ID, Notes: []string{e.Reason},
		})
		if err != nil {
			log.ErrorContext(ctx, "a paused webhook is not in the provisioning log", "webhook", e.ID, "error", err)
		}
	}
}
