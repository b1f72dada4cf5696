package adminhttp

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/scimstack/scimstack/internal/adminparams"
	"github.com/scimstack/scimstack/pkg/admin"
)

// removal are the parameters of an operation that removes a schema.
type removal struct {
	adminparams.Tenant
	adminparams.Condition
	ID           string `path:"id" maxLength:"500" doc:"URN of a schema, or name of a resource type"`
	DryRun       bool   `query:"dryRun" doc:"report what would happen, and change nothing"`
	MaxRead      int    `query:"maxRead" minimum:"0" maximum:"10000000" doc:"stored resources that are read at most; 0 is 20000"`
	AcceptUnread bool   `query:"acceptUnread" doc:"go on although not all stored resources were read"`
}

func addSchemas(a *adder, api admin.API) {
	const path = "/tenants/{name}/schemas"
	add(a, route{method: http.MethodGet, path: path, id: "list-schemas", summary: "Show the schemas and resource types that a tenant adds"}, func(ctx context.Context, in *adminparams.Tenant) (*versioned[admin.Schemas], error) {
		s, err := api.Schemas(ctx, in.Name)
		if err != nil {
			return nil, err
		}
		return &versioned[admin.Schemas]{ETag: etag(s.Version), Body: s}, nil
	})
	add(a, route{method: http.MethodPost, path: path, id: "put-schemas", summary: "Add or replace schemas and resource types, unless stored resources contradict them", version: true}, func(ctx context.Context, in *struct {
		adminparams.Tenant
		adminparams.Condition
		Body admin.SchemaInput
	},
	) (*versioned[admin.SchemaReport], error) {
		read, err := version(in.Condition)
		if err != nil {
			return nil, err
		}
		in.Body.Version = read
		return reportAnswer(api.PutSchemas(ctx, in.Name, in.Body))
	})
	add(a, route{method: http.MethodDelete, path: path + "/{id}", id: "remove-schema", summary: "Remove a schema or a resource type, unless stored resources contradict it", version: true}, func(ctx context.Context, in *removal) (*versioned[admin.SchemaReport], error) {
		read, err := version(in.Condition)
		if err != nil {
			return nil, err
		}
		return reportAnswer(api.RemoveSchema(ctx, in.Name, in.ID, admin.SchemaOptions{Version: read, DryRun: in.DryRun, MaxRead: in.MaxRead, AcceptUnread: in.AcceptUnread}))
	})
}

func reportAnswer(r *admin.SchemaReport, err error) (*versioned[admin.SchemaReport], error) {
	if err != nil {
		return nil, err
	}
	return &versioned[admin.SchemaReport]{ETag: etag(r.Version), Body: r}, nil
}

func addUpkeep(a *adder, api admin.API) {
	add(a, route{method: http.MethodPost, path: "/tenants/{name}/reindex", id: "reindex-tenant", summary: "Build the indexes that are not complete"}, func(ctx context.Context, in *struct {
		adminparams.Tenant
		All bool `query:"all" doc:"verify complete indexes too, and repair them"`
	},
	) (*staged[admin.IndexReport], error) {
		long, cancel := a.long(ctx)
		defer cancel()
		r, err := api.Reindex(long, in.Name, in.All)
		if err != nil {
			return nil, err
		}
		return &staged[admin.IndexReport]{Status: accepted(r.Done), Body: r}, nil
	})
	add(a, route{method: http.MethodPost, path: "/tenants/{name}/recount", id: "recount-tenant", summary: "Count the resources again"}, func(ctx context.Context, in *adminparams.Tenant) (*staged[admin.CountReport], error) {
		long, cancel := a.long(ctx)
		defer cancel()
		r, err := api.Recount(long, in.Name)
		if err != nil {
			return nil, err
		}
		return &staged[admin.CountReport]{Status: accepted(r.Done), Body: r}, nil
	})
}

// accepted is the status of long work.
func accepted(done bool) int {
	if done {
		return http.StatusOK
	}
	return http.StatusAccepted
}

// finish completes the document with what the types do not say.
func finish(doc *huma.OpenAPI) {
	for _, item := range doc.Paths {
		for _, op := range []*huma.Operation{item.Post, item.Delete} {
			if op == nil || op.Responses["200"] == nil {
				continue
			}
			switch op.OperationID {
			case "delete-tenant", "reindex-tenant", "recount-tenant":
				again := *op.Responses["200"]
				again.Description = "Accepted: repeat the request, it continues"
				op.Responses["202"] = &again
			}
		}
	}
}
