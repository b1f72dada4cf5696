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
	"github.com/scimstack/scimstack/pkg/feed/dynamofeed"
	"github.com/scimstack/scimstack/pkg/lambdahttp"
	"github.com/scimstack/scimstack/pkg/mcp/dynamoplans"
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
	upkeep := dynamoadmin.New(tenants, dynamolog.Kept(), dynamoplans.Kept(), dynamofeed.Kept())
	service := admin.New(admin.Options{
		Directory: tenants, Store: c.Store(log), Log: c.Log(), Logger: log, Deleter: upkeep, Reindexer: upkeep, Recounter: upkeep,
	})
	return adminhttp.New(service, adminhttp.Options{Principal: principal, Logger: log})
}

// principal is the ARN of who signed a request, as API Gateway has verified it.
func principal(r *http.Request) string { return lambdahttp.Principal(r.Context()) }
