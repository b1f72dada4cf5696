package adminhttp

import (
	"context"
	"net/http"

	"github.com/scimstack/scimstack/internal/adminparams"
	"github.com/scimstack/scimstack/pkg/admin"
)

func addTokens(a *adder, api admin.API) {
	const path = "/tenants/{name}/tokens"
	add(a, route{http.MethodGet, path, "list-tokens", "List the tokens of a tenant, without secrets", 0, false, false}, func(ctx context.Context, in *adminparams.Tenant) (*one[admin.TokenList], error) {
		return answer(api.Tokens(ctx, in.Name))
	})
	add(a, route{http.MethodPost, path, "create-token", "Create a token; its secret is shown only once", http.StatusCreated, true, false}, func(ctx context.Context, in *struct {
		adminparams.Tenant
		Body admin.TokenInput
	},
	) (*one[admin.TokenCreated], error) {
		return answer(api.CreateToken(ctx, in.Name, in.Body))
	})
	add(a, route{http.MethodPatch, path + "/{key}", "change-token", "Change name, scopes, connection or end of a token", 0, false, false}, func(ctx context.Context, in *struct {
		adminparams.Token
		Body admin.TokenChange
	},
	) (*one[admin.Token], error) {
		return answer(api.ChangeToken(ctx, in.Name, in.Key, in.Body))
	})
	add(a, route{http.MethodPost, path + "/{key}/rotate", "rotate-token", "Create a token beside an old one, which ends after a grace", http.StatusCreated, true, false}, func(ctx context.Context, in *struct {
		adminparams.Token
		Body admin.Rotation
	},
	) (*one[admin.TokenCreated], error) {
		return answer(api.RotateToken(ctx, in.Name, in.Key, in.Body))
	})
	add(a, route{http.MethodPost, path + "/{key}/revoke", "revoke-token", "Refuse a token from now on", 0, false, false}, func(ctx context.Context, in *adminparams.Token) (*one[admin.Token], error) {
		return answer(api.RevokeToken(ctx, in.Name, in.Key))
	})
	add(a, route{http.MethodDelete, path + "/{key}", "remove-token", "Remove a token from the list", http.StatusNoContent, false, false}, func(ctx context.Context, in *adminparams.Token) (*empty, error) {
		return &empty{}, api.RemoveToken(ctx, in.Name, in.Key)
	})
}

func addClients(a *adder, api admin.API) {
	const path = "/tenants/{name}/clients"
	add(a, route{http.MethodGet, path, "list-clients", "List the OAuth clients of a tenant, without secrets", 0, false, false}, func(ctx context.Context, in *adminparams.Tenant) (*one[admin.ClientList], error) {
		return answer(api.Clients(ctx, in.Name))
	})
	add(a, route{http.MethodPost, path, "create-client", "Create an OAuth client; its secret is shown only once", http.StatusCreated, true, false}, func(ctx context.Context, in *struct {
		adminparams.Tenant
		Body admin.ClientInput
	},
	) (*one[admin.ClientCreated], error) {
		return answer(api.CreateClient(ctx, in.Name, in.Body))
	})
	add(a, route{http.MethodPost, path + "/{id}/rotate", "rotate-client", "Create a secret beside the old one, which ends after a grace", http.StatusCreated, true, false}, func(ctx context.Context, in *struct {
		adminparams.Client
		Body admin.Rotation
	},
	) (*one[admin.ClientCreated], error) {
		return answer(api.RotateClient(ctx, in.Name, in.ID, in.Body))
	})
	add(a, route{http.MethodPost, path + "/{id}/revoke", "revoke-client", "Refuse a client from now on", 0, false, false}, func(ctx context.Context, in *adminparams.Client) (*one[admin.Client], error) {
		return answer(api.RevokeClient(ctx, in.Name, in.ID))
	})
	add(a, route{http.MethodDelete, path + "/{id}", "remove-client", "Remove a client from the list", http.StatusNoContent, false, false}, func(ctx context.Context, in *adminparams.Client) (*empty, error) {
		return &empty{}, api.RemoveClient(ctx, in.Name, in.ID)
	})
}

// operator are the parameters of an operation on an operator token.
type operator struct {
	ID string `path:"id" maxLength:"100" doc:"id of the operator token"`
}

func addOperators(a *adder, api admin.API) {
	add(a, route{http.MethodGet, "/operators", "list-operators", "List the operator tokens, without secrets", 0, false, false}, func(ctx context.Context, _ *empty) (*one[admin.OperatorList], error) {
		return answer(api.Operators(ctx))
	})
	add(a, route{http.MethodPost, "/operators", "create-operator", "Create an operator token; its secret is shown only once", http.StatusCreated, true, false}, func(ctx context.Context, in *struct{ Body admin.OperatorInput }) (*one[admin.OperatorCreated], error) {
		return answer(api.CreateOperator(ctx, in.Body))
	})
	add(a, route{http.MethodPost, "/operators/{id}/revoke", "revoke-operator", "Refuse an operator token from now on", 0, false, false}, func(ctx context.Context, in *operator) (*one[admin.Operator], error) {
		return answer(api.RevokeOperator(ctx, in.ID))
	})
	add(a, route{http.MethodDelete, "/operators/{id}", "remove-operator", "Remove an operator token from the list", http.StatusNoContent, false, false}, func(ctx context.Context, in *operator) (*empty, error) {
		return &empty{}, api.RemoveOperator(ctx, in.ID)
	})
}
