package adminhttp

import (
	"context"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/scimstack/scimstack/internal/adminparams"
	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/admin"
	"github.com/scimstack/scimstack/pkg/health"
)

// named names the schemas of the document: those of other packages after what they are about, because a tenant of package
// health is not one of package admin.
func named(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case strings.HasSuffix(t.PkgPath(), "pkg/health"):
		return "Health" + name
	case strings.HasSuffix(t.PkgPath(), "pkg/activity"):
		return "Log" + name
	}
	return name
}

type listHealth struct {
	Cursor string `query:"cursor" maxLength:"100" doc:"next of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"50"`
}

// logQuery turns the parameters into what they select.
func logQuery(p adminparams.Log, user string, tenants ...string) (q admin.LogQuery, err error) {
	q = admin.LogQuery{Tenants: tenants, User: user, Query: activity.Query{
		Resource: p.Resource, Status: p.Status, Failed: p.Failed, IdP: p.IdP, Operation: p.Operation, RequestID: p.Request, After: p.Cursor, Limit: p.Limit,
	}}
	for _, t := range []struct {
		field, text string
		into        *time.Time
	}{{"from", p.From, &q.From}, {"until", p.Until, &q.Until}} {
		if t.text == "" {
			continue
		}
		if *t.into, err = time.Parse(time.RFC3339Nano, t.text); err != nil {
			return q, problem(admin.Invalid, t.field, "it is not a time", "write it as 2026-01-31T12:00:00Z")
		}
	}
	return q, nil
}

func addObservation(a *adder, api admin.API) {
	add(a, route{method: http.MethodGet, path: "/health", id: "list-health", summary: "Show how the connections of all tenants are, the worst first"}, func(ctx context.Context, in *listHealth) (*one[health.Page], error) {
		return answer(api.Health(ctx, in.Cursor, in.Limit))
	})
	add(a, route{method: http.MethodGet, path: "/tenants/{name}/health", id: "get-health", summary: "Show how the connections of a tenant are"}, func(ctx context.Context, in *adminparams.Tenant) (*one[health.Tenant], error) {
		return answer(api.TenantHealth(ctx, in.Name))
	})
	add(a, route{method: http.MethodGet, path: "/log", id: "list-log", summary: "Read the provisioning logs of all tenants, or of some, as one, newest first"}, func(ctx context.Context, in *struct {
		adminparams.Log
		Tenants []string `query:"tenant" maxItems:"100" doc:"names, separated by commas; absent: all tenants"`
	},
	) (*one[activity.Whole], error) {
		q, err := logQuery(in.Log, "", in.Tenants...)
		if err != nil {
			return nil, err
		}
		return answer(api.Log(ctx, q))
	})
	add(a, route{method: http.MethodGet, path: "/tenants/{name}/log", id: "get-log", summary: "Read the provisioning log of a tenant, newest first"}, func(ctx context.Context, in *struct {
		adminparams.Tenant
		adminparams.Log
		User string `query:"user" maxLength:"1000" doc:"userName, displayName, externalId or id of a user or a group, also of one that is gone"`
	},
	) (*one[activity.Whole], error) {
		q, err := logQuery(in.Log, in.User, in.Name)
		if err != nil {
			return nil, err
		}
		return answer(api.Log(ctx, q))
	})
}
