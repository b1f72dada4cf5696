package transfer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/scimstack/scimstack/pkg/feed/webhook"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// credentials makes tokens and clients those of the file. What the place has and the file does not is removed first: a
// key id may be one of a token there and of a client here.
func (i *importer) credentials(ctx context.Context, had *tenant.Record) error {
	if i.o.NoCredentials || !i.file.head.Credentials {
		return nil
	}
	tokens, clients := map[string]*tenant.Token{}, map[string]*tenant.Client{}
	for n := range i.file.tokens {
		tokens[i.file.tokens[n].KeyID] = &i.file.tokens[n]
	}
	for n := range i.file.clients {
		clients[i.file.clients[n].ID] = &i.file.clients[n]
	}
	for n := range had.Tokens {
		key := had.Tokens[n].KeyID
		if w := tokens[key]; w == nil || !sameToken(w, &had.Tokens[n]) {
			if err := i.drop(ctx, KindTokens, key, w == nil); err != nil {
				return err
			}
			continue
		}
		if err := i.token(ctx, tokens[key], &had.Tokens[n]); err != nil {
			return err
		}
		delete(tokens, key)
	}
	for n := range had.Clients {
		key := had.Clients[n].ID
		if clients[key] == nil {
			if err := i.drop(ctx, KindClients, key, true); err != nil {
				return err
			}
			continue
		}
		if err := i.client(ctx, clients[key], &had.Clients[n]); err != nil {
			return err
		}
		delete(clients, key)
	}
	return i.newCredentials(ctx, tokens, clients)
}

// newCredentials adds what is left, in the order of the file.
func (i *importer) newCredentials(ctx context.Context, tokens map[string]*tenant.Token, clients map[string]*tenant.Client) error {
	for n := range i.file.tokens {
		t := tokens[i.file.tokens[n].KeyID]
		if t == nil {
			continue
		}
		if !i.dry {
			if err := i.Directory.AddToken(ctx, i.id, *t); err != nil {
				return credentialError("token", t.KeyID, err)
			}
		}
		i.tally.add(actionCreate, KindTokens, t.KeyID, 1)
	}
	for n := range i.file.clients {
		c := clients[i.file.clients[n].ID]
		if c == nil {
			continue
		}
		if !i.dry {
			one := *c
			one.Version = 0
			if err := i.Directory.PutClient(ctx, i.id, one); err != nil {
				return credentialError("client", c.ID, err)
			}
			if err := i.touch(ctx, c.ID, c.Used, time.Time{}); err != nil {
				return err
			}
		}
		i.tally.add(actionCreate, KindClients, c.ID, 1)
	}
	return nil
}

func credentialError(what, key string, err error) error {
	if errors.Is(err, tenant.ErrExists) || errors.Is(err, tenant.ErrChanged) {
		return ErrChanged
	}
	return fmt.Errorf("%s %s: %w", what, key, err)
}

// drop removes a credential. One that is made again is not counted.
func (i *importer) drop(ctx context.Context, kind, key string, count bool) error {
	if !i.dry {
		if err := i.Directory.RemoveCredential(ctx, i.id, key); err != nil && !errors.Is(err, tenant.ErrNotFound) {
			return err
		}
	}
	if count {
		i.tally.add(actionRemove, kind, key, 1)
	}
	return nil
}

// sameToken reports whether two tokens differ in nothing that cannot be changed.
func sameToken(a, b *tenant.Token) bool {
	return a.Hash == b.Hash && a.UserID == b.UserID && a.Created.Equal(milli(b.Created))
}

// token changes a token that is there.
func (i *importer) token(ctx context.Context, want, have *tenant.Token) error {
	var c tenant.TokenChange
	var differs []string
	set := func(name string, differ bool, to func()) {
		if differ {
			differs = append(differs, name)
			to()
		}
	}
	set("name", want.Name != have.Name, func() { c.Name = &want.Name })
	set("connection", want.Connection != have.Connection, func() { c.Connection = &want.Connection })
	set("scopes", want.Scopes != have.Scopes, func() { c.Scopes = &want.Scopes })
	set("expires", !want.Expires.Equal(milli(have.Expires)), func() { c.Expires = &want.Expires })
	set("replacedBy", want.ReplacedBy != have.ReplacedBy, func() { c.ReplacedBy = &want.ReplacedBy })
	set("revoked", want.Revoked != have.Revoked, func() { c.Revoked = &want.Revoked })
	if i.dry {
		i.credential(KindTokens, want.KeyID, differs)
		return nil
	}
	if len(differs) > 0 {
		if none := ""; c.Replaces() && have.ReplacedBy != "" { // it is set once
			if err := i.Directory.ChangeToken(ctx, i.id, want.KeyID, tenant.TokenChange{ReplacedBy: &none}); err != nil {
				return credentialError("token", want.KeyID, err)
			}
		}
		if err := i.Directory.ChangeToken(ctx, i.id, want.KeyID, c); err != nil {
			return credentialError("token", want.KeyID, err)
		}
	}
	i.credential(KindTokens, want.KeyID, differs)
	return i.touch(ctx, want.KeyID, want.Used, have.Used)
}

// credential counts one that is there.
func (i *importer) credential(kind, key string, differs []string) {
	if len(differs) == 0 {
		i.tally.equal(kind, 1)
		return
	}
	i.tally.add(actionChange, kind, key, 1, differs...)
}

// touch keeps the last use of a credential, which is no difference.
func (i *importer) touch(ctx context.Context, key string, want, have time.Time) error {
	if !want.After(have) {
		return nil
	}
	return i.Directory.Touch(ctx, i.id, key, want)
}

// client replaces a client that is there.
func (i *importer) client(ctx context.Context, want, have *tenant.Client) error {
	a, err := want.Document()
	if err != nil {
		return err
	}
	b, err := have.Document()
	if err != nil {
		return err
	}
	differs := names(a, b)
	if len(differs) > 0 && !i.dry {
		one := *want
		one.Version = have.Version
		if err := i.Directory.PutClient(ctx, i.id, one); err != nil {
			return credentialError("client", want.ID, err)
		}
	}
	i.credential(KindClients, want.ID, differs)
	if i.dry {
		return nil
	}
	return i.touch(ctx, want.ID, want.Used, have.Used)
}

// webhooks makes those of the file. They get the facts from now on. Others of the place stay.
func (i *importer) webhooks(ctx context.Context) error {
	i.out.WebhooksLeft = len(i.file.webhooks)
	if !i.o.Webhooks || i.Webhooks == nil {
		return nil
	}
	i.out.WebhooksLeft = 0
	for _, w := range i.file.webhooks {
		have, err := i.Webhooks.Endpoint(ctx, w.ID)
		if errors.Is(err, webhook.ErrUnknown) {
			if err := i.newWebhook(ctx, w); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return err
		}
		if err := i.webhook(ctx, w, &have); err != nil {
			return err
		}
	}
	return nil
}

func (i *importer) newWebhook(ctx context.Context, w *webhookLine) error {
	i.tally.add(actionCreate, KindWebhooks, w.ID, 1)
	if i.dry {
		return nil
	}
	e := webhook.Endpoint{ID: w.ID, Tenant: i.id, Created: i.o.Now().UTC().Truncate(time.Second)}
	w.into(&e)
	return i.Webhooks.Create(ctx, e)
}

// into sets what the file has of a webhook.
func (w *webhookLine) into(e *webhook.Endpoint) {
	e.URL, e.Types, e.Form, e.Secrets, e.Until, e.Paused, e.Reason = w.URL, w.Types, w.Form, w.Secrets, w.Until, w.Paused, w.Reason
}

// webhook changes one that is there.
func (i *importer) webhook(ctx context.Context, w *webhookLine, have *webhook.Endpoint) error {
	if have.Tenant != i.id {
		return fmt.Errorf("webhook %s: the place has one with this id, which is of another tenant; remove it, or import without the webhooks", w.ID)
	}
	if at := webhookOf(have); at.URL == w.URL && at.Form == w.Form && slices.Equal(at.Types, w.Types) && slices.Equal(at.Secrets, w.Secrets) &&
		at.Until.Equal(w.Until) && at.Paused.IsZero() == w.Paused.IsZero() {
		i.tally.equal(KindWebhooks, 1)
		return nil
	}
	i.tally.add(actionChange, KindWebhooks, w.ID, 1)
	if i.dry {
		return nil
	}
	_, err := i.Webhooks.Update(ctx, w.ID, func(e *webhook.Endpoint) error { w.into(e); return nil })
	return err
}
