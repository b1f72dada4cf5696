package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/scimstack/scimstack/pkg/feed/dynamofeed"
	"github.com/scimstack/scimstack/pkg/feed/webhook"
)

// facts deactivates a user, and waits until the facts have arrived at a webhook on this machine, signed, and at a queue that
// a rule fills from the bus.
func (u user) facts(ctx context.Context, bus string) (err error) {
	secret := webhook.NewSecret()
	h := &hooked{secret: secret, arrived: map[string]bool{}}
	receiver := httptest.NewServer(h)
	defer receiver.Close()
	hooks := dynamofeed.NewWebhooks(u.db, dynamofeed.Options{Table: u.table})
	e := webhook.Endpoint{ID: "lane", URL: receiver.URL, Secrets: []string{secret}, Created: time.Now().UTC()}
	if err := hooks.Create(ctx, e); err != nil {
		return err
	}
	w, err := u.worker(ctx, bus)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.remove(context.WithoutCancel(ctx))) }()
	location, token, err := u.ann(ctx, "hooli")
	if err != nil {
		return err
	}
	begin := time.Now()
	if err := deactivate(ctx, location, token); err != nil {
		return err
	}
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(100 * time.Millisecond) {
		taken, wrong := h.taken()
		if err := errors.Join(wrong, w.receive(ctx)); err != nil {
			return err
		}
		if taken && w.arrived["user.created"] && w.arrived["user.deactivated"] {
			fmt.Printf("  a deactivation was at the webhook and on the bus within %s\n", time.Since(begin).Round(100*time.Millisecond))
			return nil
		}
		if time.Now().After(end) {
			return fmt.Errorf("two minutes after a deactivation the webhook has %v, the bus %v", h.arrived, w.arrived)
		}
	}
}

// deactivate is what an identity provider sends for a leaver.
func deactivate(ctx context.Context, location, token string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPatch, location, strings.NewReader(
		`{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"active","value":false}]}`))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/scim+json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		err = fmt.Errorf("PATCH of a user: %s", res.Status)
	}
	return errors.Join(err, res.Body.Close())
}

// hooked is the application's side of a webhook.
type hooked struct {
	secret string

	mu      sync.Mutex
	arrived map[string]bool // by type
	wrong   error
}

func (h *hooked) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	raw, err := io.ReadAll(r.Body)
	var v *standardwebhooks.Webhook
	if err == nil {
		v, err = standardwebhooks.NewWebhook(h.secret)
	}
	if err == nil {
		err = v.Verify(raw, r.Header)
	}
	var body struct{ Type string }
	if err == nil {
		err = json.Unmarshal(raw, &body)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if err != nil {
		h.wrong = fmt.Errorf("a webhook: %w", err)
		return
	}
	h.arrived[body.Type] = true
}

// taken reports whether both facts have arrived.
func (h *hooked) taken() (bool, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.arrived["user.created"] && h.arrived["user.deactivated"], h.wrong
}
