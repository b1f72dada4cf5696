package admin

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/feed/webhook"
)

// WebhookAPI are webhooks: URLs that receive the facts of one tenant, or of all. Unsupported: the store keeps none.
type WebhookAPI interface {
	// Webhooks lists the webhooks by id.
	Webhooks(ctx context.Context) (*WebhookList, error)
	// CreateWebhook creates a webhook. With an idempotency key, one that exists with the same input is not a Conflict.
	CreateWebhook(ctx context.Context, in WebhookInput) (*WebhookCreated, error)
	// Webhook returns a webhook, and counts its deliveries that wait or were given up.
	Webhook(ctx context.Context, id string) (*Webhook, error)
	// ChangeWebhook changes a webhook. A new URL is checked; the one that it has stays. What is so already is neither written
	// nor recorded, here and where one is paused or resumed.
	ChangeWebhook(ctx context.Context, id string, in WebhookChange) (*Webhook, error)
	// RotateWebhook makes a new signing secret, or sets the bearer token of a webhook that has none. Until the grace ends, deliveries are signed with the old one too. It
	// takes no idempotency key: Webhook.OldUntil shows whether it was done.
	RotateWebhook(ctx context.Context, id string, in WebhookRotation) (*WebhookCreated, error)
	// PauseWebhook stops deliveries. What happens meanwhile is sent when it is resumed. One that is paused gets the new reason.
	PauseWebhook(ctx context.Context, id, reason string) (*Webhook, error)
	ResumeWebhook(ctx context.Context, id string) (*Webhook, error)
	// RemoveWebhook removes a webhook with its deliveries.
	RemoveWebhook(ctx context.Context, id string) error
	// Deliveries lists the dead letters of a webhook or, with waiting, the deliveries that wait for their next try; at
	// most limit, 100 if it is 0.
	Deliveries(ctx context.Context, id string, waiting bool, limit int) (*DeliveryList, error)
	// Redeliver sends facts of a tenant again, whether or not they have arrived.
	Redeliver(ctx context.Context, id string, in Redelivery) (*Redelivered, error)
}

// Webhook is a webhook as callers see it: without its secrets.
type Webhook struct {
	ID       string     `json:"id"`
	URL      string     `json:"url"`
	Tenant   string     `json:"tenant,omitempty" doc:"the only tenant whose facts are sent; absent: all"`
	Types    []string   `json:"types" doc:"types of facts that are sent; empty: all"`
	Form     string     `json:"form,omitempty" doc:"set: Security Event Tokens; absent: Standard Webhooks"`
	State    string     `json:"state" enum:"active,paused"`
	Reason   string     `json:"reason,omitempty" doc:"why it is paused"`
	Secrets  int        `json:"secrets" doc:"that sign: two during a rotation"`
	OldUntil *time.Time `json:"oldSecretUntil,omitempty" doc:"until when the old secret signs too"`
	Created  time.Time  `json:"created"`
	Paused   *time.Time `json:"paused,omitempty"`
	Failing  *time.Time `json:"failing,omitempty" doc:"the first failure since the last delivery that succeeded; absent: none has failed"`
	Waiting  *int       `json:"waiting,omitempty" doc:"deliveries that wait for their next try; only where one webhook is shown, and at most 5,000"`
	Dead     *int       `json:"deadLetters,omitempty" doc:"deliveries that were given up; only where one webhook is shown, and at most 5,000"`
}

// WebhookInput is what CreateWebhook makes.
type WebhookInput struct {
	ID     string   `json:"id" doc:"at most 40 characters of a-z, 0-9 and -"`
	URL    string   `json:"url" doc:"https, with a host of the public internet"`
	Tenant string   `json:"tenant,omitempty" doc:"the only tenant whose facts are sent; absent: all"`
	Types  []string `json:"types,omitempty" doc:"types of facts, such as user.deactivated or user.*; absent: all"`
	Form   string   `json:"form,omitempty" doc:"set: Security Event Tokens; absent: Standard Webhooks"`
	Bearer string   `json:"bearer,omitempty" doc:"of the form set: bearer token that the receiver asks for"`
}

// WebhookChange says what to change of a webhook; what is absent stays as it is.
type WebhookChange struct {
	URL   *string   `json:"url,omitempty"`
	Types *[]string `json:"types,omitempty" doc:"empty: all"`
}

// WebhookRotation says how RotateWebhook works.
type WebhookRotation struct {
	Grace  string `json:"grace,omitempty" doc:"how long the old secret signs too: hours or days such as 24h, 7d; absent: 24h"`
	Bearer string `json:"bearer,omitempty" doc:"of the form set, instead of grace: bearer token that the receiver asks for from now on"`
}

// WebhookCreated is a new webhook, or one with a new secret, which is shown only once.
type WebhookCreated struct {
	Webhook Webhook `json:"webhook"`
	Secret  string  `json:"secret,omitempty" doc:"signing secret; it cannot be shown again"`
	Note    string  `json:"note"`
}

// WebhookList are all webhooks.
type WebhookList struct {
	Webhooks []Webhook `json:"webhooks"`
}

// hooks is what keeps and checks webhooks.
func (s *Service) hooks() (*webhook.Sender, error) {
	if s.o.Webhooks == nil {
		return nil, fail(Unsupported, "", "this store keeps no webhooks", "use SQLite, Postgres or DynamoDB")
	}
	return s.o.Webhooks, nil
}

// Webhooks implements API.
func (s *Service) Webhooks(ctx context.Context) (*WebhookList, error) {
	h, err := s.hooks()
	if err != nil {
		return nil, err
	}
	list, err := h.Store.Endpoints(ctx)
	if err != nil {
		return nil, AsError(err)
	}
	out := &WebhookList{Webhooks: make([]Webhook, len(list))}
	for i := range list {
		out.Webhooks[i] = s.webhookOf(&list[i])
	}
	return out, nil
}

// Webhook implements API.
func (s *Service) Webhook(ctx context.Context, id string) (*Webhook, error) {
	h, e, err := s.webhook(ctx, id)
	if err != nil {
		return nil, err
	}
	out := s.webhookOf(e)
	for _, c := range []struct {
		dead bool
		into **int
	}{{false, &out.Waiting}, {true, &out.Dead}} {
		list, err := h.Store.Deliveries(ctx, id, c.dead, MostDeliveries)
		if err != nil {
			return nil, AsError(err)
		}
		n := len(list)
		*c.into = &n
	}
	return &out, nil
}

// webhook returns an endpoint by its id.
func (s *Service) webhook(ctx context.Context, id string) (*webhook.Sender, *webhook.Endpoint, error) {
	h, err := s.hooks()
	if err != nil {
		return nil, nil, err
	}
	e, err := h.Store.Endpoint(ctx, id)
	if err != nil {
		return nil, nil, hookError(id, err)
	}
	return h, &e, nil
}

// hookError is an error of a store of webhooks.
func hookError(id string, err error) error {
	switch {
	case errors.Is(err, webhook.ErrUnknown):
		return fail(NotFound, "id", "there is no webhook "+shortened(id), "scimstack webhook list shows them")
	case errors.Is(err, webhook.ErrExists):
		return fail(Conflict, "id", "there is a webhook "+shortened(id)+" already", "choose another id, or delete that one")
	}
	return AsError(err)
}

func (s *Service) webhookOf(e *webhook.Endpoint) Webhook {
	out := Webhook{
		ID: e.ID, URL: e.URL, Types: append([]string{}, e.Types...), Form: e.Form, State: StateActive, Reason: e.Reason, Secrets: len(e.Secrets),
		Created: e.Created, Paused: optional(e.Paused), Failing: optional(e.Failing),
	}
	if !e.Tenant.IsZero() {
		out.Tenant = e.Tenant.String()
	}
	if out.Paused != nil {
		out.State = StatePaused
	}
	if len(e.Secrets) > 1 && e.Until.After(s.now()) {
		out.OldUntil = optional(e.Until)
	} else if len(e.Secrets) > 1 && !e.Until.IsZero() {
		out.Secrets = 1 // the old one signs no more
	}
	return out
}

// loggedHook is a webhook as a log may have it: some receivers are known by a secret in the path of their URL.
func loggedHook(w Webhook) Webhook {
	if u, err := url.Parse(w.URL); err == nil {
		w.URL = u.Scheme + "://" + u.Host + "/…"
	}
	return w
}

// Bounds of an endpoint, in bytes: all endpoints are read together.
const (
	maxURL    = 2000
	maxBearer = 4096
)

// checkHook returns what is wrong with an endpoint. named are the types that the caller names, of which facts must be; those that
// an endpoint has from before stay.
func checkHook(h *webhook.Sender, e *webhook.Endpoint, named []string) error {
	const most = 100
	var problems []Problem
	if len(e.Types) > most {
		problems = append(problems, Problem{Field: "types", Reason: fmt.Sprintf("it has %d", len(e.Types)), Remedy: fmt.Sprintf("use at most %d, or patterns such as user.*", most)})
	}
	problems = append(problems, checkText("url", e.URL, maxURL, true)...)
	for _, t := range named {
		wrong := checkText("types", t, maxName, true)
		if len(wrong) == 0 && feed.CheckType(t) != nil {
			wrong = []Problem{{Field: "types", Reason: fmt.Sprintf("no fact has the type %q", t), Remedy: "use one such as user.deactivated, a pattern such as user.*, or none for all"}}
		}
		problems = append(problems, wrong...)
	}
	if err := h.Check(e); err != nil {
		problems = append(problems, Problem{Reason: err.Error(), Remedy: "write the id as billing-1, and the URL as https://billing.example.com/hook"})
	}
	return invalid(problems...)
}
