package tableadmin

import (
	"log/slog"
	"net/http"

	"github.com/scimstack/scimstack/internal/function"
	"github.com/scimstack/scimstack/pkg/activity/dynamolog"
	"github.com/scimstack/scimstack/pkg/admin"
	"github.com/scimstack/scimstack/pkg/admin/adminhttp"
	"github.com/scimstack/scimstack/pkg/admin/dynamoadmin"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/feed/dynamofeed"
	"github.com/scimstack/scimstack/pkg/feed/webhook"
	"github.com/scimstack/scimstack/pkg/lambdahttp"
	"github.com/scimstack/scimstack/pkg/mcp/dynamoplans"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// New returns what Config.Admin takes in a program that uses awslambda.Start: the administration of the table of the
// environment.
func New() http.Handler { return placed{} }

type placed struct{}

// ServeHTTP implements http.Handler. It is replaced by On before a request comes.
func (placed) ServeHTTP(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) }

// OnTable implements function.PlacedHandler.
func (placed) OnTable(c function.Config, log *slog.Logger) http.Handler {
	o := dynamo.Options{Table: c.Table, Log: log}
	tenants := dynamo.NewTenantsWith(c.Client, o)
	hooks := dynamofeed.NewWebhooks(c.Client, dynamofeed.Options{Table: c.Table, Keep: c.Feed.Age})
	upkeep := dynamoadmin.New(tenants, dynamolog.Kept(), dynamoplans.Kept(), dynamofeed.Kept(), hooks.Kept())
	store := c.Store(log)
	service := admin.New(admin.Options{
		Directory: tenants, Store: store, Log: c.Log(), Logger: log, Deleter: upkeep, Reindexer: upkeep, Recounter: upkeep,
		Webhooks: webhooks(hooks, c.Emulated(), store, tenants),
	})
	return adminhttp.New(service, adminhttp.Options{Principal: principal, Logger: log})
}

// webhooks keeps the webhooks of the table, to which the function webhooks sends.
func webhooks(hooks webhook.Store, loopback bool, store scim.Store, tenants tenant.Directory) *webhook.Sender {
	s := &webhook.Sender{Store: hooks, Loopback: loopback}
	if source, err := feed.New(store, feed.Options{Types: feed.TypesOf(tenant.NewAuthenticator(tenants, tenant.Options{}))}); err == nil { // the store of a table has a feed
		s.Source = source
	}
	return s
}

// principal is the ARN of who signed a request, as API Gateway has verified it.
func principal(r *http.Request) string { return lambdahttp.Principal(r.Context()) }
