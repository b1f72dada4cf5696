package admin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/scimstack/scimstack/pkg/feed/webhook"
)

// CreateWebhook implements API.
func (s *Service) CreateWebhook(ctx context.Context, in WebhookInput) (*WebhookCreated, error) {
	h, err := s.hooks()
	if err != nil {
		return nil, err
	}
	e, err := s.newWebhook(ctx, h, &in)
	if err != nil {
		return nil, err
	}
	err = h.Store.Create(ctx, *e)
	if errors.Is(err, webhook.ErrExists) && IdempotencyKey(ctx) != "" {
		was, err := h.Store.Endpoint(ctx, e.ID)
		switch {
		case err != nil:
			return nil, hookError(e.ID, err)
		case was.URL != e.URL || was.Tenant != e.Tenant || was.Form != e.Form || !slices.Equal(was.Types, e.Types):
			return nil, otherInput()
		}
		return &WebhookCreated{Webhook: s.webhookOf(&was), Note: noteAgain}, nil
	}
	if err != nil {
		return nil, hookError(e.ID, err)
	}
	made := s.webhookOf(e)
	s.record(ctx, change{tenant: e.Tenant, operation: "webhook.create", resource: e.ID, after: loggedHook(made)})
	if e.Form != "" {
		return &WebhookCreated{Webhook: made, Note: "it gets what happens from now on"}, nil
	}
	return &WebhookCreated{Webhook: made, Secret: e.Secrets[0], Note: "store the secret now: it cannot be shown again; the webhook gets what happens from now on"}, nil
}

// newWebhook is an endpoint that is not stored yet.
func (s *Service) newWebhook(ctx context.Context, h *webhook.Sender, in *WebhookInput) (*webhook.Endpoint, error) {
	e := &webhook.Endpoint{ID: in.ID, URL: in.URL, Types: in.Types, Form: in.Form, Created: s.now().UTC().Truncate(time.Millisecond)}
	switch {
	case in.Form == "" && in.Bearer != "":
		return nil, noBearer()
	case in.Form == "":
		e.Secrets = []string{webhook.NewSecret()}
	case in.Bearer != "":
		e.Secrets = []string{in.Bearer}
	}
	if err := invalid(checkBearer(in.Bearer)...); err != nil {
		return nil, err
	}
	if err := checkHook(h, e, e.Types); err != nil {
		return nil, err
	}
	if in.Tenant == "" {
		return e, nil
	}
	var err error
	e.Tenant, err = s.existing(ctx, in.Tenant)
	return e, err
}

// errSameHook ends an update that would change nothing.
var errSameHook = errors.New("the webhook is so already")

// changeWebhook changes an endpoint, and records what was changed. What is so already is neither written nor recorded.
func (s *Service) changeWebhook(ctx context.Context, id, operation string, f func(*webhook.Sender, *webhook.Endpoint) error) (*webhook.Endpoint, *Webhook, error) {
	h, err := s.hooks()
	if err != nil {
		return nil, nil, err
	}
	var before Webhook
	e, err := h.Store.Update(ctx, id, func(e *webhook.Endpoint) error {
		before = s.webhookOf(e)
		secrets := slices.Clone(e.Secrets)
		if err := f(h, e); err != nil {
			return err
		}
		if same(before, s.webhookOf(e)) && slices.Equal(secrets, e.Secrets) {
			return errSameHook
		}
		return nil
	})
	if errors.Is(err, errSameHook) {
		return &e, &before, nil
	}
	if err != nil {
		return nil, nil, hookError(id, err)
	}
	after := s.webhookOf(&e)
	s.record(ctx, change{tenant: e.Tenant, operation: operation, resource: id, before: loggedHook(before), after: loggedHook(after)})
	return &e, &after, nil
}

// ChangeWebhook implements API.
func (s *Service) ChangeWebhook(ctx context.Context, id string, in WebhookChange) (*Webhook, error) {
	_, out, err := s.changeWebhook(ctx, id, "webhook.update", func(h *webhook.Sender, e *webhook.Endpoint) error {
		moved := in.URL != nil && *in.URL != e.URL
		if moved {
			e.URL = *in.URL
		}
		var named []string
		if in.Types != nil {
			named = *in.Types
			e.Types = named
		}
		if !moved { // the URL was allowed where it was set, as one on this machine is by scimstack dev
			h = &webhook.Sender{Forms: h.Forms, Loopback: true}
		}
		return checkHook(h, e, named)
	})
	return out, err
}

// graceOfHooks is how long an old signing secret signs too by default.
const graceOfHooks = "24h"

// RotateWebhook implements API.
func (s *Service) RotateWebhook(ctx context.Context, id string, in WebhookRotation) (*WebhookCreated, error) {
	if in.Bearer != "" {
		return s.replaceBearer(ctx, id, in)
	}
	if in.Grace == "" {
		in.Grace = graceOfHooks
	}
	until, problems := s.graceEnd(in.Grace)
	if err := invalid(problems...); err != nil {
		return nil, err
	}
	e, out, err := s.changeWebhook(ctx, id, "webhook.rotate", func(_ *webhook.Sender, e *webhook.Endpoint) error {
		if e.Form != "" {
			return fail(Conflict, "id", "webhook "+e.ID+" is of the form "+e.Form+", which has no signing secret", "name the bearer token that its receiver asks for now (scimstack webhook rotate "+e.ID+" --bearer @FILE)")
		}
		e.Rotate(webhook.NewSecret(), until)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &WebhookCreated{Webhook: *out, Secret: e.Secrets[0], Note: "store the secret now: it cannot be shown again; the old one signs too until " + until.Format(time.RFC3339)}, nil
}

// replaceBearer changes the bearer token of an endpoint that is not signed. A request has one, so there is no grace. What waits
// is sent with the new one.
func (s *Service) replaceBearer(ctx context.Context, id string, in WebhookRotation) (*WebhookCreated, error) {
	problems := checkBearer(in.Bearer)
	if in.Grace != "" {
		problems = append(problems, Problem{Field: "grace", Reason: "a delivery has one bearer token", Remedy: "leave it out, and let the receiver accept both tokens for a moment"})
	}
	if err := invalid(problems...); err != nil {
		return nil, err
	}
	_, out, err := s.changeWebhook(ctx, id, "webhook.rotate", func(_ *webhook.Sender, e *webhook.Endpoint) error {
		if e.Form == "" {
			return noBearer()
		}
		e.Secrets, e.Until = []string{in.Bearer}, time.Time{}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &WebhookCreated{Webhook: *out, Note: "deliveries have the new bearer token, also those that wait; if the webhook is paused, resume it"}, nil
}

func noBearer() error {
	return fail(Invalid, "bearer", "a webhook is signed, and sends no bearer token", "leave it out, or use the form set")
}

// checkBearer refuses what no Authorization header can have.
func checkBearer(token string) []Problem {
	if len(token) > maxBearer || strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return []Problem{{Field: "bearer", Reason: "it is no bearer token", Remedy: fmt.Sprintf("use ASCII without blanks, at most %d characters", maxBearer)}}
	}
	return nil
}

// PauseWebhook implements API.
func (s *Service) PauseWebhook(ctx context.Context, id, reason string) (*Webhook, error) {
	if err := invalid(checkText("reason", reason, maxReason, true)...); err != nil {
		return nil, err
	}
	_, out, err := s.changeWebhook(ctx, id, "webhook.pause", func(_ *webhook.Sender, e *webhook.Endpoint) error {
		e.Pause(s.now(), reason)
		e.Reason = reason // also of one that is paused, as for a tenant
		return nil
	})
	return out, err
}

// ResumeWebhook implements API.
func (s *Service) ResumeWebhook(ctx context.Context, id string) (*Webhook, error) {
	h, was, err := s.webhook(ctx, id)
	if err != nil {
		return nil, err
	}
	e, err := h.Resume(ctx, id)
	if err != nil {
		return nil, hookError(id, err)
	}
	out := s.webhookOf(&e)
	if before := s.webhookOf(was); !same(before, out) {
		s.record(ctx, change{tenant: e.Tenant, operation: "webhook.resume", resource: id, before: loggedHook(before), after: loggedHook(out)})
	}
	return &out, nil
}

// RemoveWebhook implements API.
func (s *Service) RemoveWebhook(ctx context.Context, id string) error {
	h, was, err := s.webhook(ctx, id)
	if err != nil {
		return err
	}
	if err := h.Store.Remove(ctx, id); err != nil {
		return hookError(id, err)
	}
	s.record(ctx, change{tenant: was.Tenant, operation: "webhook.remove", resource: id, before: loggedHook(s.webhookOf(was))})
	return nil
}
