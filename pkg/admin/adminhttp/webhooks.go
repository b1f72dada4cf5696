package adminhttp

import (
	"context"
	"net/http"

	"github.com/scimstack/scimstack/internal/adminparams"
	"github.com/scimstack/scimstack/pkg/admin"
)

func addWebhooks(a *adder, api admin.API) {
	const path = "/webhooks"
	add(a, route{method: http.MethodGet, path: path, id: "list-webhooks", summary: "List the webhooks, without secrets"}, func(ctx context.Context, _ *empty) (*one[admin.WebhookList], error) {
		return answer(api.Webhooks(ctx))
	})
	add(a, route{method: http.MethodPost, path: path, id: "create-webhook", summary: "Create a webhook; its signing secret is shown only once", status: http.StatusCreated, makes: true}, func(ctx context.Context, in *struct{ Body admin.WebhookInput }) (*one[admin.WebhookCreated], error) {
		return answer(api.CreateWebhook(ctx, in.Body))
	})
	add(a, route{method: http.MethodGet, path: path + "/{id}", id: "get-webhook", summary: "Show a webhook, and how many deliveries wait or were given up"}, func(ctx context.Context, in *adminparams.Webhook) (*one[admin.Webhook], error) {
		return answer(api.Webhook(ctx, in.ID))
	})
	add(a, route{method: http.MethodPatch, path: path + "/{id}", id: "change-webhook", summary: "Change the URL or the types of a webhook"}, func(ctx context.Context, in *struct {
		adminparams.Webhook
		Body admin.WebhookChange
	},
	) (*one[admin.Webhook], error) {
		return answer(api.ChangeWebhook(ctx, in.ID, in.Body))
	})
	add(a, route{method: http.MethodPost, path: path + "/{id}/rotate", id: "rotate-webhook", summary: "Create a signing secret; the old one signs too until a grace ends"}, func(ctx context.Context, in *struct {
		adminparams.Webhook
		Body admin.WebhookRotation
	},
	) (*one[admin.WebhookCreated], error) {
		return answer(api.RotateWebhook(ctx, in.ID, in.Body))
	})
	add(a, route{method: http.MethodPost, path: path + "/{id}/pause", id: "pause-webhook", summary: "Stop deliveries; what happens meanwhile is sent when it is resumed"}, func(ctx context.Context, in *struct {
		adminparams.Webhook
		Body struct {
			Reason string `json:"reason" doc:"for people; at most 500 bytes"`
		}
	},
	) (*one[admin.Webhook], error) {
		return answer(api.PauseWebhook(ctx, in.ID, in.Body.Reason))
	})
	add(a, route{method: http.MethodPost, path: path + "/{id}/resume", id: "resume-webhook", summary: "Send again, with all that waits"}, func(ctx context.Context, in *adminparams.Webhook) (*one[admin.Webhook], error) {
		return answer(api.ResumeWebhook(ctx, in.ID))
	})
	add(a, route{method: http.MethodDelete, path: path + "/{id}", id: "remove-webhook", summary: "Remove a webhook with its deliveries", status: http.StatusNoContent}, func(ctx context.Context, in *adminparams.Webhook) (*empty, error) {
		return &empty{}, api.RemoveWebhook(ctx, in.ID)
	})
	add(a, route{method: http.MethodGet, path: path + "/{id}/deliveries", id: "list-deliveries", summary: "List the dead letters of a webhook, or what waits for its next try"}, func(ctx context.Context, in *struct {
		adminparams.Webhook
		Waiting bool `query:"waiting" doc:"those that wait instead of the dead letters"`
		Limit   int  `query:"limit" minimum:"1" maximum:"5000" default:"100"`
	},
	) (*one[admin.DeliveryList], error) {
		return answer(api.Deliveries(ctx, in.ID, in.Waiting, in.Limit))
	})
	add(a, route{method: http.MethodPost, path: path + "/{id}/redeliver", id: "redeliver-webhook", summary: "Send facts of a tenant again: some, a range, all since a time, or the dead letters"}, func(ctx context.Context, in *struct {
		adminparams.Webhook
		Body admin.Redelivery
	},
	) (*one[admin.Redelivered], error) {
		return answer(api.Redeliver(ctx, in.ID, in.Body))
	})
}
