package adminhttp

import (
	"context"
	"net/http"

	"github.com/scimstack/scimstack/internal/adminparams"
	"github.com/scimstack/scimstack/pkg/admin"
)

func addClients(a *adder, api admin.API) {
	const path = "/tenants/{name}/clients"
	add(a, route{method: http.MethodGet, path: path, id: "list-clients", summary: "List the OAuth clients of a tenant, without secrets"}, func(ctx context.Context, in *adminparams.Tenant) (*one[admin.ClientList], error) {
		return answer(api.Clients(ctx, in.Name))
	})
	add(a, route{method: http.MethodPost, path: path, id: "create-client", summary: "Create an OAuth client; its secret is shown only once", status: http.StatusCreated, makes: true}, func(ctx context.Context, in *struct {
		adminparams.Tenant
		Body admin.ClientInput
	},
	) (*versioned[admin.ClientCreated], error) {
		return clientMade(api.CreateClient(ctx, in.Name, in.Body))
	})
	add(a, route{method: http.MethodGet, path: path + "/{id}", id: "get-client", summary: "Show an OAuth client, without secrets"}, func(ctx context.Context, in *adminparams.Client) (*versioned[admin.Client], error) {
		return clientAnswer(api.Client(ctx, in.Name, in.ID))
	})
	add(a, route{method: http.MethodPatch, path: path + "/{id}", id: "change-client", summary: "Change name, scopes, connection, end or keys of an OAuth client", version: true}, func(ctx context.Context, in *struct {
		adminparams.Client
		adminparams.Condition
		Body admin.ClientChange
	},
	) (*versioned[admin.Client], error) {
		read, err := version(in.Condition)
		if err != nil {
			return nil, err
		}
		return clientAnswer(api.ChangeClient(ctx, in.Name, in.ID, read, in.Body))
	})
	add(a, route{method: http.MethodPost, path: path + "/{id}/rotate", id: "rotate-client", summary: "Create a secret beside the old one, which ends after a grace", status: http.StatusCreated, makes: true, optional: true}, func(ctx context.Context, in *struct {
		adminparams.OneClient
		Body admin.Rotation
	},
	) (*versioned[admin.ClientCreated], error) {
		read, err := optional(in.Optional)
		if err != nil {
			return nil, err
		}
		return clientMade(api.RotateClient(ctx, in.Name, in.ID, admin.ClientRotation{Rotation: in.Body, Version: read}))
	})
	add(a, route{method: http.MethodPost, path: path + "/{id}/revoke", id: "revoke-client", summary: "Refuse a client from now on", optional: true}, func(ctx context.Context, in *adminparams.OneClient) (*versioned[admin.Client], error) {
		read, err := optional(in.Optional)
		if err != nil {
			return nil, err
		}
		return clientAnswer(api.RevokeClient(ctx, in.Name, in.ID, read))
	})
	add(a, route{method: http.MethodDelete, path: path + "/{id}", id: "remove-client", summary: "Remove a client from the list", status: http.StatusNoContent, optional: true}, func(ctx context.Context, in *adminparams.OneClient) (*empty, error) {
		read, err := optional(in.Optional)
		if err != nil {
			return nil, err
		}
		return &empty{}, api.RemoveClient(ctx, in.Name, in.ID, read)
	})
}

// optional reads If-Match where it is not required; 0 is any version.
func optional(c adminparams.Optional) (int64, error) {
	if c.IfMatch == "" {
		return 0, nil
	}
	return version(adminparams.Condition(c))
}

func clientAnswer(c *admin.Client, err error) (*versioned[admin.Client], error) {
	if err != nil {
		return nil, err
	}
	return &versioned[admin.Client]{ETag: etag(c.Version), Body: c}, nil
}

func clientMade(c *admin.ClientCreated, err error) (*versioned[admin.ClientCreated], error) {
	if err != nil {
		return nil, err
	}
	return &versioned[admin.ClientCreated]{ETag: etag(c.Client.Version), Body: c}, nil
}
