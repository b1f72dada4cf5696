package adminhttp

import (
	"context"
	"net/http"

	"github.com/scimstack/scimstack/internal/adminparams"
	"github.com/scimstack/scimstack/pkg/admin"
)

func addTokens(a *adder, api admin.API) {
	const path = "/tenants/{name}/tokens"
	add(a, route{method: http.MethodGet, path: path, id: "list-tokens", summary: "List the tokens of a tenant, without secrets"}, func(ctx context.Context, in *adminparams.Tenant) (*one[admin.TokenList], error) {
		return answer(api.Tokens(ctx, in.Name))
	})
	add(a, route{method: http.MethodPost, path: path, id: "create-token", summary: "Create a token; its secret is shown only once", status: http.StatusCreated, makes: true}, func(ctx context.Context, in *struct {
		adminparams.Tenant
		Body admin.TokenInput
	},
	) (*one[admin.TokenCreated], error) {
		return answer(api.CreateToken(ctx, in.Name, in.Body))
	})
	add(a, route{method: http.MethodPatch, path: path + "/{key}", id: "change-token", summary: "Change name, scopes, connection or end of a token"}, func(ctx context.Context, in *struct {
		adminparams.Token
		Body admin.TokenChange
	},
	) (*one[admin.Token], error) {
		return answer(api.ChangeToken(ctx, in.Name, in.Key, in.Body))
	})
	add(a, route{method: http.MethodPost, path: path + "/{key}/rotate", id: "rotate-token", summary: "Create a token beside an old one, which ends after a grace", status: http.StatusCreated, makes: true}, func(ctx context.Context, in *struct {
		adminparams.Token
		Body admin.Rotation
	},
	) (*one[admin.TokenCreated], error) {
		return answer(api.RotateToken(ctx, in.Name, in.Key, in.Body))
	})
	add(a, route{method: http.MethodPost, path: path + "/{key}/revoke", id: "revoke-token", summary: "Refuse a token from now on"}, func(ctx context.Context, in *adminparams.Token) (*one[admin.Token], error) {
		return answer(api.RevokeToken(ctx, in.Name, in.Key))
	})
	add(a, route{method: http.MethodDelete, path: path + "/{key}", id: "remove-token", summary: "Remove a token from the list", status: http.StatusNoContent}, func(ctx context.Context, in *adminparams.Token) (*empty, error) {
		return &empty{}, api.RemoveToken(ctx, in.Name, in.Key)
	})
}

// operator are the parameters of an operation on an operator token.
type operator struct {
	ID string `path:"id" maxLength:"100" doc:"id of the operator token"`
}

func addOperators(a *adder, api admin.API) {
	add(a, route{method: http.MethodGet, path: "/operators", id: "list-operators", summary: "List the operator tokens, without secrets"}, func(ctx context.Context, _ *empty) (*one[admin.OperatorList], error) {
		return answer(api.Operators(ctx))
	})
	add(a, route{method: http.MethodPost, path: "/operators", id: "create-operator", summary: "Create an operator token; its secret is shown only once", status: http.StatusCreated, makes: true}, func(ctx context.Context, in *struct{ Body admin.OperatorInput }) (*one[admin.OperatorCreated], error) {
		return answer(api.CreateOperator(ctx, in.Body))
	})
	add(a, route{method: http.MethodPost, path: "/operators/{id}/revoke", id: "revoke-operator", summary: "Refuse an operator token from now on"}, func(ctx context.Context, in *operator) (*one[admin.Operator], error) {
		return answer(api.RevokeOperator(ctx, in.ID))
	})
	add(a, route{method: http.MethodDelete, path: "/operators/{id}", id: "remove-operator", summary: "Remove an operator token from the list", status: http.StatusNoContent}, func(ctx context.Context, in *operator) (*empty, error) {
		return &empty{}, api.RemoveOperator(ctx, in.ID)
	})
}
