package admin_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/admin"
	"github.com/scimstack/scimstack/pkg/feed/webhook"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// withHooks gives a world webhooks. loopback allows URLs on this machine, as scimstack dev does.
func (w *world) withHooks(store webhook.Store, loopback bool) {
	w.Service = admin.New(admin.Options{
		Directory: w.dir, Store: w.store, Operators: &tenant.MemoryOperators{}, Log: w.log,
		Logger: slog.New(slog.DiscardHandler), Now: func() time.Time { return w.now },
		Webhooks: &webhook.Sender{Store: store, Loopback: loopback},
	})
}

// TestCredentialWithoutEffect: a token, an operator token or a webhook that is changed to what it is makes no record, though time
// has passed, and one that is changed makes one.
func TestCredentialWithoutEffect(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(t), t.Context()
	w.withHooks(webhook.NewMemory(), false)
	w.create("acme", `{}`)
	token, err := w.CreateToken(ctx, "acme", admin.TokenInput{Name: "old"})
	if err != nil {
		t.Fatal(err)
	}
	operator, err := w.CreateOperator(ctx, admin.OperatorInput{Name: "Ann", Tenant: "acme"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.CreateWebhook(ctx, admin.WebhookInput{ID: "billing", URL: "https://8.8.8.8/hook", Tenant: "acme", Types: []string{"user.*"}}); err != nil {
		t.Fatal(err)
	}
	key, id := token.Token.Key, operator.Operator.ID
	name, url, types := "new", "https://8.8.4.4/hook", []string{"group.*"}
	for _, c := range []struct {
		what string
		f    func() error
	}{
		{"token set", func() error { _, err := w.ChangeToken(ctx, "acme", key, admin.TokenChange{Name: &name}); return err }},
		{"token revoke", func() error { _, err := w.RevokeToken(ctx, "acme", key); return err }},
		{"operator revoke", func() error { _, err := w.RevokeOperator(ctx, id); return err }},
		{"webhook set", func() error {
			_, err := w.ChangeWebhook(ctx, "billing", admin.WebhookChange{URL: &url, Types: &types})
			return err
		}},
		{"webhook pause", func() error { _, err := w.PauseWebhook(ctx, "billing", "moving"); return err }},
		{"webhook resume", func() error { _, err := w.ResumeWebhook(ctx, "billing"); return err }},
	} {
		for n, want := range []int{1, 0} {
			w.now = w.now.Add(time.Minute)
			before := w.records()
			if err := c.f(); err != nil || w.records()-before != want {
				t.Errorf("%s, try %d: %d records, want %d: %v", c.what, n+1, w.records()-before, want, err)
			}
		}
	}
	before := w.records()
	for range 2 {
		if _, err := w.RotateWebhook(ctx, "billing", admin.WebhookRotation{}); err != nil {
			t.Fatal(err)
		}
	}
	if n := w.records() - before; n != 2 {
		t.Errorf("two new secrets have %d records", n)
	}
}

// TestDeletionRecorded: the log of the service has the deletion of a tenant that was there, and none of one that was not.
func TestDeletionRecorded(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(t), t.Context()
	w.create("acme", `{}`)
	var said strings.Builder
	s := admin.New(admin.Options{Directory: w.dir, Store: w.store, Log: w.log, Logger: slog.New(slog.NewTextHandler(&said, nil))})
	_, err := s.DeleteTenant(ctx, "absent", admin.DeleteOptions{Wait: -1})
	refused(t, err, admin.NotFound)
	if said.Len() > 0 {
		t.Error("of a tenant that is not there:", said.String())
	}
	if _, err := s.DeleteTenant(ctx, "acme", admin.DeleteOptions{Wait: -1}); err != nil || strings.Count(said.String(), "operation=tenant.delete") != 1 {
		t.Error(said.String(), err)
	}
}

// TestWebhookPausedAnew: pausing gives the reason of the operator also to a webhook that is paused.
func TestWebhookPausedAnew(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(t), t.Context()
	w.withHooks(webhook.NewMemory(), false)
	if _, err := w.CreateWebhook(ctx, admin.WebhookInput{ID: "billing", URL: "https://8.8.8.8/hook"}); err != nil {
		t.Fatal(err)
	}
	first, err := w.PauseWebhook(ctx, "billing", "moving")
	if err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(time.Hour)
	second, err := w.PauseWebhook(ctx, "billing", "broken")
	if err != nil || second.Reason != "broken" || !second.Paused.Equal(*first.Paused) {
		t.Errorf("%+v %v", second, err)
	}
}

// TestWebhookOfDevelopment: the types of a webhook on this machine, which scimstack dev allows, are changed beside the process too.
// Its URL is not, and no other webhook gets such a URL.
func TestWebhookOfDevelopment(t *testing.T) {
	t.Parallel()
	w, ctx, store := newWorld(t), t.Context(), webhook.NewMemory()
	w.withHooks(store, true)
	here := "http://127.0.0.1:3000/hook"
	if _, err := w.CreateWebhook(ctx, admin.WebhookInput{ID: "billing", URL: here}); err != nil {
		t.Fatal(err)
	}
	w.withHooks(store, false)
	types, other := []string{"user.*"}, "http://127.0.0.1:3001/hook"
	if got, err := w.ChangeWebhook(ctx, "billing", admin.WebhookChange{Types: &types}); err != nil || len(got.Types) != 1 {
		t.Errorf("%+v %v", got, err)
	}
	if got, err := w.ChangeWebhook(ctx, "billing", admin.WebhookChange{URL: &here, Types: &[]string{}}); err != nil || len(got.Types) != 0 {
		t.Errorf("with its URL: %+v %v", got, err)
	}
	_, err := w.ChangeWebhook(ctx, "billing", admin.WebhookChange{URL: &other})
	refused(t, err, admin.Invalid, "https")
	_, err = w.ChangeWebhook(ctx, "billing", admin.WebhookChange{Types: &[]string{"user.none"}})
	refused(t, err, admin.Invalid, "user.none")
}
