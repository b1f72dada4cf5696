package adminclient

import (
	"context"
	"net/http"
	"strconv"

	"github.com/scimstack/scimstack/pkg/admin"
)

// Webhooks implements admin.API.
func (c *Client) Webhooks(ctx context.Context) (*admin.WebhookList, error) {
	return do[admin.WebhookList](ctx, c, call{method: http.MethodGet, path: "/webhooks"})
}

// CreateWebhook implements admin.API.
func (c *Client) CreateWebhook(ctx context.Context, in admin.WebhookInput) (*admin.WebhookCreated, error) {
	return do[admin.WebhookCreated](ctx, c, call{method: http.MethodPost, path: "/webhooks", makes: admin.IdempotencyKey(ctx) != "", body: in})
}

// Webhook implements admin.API.
func (c *Client) Webhook(ctx context.Context, id string) (*admin.Webhook, error) {
	return do[admin.Webhook](ctx, c, call{method: http.MethodGet, path: at("webhooks", id)})
}

// ChangeWebhook implements admin.API.
func (c *Client) ChangeWebhook(ctx context.Context, id string, in admin.WebhookChange) (*admin.Webhook, error) {
	return do[admin.Webhook](ctx, c, call{method: http.MethodPatch, path: at("webhooks", id), body: in})
}

// RotateWebhook implements admin.API.
func (c *Client) RotateWebhook(ctx context.Context, id string, in admin.WebhookRotation) (*admin.WebhookCreated, error) {
	return do[admin.WebhookCreated](ctx, c, call{method: http.MethodPost, path: at("webhooks", id, "rotate"), body: in})
}

// PauseWebhook implements admin.API.
func (c *Client) PauseWebhook(ctx context.Context, id, reason string) (*admin.Webhook, error) {
	return do[admin.Webhook](ctx, c, call{method: http.MethodPost, path: at("webhooks", id, "pause"), body: map[string]string{"reason": reason}})
}

// ResumeWebhook implements admin.API.
func (c *Client) ResumeWebhook(ctx context.Context, id string) (*admin.Webhook, error) {
	return do[admin.Webhook](ctx, c, call{method: http.MethodPost, path: at("webhooks", id, "resume")})
}

// RemoveWebhook implements admin.API.
func (c *Client) RemoveWebhook(ctx context.Context, id string) error {
	_, err := do[none](ctx, c, call{method: http.MethodDelete, path: at("webhooks", id)})
	return err
}

// Deliveries implements admin.API.
func (c *Client) Deliveries(ctx context.Context, id string, waiting bool, limit int) (*admin.DeliveryList, error) {
	query := page("", limit)
	query.Set("waiting", strconv.FormatBool(waiting))
	return do[admin.DeliveryList](ctx, c, call{method: http.MethodGet, path: at("webhooks", id, "deliveries"), query: query})
}

// Redeliver implements admin.API.
func (c *Client) Redeliver(ctx context.Context, id string, in admin.Redelivery) (*admin.Redelivered, error) {
	return do[admin.Redelivered](ctx, c, call{method: http.MethodPost, path: at("webhooks", id, "redeliver"), body: in})
}
