package operate

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/admin"
)

const (
	hook  = "billing"
	whole = "https://hooks.example.com/secret-path" // nothing is sent there: it gets no type that happens here, and then it is paused
)

// webhooks makes a webhook of the tenant and one of all tenants, changes, rotates, pauses and resumes them, looks at what
// waits, has facts sent again, and removes them. What cannot be right is refused, and the log has each change.
func (p *player) webhooks() {
	p.Helper()
	none := []string{"group.renamed"}
	made, err := p.API.CreateWebhook(p.Context(), admin.WebhookInput{ID: hook, URL: whole, Tenant: name, Types: none})
	p.must(err)
	if !strings.HasPrefix(made.Secret, "whsec_") || made.Webhook.Tenant != name {
		p.Errorf("%+v", made.Webhook)
	}
	p.mistakes(none)
	_, err = p.API.PauseWebhook(p.Context(), hook, reason)
	p.must(err)
	all, types := "https://hooks.example.com/other-path", []string{}
	w, err := p.API.ChangeWebhook(p.Context(), hook, admin.WebhookChange{URL: &all, Types: &types})
	p.must(err)
	if w.URL != all || len(w.Types) != 0 || w.State != admin.StatePaused || w.Reason != reason {
		p.Errorf("%+v", w)
	}
	rotated, err := p.API.RotateWebhook(p.Context(), hook, admin.WebhookRotation{Grace: "1h"})
	p.must(err)
	if rotated.Secret == made.Secret || !strings.HasPrefix(rotated.Secret, "whsec_") || rotated.Webhook.Secrets != 2 || rotated.Webhook.OldUntil == nil {
		p.Errorf("%+v", rotated.Webhook)
	}
	p.redeliver()
	_, err = p.API.ChangeWebhook(p.Context(), hook, admin.WebhookChange{Types: &none})
	p.must(err)
	p.must(p.API.RemoveWebhook(p.Context(), hook)) // resuming it would send what waits
	p.deployment(none)
	p.recorded(made.Secret, rotated.Secret)
}

// deployment makes a webhook of all tenants, resumes it, and removes it.
func (p *player) deployment(types []string) {
	p.Helper()
	_, err := p.API.CreateWebhook(p.Context(), admin.WebhookInput{ID: "lake", URL: whole, Types: types})
	p.must(err)
	list, err := p.API.Webhooks(p.Context())
	p.must(err)
	if len(list.Webhooks) != 1 || list.Webhooks[0].ID != "lake" || list.Webhooks[0].Tenant != "" {
		p.Errorf("%+v", list)
	}
	_, err = p.API.PauseWebhook(p.Context(), "lake", reason)
	p.must(err)
	w, err := p.API.ResumeWebhook(p.Context(), "lake")
	p.must(err)
	if w.State != admin.StateActive || w.Reason != "" {
		p.Errorf("%+v", w)
	}
	p.must(p.API.RemoveWebhook(p.Context(), "lake"))
}

// mistakes are refused, each with its kind.
func (p *player) mistakes(types []string) {
	p.Helper()
	ctx := p.Context()
	create := func(in admin.WebhookInput) func() error {
		return func() error { _, err := p.API.CreateWebhook(ctx, in); return err }
	}
	send := func(id string, in admin.Redelivery) func() error {
		return func() error { _, err := p.API.Redeliver(ctx, id, in); return err }
	}
	inside := "https://10.0.0.1/x"
	for what, c := range map[string]struct {
		kind admin.Kind
		call func() error
	}{
		"a URL without https":  {admin.Invalid, create(admin.WebhookInput{ID: "x", URL: "http://hooks.example.com"})},
		"no URL":               {admin.Invalid, create(admin.WebhookInput{ID: "x"})},
		"a private address":    {admin.Invalid, create(admin.WebhookInput{ID: "x", URL: inside})},
		"a link-local address": {admin.Invalid, create(admin.WebhookInput{ID: "x", URL: "https://169.254.169.254/latest"})},
		"a wrong id":           {admin.Invalid, create(admin.WebhookInput{ID: "X", URL: whole})},
		"an unknown form":      {admin.Invalid, create(admin.WebhookInput{ID: "x", URL: whole, Form: "fax"})},
		"an unknown tenant":    {admin.NotFound, create(admin.WebhookInput{ID: "x", URL: whole, Tenant: "unknown"})},
		"an id that is taken":  {admin.Conflict, create(admin.WebhookInput{ID: hook, URL: whole, Types: types})},
		"a changed URL": {admin.Invalid, func() error {
			_, err := p.API.ChangeWebhook(ctx, hook, admin.WebhookChange{URL: &inside})
			return err
		}},
		"a wrong grace": {admin.Invalid, func() error {
			_, err := p.API.RotateWebhook(ctx, hook, admin.WebhookRotation{Grace: "soon"})
			return err
		}},
		"no reason":                  {admin.Invalid, func() error { _, err := p.API.PauseWebhook(ctx, hook, ""); return err }},
		"an unknown webhook":         {admin.NotFound, func() error { _, err := p.API.Webhook(ctx, "x"); return err }},
		"its change":                 {admin.NotFound, func() error { _, err := p.API.ChangeWebhook(ctx, "x", admin.WebhookChange{}); return err }},
		"its rotation":               {admin.NotFound, func() error { _, err := p.API.RotateWebhook(ctx, "x", admin.WebhookRotation{}); return err }},
		"its pause":                  {admin.NotFound, func() error { _, err := p.API.PauseWebhook(ctx, "x", reason); return err }},
		"its resumption":             {admin.NotFound, func() error { _, err := p.API.ResumeWebhook(ctx, "x"); return err }},
		"its deliveries":             {admin.NotFound, func() error { _, err := p.API.Deliveries(ctx, "x", false, 0); return err }},
		"its removal":                {admin.NotFound, func() error { return p.API.RemoveWebhook(ctx, "x") }},
		"a redelivery of it":         {admin.NotFound, send("x", admin.Redelivery{Tenant: name, First: 1})},
		"a redelivery of what":       {admin.Invalid, send(hook, admin.Redelivery{Tenant: name})},
		"a redelivery of both":       {admin.Invalid, send(hook, admin.Redelivery{Tenant: name, First: 1, Facts: []string{name + ".1"}})},
		"a range that ends first":    {admin.Invalid, send(hook, admin.Redelivery{Tenant: name, First: 2, Last: 1})},
		"a fact of another tenant":   {admin.Invalid, send(hook, admin.Redelivery{Tenant: name, Facts: []string{"globex.1"}})},
		"facts of another tenant":    {admin.Invalid, send(hook, admin.Redelivery{Tenant: second, First: 1})},
		"facts of an unknown tenant": {admin.NotFound, send(hook, admin.Redelivery{Tenant: "unknown", First: 1})},
	} {
		if err := c.call(); err == nil || admin.AsError(err).Kind != c.kind {
			p.Errorf("%s: %v, want %s", what, err, c.kind)
		}
	}
	list, err := p.API.Webhooks(ctx)
	p.must(err)
	if len(list.Webhooks) != 1 || list.Webhooks[0].URL != whole || list.Webhooks[0].Secrets != 1 {
		p.Errorf("a refused request has changed something: %+v", list.Webhooks)
	}
}

// second is another tenant, which the webhook is not of.
const second = "globex"

// redeliver has facts sent again to the paused webhook, where they wait.
func (p *player) redeliver() {
	p.Helper()
	send := func(want int, in admin.Redelivery) {
		p.Helper()
		in.Tenant = name
		sent := 0
		for {
			out, err := p.API.Redeliver(p.Context(), hook, in)
			p.must(err)
			if sent += out.Facts; out.Next == 0 {
				break
			}
			in.First, in.Since = out.Next, nil
		}
		if want >= 0 && sent != want || want < 0 && sent < -want {
			p.Errorf("%+v: %d facts, want %d", in, sent, want)
		}
	}
	waiting := func(want int) int {
		p.Helper()
		list, err := p.API.Deliveries(p.Context(), hook, true, admin.MostDeliveries)
		p.must(err)
		w, err := p.API.Webhook(p.Context(), hook)
		p.must(err)
		if n := len(list.Deliveries); w.Waiting == nil || *w.Waiting != n || w.Dead == nil || *w.Dead != 0 || want >= 0 && n != want {
			p.Errorf("%d deliveries wait, want %d: %+v", n, want, w)
		}
		return len(list.Deliveries)
	}
	if p.Settle != nil {
		p.Settle()
	}
	waiting(0)
	send(2, admin.Redelivery{Facts: []string{name + ".1", name + ".3", name + ".3"}})
	waiting(2)
	send(4, admin.Redelivery{First: 2, Last: 5})
	waiting(5)
	since := p.began
	send(-6, admin.Redelivery{Since: &since})
	if n := waiting(-1); n < 6 {
		p.Errorf("%d deliveries wait of all facts", n)
	}
	send(0, admin.Redelivery{Dead: true})
	dead, err := p.API.Deliveries(p.Context(), hook, false, 0)
	p.must(err)
	if len(dead.Deliveries) != 0 {
		p.Errorf("%+v", dead)
	}
}

// recorded looks for each change in the log of the tenant, which has no secret and no path of a URL.
func (p *player) recorded(secrets ...string) {
	p.Helper()
	for _, operation := range []string{"webhook.create", "webhook.update", "webhook.rotate", "webhook.pause", "webhook.redeliver", "webhook.remove"} {
		page, err := p.API.Log(p.Context(), admin.LogQuery{Tenants: []string{name}, Query: activity.Query{Operation: operation}})
		p.must(err)
		b, err := json.Marshal(page.Records)
		p.must(err)
		text := string(b)
		if len(page.Records) == 0 || page.Records[0].Resource != hook || page.Records[0].Actor == "" || page.Records[0].Status != http.StatusOK {
			p.Errorf("%s: %s", operation, text)
		}
		for _, secret := range append(secrets, "secret-path", "other-path") {
			if strings.Contains(text, secret) {
				p.Errorf("%s has %s: %s", operation, secret, text)
			}
		}
	}
}
