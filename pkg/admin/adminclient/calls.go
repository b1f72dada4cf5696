package adminclient

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/admin"
	"github.com/scimstack/scimstack/pkg/health"
)

// CreateTenant implements admin.API.
func (c *Client) CreateTenant(ctx context.Context, in admin.TenantInput) (*admin.TenantCreated, error) {
	return do[admin.TenantCreated](ctx, c, call{method: http.MethodPost, path: "/tenants", makes: true, body: in})
}

// Tenants implements admin.API.
func (c *Client) Tenants(ctx context.Context, cursor string, limit int) (*admin.TenantPage, error) {
	return do[admin.TenantPage](ctx, c, call{method: http.MethodGet, path: "/tenants", query: page(cursor, limit)})
}

// Tenant implements admin.API.
func (c *Client) Tenant(ctx context.Context, name string) (*admin.Tenant, error) {
	return do[admin.Tenant](ctx, c, call{method: http.MethodGet, path: at("tenants", name)})
}

// ChangeTenant implements admin.API.
func (c *Client) ChangeTenant(ctx context.Context, name string, version int64, patch map[string]json.RawMessage) (*admin.Tenant, error) {
	if patch == nil {
		patch = map[string]json.RawMessage{}
	}
	return do[admin.Tenant](ctx, c, call{method: http.MethodPatch, path: at("tenants", name), version: ifMatch(version), body: patch})
}

// PauseTenant implements admin.API.
func (c *Client) PauseTenant(ctx context.Context, name string, in admin.Pause) (*admin.Tenant, error) {
	return do[admin.Tenant](ctx, c, call{method: http.MethodPost, path: at("tenants", name, "pause"), body: in})
}

// ResumeTenant implements admin.API.
func (c *Client) ResumeTenant(ctx context.Context, name string) (*admin.Tenant, error) {
	return do[admin.Tenant](ctx, c, call{method: http.MethodPost, path: at("tenants", name, "resume")})
}

// Contents implements admin.API.
func (c *Client) Contents(ctx context.Context, name string) (*admin.Deletion, error) {
	return do[admin.Deletion](ctx, c, call{method: http.MethodGet, path: at("tenants", name, "contents")})
}

// DeleteTenant implements admin.API. Each call works for a limited time; Progress is not called.
func (c *Client) DeleteTenant(ctx context.Context, name string, o admin.DeleteOptions) (*admin.Deletion, error) {
	q := url.Values{}
	switch {
	case o.Wait < 0:
		q.Set("wait", "0s")
	case o.Wait > 0:
		q.Set("wait", o.Wait.String())
	}
	return do[admin.Deletion](ctx, c, call{method: http.MethodDelete, path: at("tenants", name), query: q})
}

// Schemas implements admin.API.
func (c *Client) Schemas(ctx context.Context, name string) (*admin.Schemas, error) {
	return do[admin.Schemas](ctx, c, call{method: http.MethodGet, path: at("tenants", name, "schemas")})
}

// PutSchemas implements admin.API.
func (c *Client) PutSchemas(ctx context.Context, name string, in admin.SchemaInput) (*admin.SchemaReport, error) {
	return do[admin.SchemaReport](ctx, c, call{method: http.MethodPost, path: at("tenants", name, "schemas"), version: ifMatch(in.Version), body: in})
}

// RemoveSchema implements admin.API.
func (c *Client) RemoveSchema(ctx context.Context, name, id string, o admin.SchemaOptions) (*admin.SchemaReport, error) {
	q := url.Values{"dryRun": {strconv.FormatBool(o.DryRun)}, "acceptUnread": {strconv.FormatBool(o.AcceptUnread)}, "maxRead": {strconv.Itoa(o.MaxRead)}}
	return do[admin.SchemaReport](ctx, c, call{method: http.MethodDelete, path: at("tenants", name, "schemas", id), query: q, version: ifMatch(o.Version)})
}

// Tokens implements admin.API.
func (c *Client) Tokens(ctx context.Context, name string) (*admin.TokenList, error) {
	return do[admin.TokenList](ctx, c, call{method: http.MethodGet, path: at("tenants", name, "tokens")})
}

// CreateToken implements admin.API.
func (c *Client) CreateToken(ctx context.Context, name string, in admin.TokenInput) (*admin.TokenCreated, error) {
	return do[admin.TokenCreated](ctx, c, call{method: http.MethodPost, path: at("tenants", name, "tokens"), makes: true, body: in})
}

// ChangeToken implements admin.API.
func (c *Client) ChangeToken(ctx context.Context, name, key string, in admin.TokenChange) (*admin.Token, error) {
	return do[admin.Token](ctx, c, call{method: http.MethodPatch, path: at("tenants", name, "tokens", key), body: in})
}

// RotateToken implements admin.API.
func (c *Client) RotateToken(ctx context.Context, name, key string, in admin.Rotation) (*admin.TokenCreated, error) {
	return do[admin.TokenCreated](ctx, c, call{method: http.MethodPost, path: at("tenants", name, "tokens", key, "rotate"), makes: true, body: in})
}

// RevokeToken implements admin.API.
func (c *Client) RevokeToken(ctx context.Context, name, key string) (*admin.Token, error) {
	return do[admin.Token](ctx, c, call{method: http.MethodPost, path: at("tenants", name, "tokens", key, "revoke")})
}

// RemoveToken implements admin.API.
func (c *Client) RemoveToken(ctx context.Context, name, key string) error {
	_, err := do[none](ctx, c, call{method: http.MethodDelete, path: at("tenants", name, "tokens", key)})
	return err
}

// Clients implements admin.API.
func (c *Client) Clients(ctx context.Context, name string) (*admin.ClientList, error) {
	return do[admin.ClientList](ctx, c, call{method: http.MethodGet, path: at("tenants", name, "clients")})
}

// CreateClient implements admin.API.
func (c *Client) CreateClient(ctx context.Context, name string, in admin.ClientInput) (*admin.ClientCreated, error) {
	return do[admin.ClientCreated](ctx, c, call{method: http.MethodPost, path: at("tenants", name, "clients"), makes: true, body: in})
}

// Client implements admin.API.
func (c *Client) Client(ctx context.Context, name, id string) (*admin.Client, error) {
	return do[admin.Client](ctx, c, call{method: http.MethodGet, path: at("tenants", name, "clients", id)})
}

// ChangeClient implements admin.API.
func (c *Client) ChangeClient(ctx context.Context, name, id string, version int64, in admin.ClientChange) (*admin.Client, error) {
	return do[admin.Client](ctx, c, call{method: http.MethodPatch, path: at("tenants", name, "clients", id), version: ifMatch(version), body: in})
}

// RotateClient implements admin.API.
func (c *Client) RotateClient(ctx context.Context, name, id string, in admin.ClientRotation) (*admin.ClientCreated, error) {
	return do[admin.ClientCreated](ctx, c, call{method: http.MethodPost, path: at("tenants", name, "clients", id, "rotate"), makes: true, version: ifMatch(in.Version), body: in.Rotation})
}

// RevokeClient implements admin.API.
func (c *Client) RevokeClient(ctx context.Context, name, id string, version int64) (*admin.Client, error) {
	return do[admin.Client](ctx, c, call{method: http.MethodPost, path: at("tenants", name, "clients", id, "revoke"), version: ifMatch(version)})
}

// RemoveClient implements admin.API.
func (c *Client) RemoveClient(ctx context.Context, name, id string, version int64) error {
	_, err := do[none](ctx, c, call{method: http.MethodDelete, path: at("tenants", name, "clients", id), version: ifMatch(version)})
	return err
}

// Operators implements admin.API.
func (c *Client) Operators(ctx context.Context) (*admin.OperatorList, error) {
	return do[admin.OperatorList](ctx, c, call{method: http.MethodGet, path: "/operators"})
}

// CreateOperator implements admin.API.
func (c *Client) CreateOperator(ctx context.Context, in admin.OperatorInput) (*admin.OperatorCreated, error) {
	return do[admin.OperatorCreated](ctx, c, call{method: http.MethodPost, path: "/operators", makes: true, body: in})
}

// RevokeOperator implements admin.API.
func (c *Client) RevokeOperator(ctx context.Context, id string) (*admin.Operator, error) {
	return do[admin.Operator](ctx, c, call{method: http.MethodPost, path: at("operators", id, "revoke")})
}

// RemoveOperator implements admin.API.
func (c *Client) RemoveOperator(ctx context.Context, id string) error {
	_, err := do[none](ctx, c, call{method: http.MethodDelete, path: at("operators", id)})
	return err
}

// Reindex implements admin.API.
func (c *Client) Reindex(ctx context.Context, name string, all bool) (*admin.IndexReport, error) {
	return do[admin.IndexReport](ctx, c, call{method: http.MethodPost, path: at("tenants", name, "reindex"), query: url.Values{"all": {strconv.FormatBool(all)}}})
}

// Recount implements admin.API.
func (c *Client) Recount(ctx context.Context, name string) (*admin.CountReport, error) {
	return do[admin.CountReport](ctx, c, call{method: http.MethodPost, path: at("tenants", name, "recount")})
}

// Health implements admin.API.
func (c *Client) Health(ctx context.Context, cursor string, limit int) (*health.Page, error) {
	return do[health.Page](ctx, c, call{method: http.MethodGet, path: "/health", query: page(cursor, limit)})
}

// TenantHealth implements admin.API.
func (c *Client) TenantHealth(ctx context.Context, name string) (*health.Tenant, error) {
	return do[health.Tenant](ctx, c, call{method: http.MethodGet, path: at("tenants", name, "health")})
}

// Log implements admin.API. Of one tenant it needs no right to read others.
func (c *Client) Log(ctx context.Context, q admin.LogQuery) (*activity.Whole, error) {
	in := call{method: http.MethodGet, path: "/log", query: page(q.After, q.Limit)}
	if len(q.Tenants) == 1 {
		in.path = at("tenants", q.Tenants[0], "log")
	} else if len(q.Tenants) > 1 {
		in.query.Set("tenant", strings.Join(q.Tenants, ","))
	}
	for name, value := range map[string]string{
		"resource": q.Resource, "idp": q.IdP, "operation": q.Operation, "request": q.RequestID, "user": q.User, "from": when(q.From), "until": when(q.Until),
	} {
		if value != "" {
			in.query.Set(name, value)
		}
	}
	if q.Failed {
		in.query.Set("failed", "true")
	}
	if q.Status != 0 {
		in.query.Set("status", strconv.Itoa(q.Status))
	}
	return do[activity.Whole](ctx, c, in)
}

func when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// page are the parameters of a page.
func page(cursor string, limit int) url.Values {
	q := url.Values{}
	if cursor != "" {
		q.Set("cursor", cursor)
	}
	if limit > 0 {
		q.Set("limit", strconv.Itoa(limit))
	}
	return q
}
