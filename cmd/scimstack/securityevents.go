package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"log/slog"
	"net/http"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/feed/secevent"
	"github.com/scimstack/scimstack/pkg/feed/webhook"
)

// formSET is the form of webhooks that get Security Event Tokens.
const formSET = "set"

// securityEvents is the switch for Security Event Tokens: a key, or nil for none, and others that are published too.
type securityEvents struct {
	key    *ecdsa.PrivateKey
	others []*ecdsa.PublicKey
}

// keyIn reads the keys in a file; "" is none.
func keyIn(file string) (s securityEvents, err error) {
	if file == "" {
		return s, nil
	}
	data, err := flagFile("security-events-key-file", file)
	if err != nil {
		return s, err
	}
	if s.key, s.others, err = secevent.ParseKeys(data); err != nil {
		return s, usagef("--security-events-key-file %s: %w", file, err)
	}
	return s, nil
}

// newKey is a key that ends with the process, if it is wanted.
func newKey(wanted bool) (s securityEvents, err error) {
	if wanted {
		s.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
	return s, err
}

// uris are the events that the service announces.
func (s securityEvents) uris() []string {
	if s.key == nil {
		return nil
	}
	return secevent.URIs()
}

// add serves polls and keys before a service, and lets a sender push. sender is nil if there are no webhooks.
func (s securityEvents) add(service *scimstack.Service, base string, ps feed.Positions, sender *webhook.Sender, log *slog.Logger) (http.Handler, error) {
	if s.key == nil {
		return service, nil
	}
	if sender == nil {
		return nil, usagef("security events need a store with a feed of changes; use SQLite or Postgres")
	}
	t, err := secevent.New(secevent.Options{Key: s.key, Former: s.others, Base: base, Source: service.Feed(), Gate: service.FeedGate(), Positions: ps, Logger: log})
	if err != nil {
		return nil, err
	}
	sender.Forms = map[string]webhook.Form{formSET: t.Form()}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if t.Serves(r.URL.Path) {
			t.ServeHTTP(w, r)
			return
		}
		service.ServeHTTP(w, r)
	}), nil
}
