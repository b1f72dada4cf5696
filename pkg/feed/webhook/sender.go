package webhook

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/scimstack/scimstack/internal/outbound"
	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/scim"
)

// Sender sends facts to endpoints. Source and Positions are required. The fields must not be changed once it
// is used; it is then safe for concurrent use.
type Sender struct {
	Source    *feed.Source
	Positions feed.Positions
	// Tenants lists the tenants, for endpoints of all tenants.
	Tenants func(ctx context.Context) ([]scim.TenantID, error)
	// Loopback also allows http and https to this machine, for development.
	Loopback bool
	Logger   *slog.Logger     // slog.Default by default
	Now      func() time.Time // time.Now by default
	// Pause is that before the second delivery; 5 seconds by default, and twice as long before each next
	// one, up to 6 hours. Tries are 24 by default: 3 days. Both are for tests.
	Pause time.Duration
	Tries int
}

// Limits of a delivery.
const (
	timeout = 10 * time.Second
	longest = 6 * time.Hour
	tries   = 24 // with pauses from 5 seconds to 6 hours, these take 3 days
)

// Check reports whether an endpoint can be right.
func (s *Sender) Check(e *Endpoint) error {
	if err := e.check(); err != nil {
		return err
	}
	if err := s.client().Check(e.URL); err != nil {
		return fmt.Errorf("webhook %s: %w", e.ID, err)
	}
	return nil
}

func (s *Sender) client() *outbound.Client {
	return outbound.New(outbound.Options{Loopback: s.Loopback, Timeout: timeout})
}

// Run sends facts to an endpoint until ctx ends, and returns its error. It begins after the fact that was
// sent last; for a new endpoint, with what happens from now on.
func (s *Sender) Run(ctx context.Context, e Endpoint) error {
	c, err := s.consumer(e)
	if err != nil {
		return err
	}
	return c.Run(ctx)
}

// consumer is what follows the feed for an endpoint.
func (s *Sender) consumer(e Endpoint) (*feed.Consumer, error) {
	if err := s.Check(&e); err != nil {
		return nil, err
	}
	tenants := s.Tenants
	if !e.Tenant.IsZero() {
		tenants = func(context.Context) ([]scim.TenantID, error) { return []scim.TenantID{e.Tenant}, nil }
	}
	if tenants == nil {
		return nil, errTenants
	}
	client := s.client()
	return &feed.Consumer{
		Source: s.Source, Positions: s.Positions, Name: Consumer(e.ID), Tenants: tenants, Logger: s.Logger, FromNow: true,
		Tries: cmp.Or(s.Tries, tries), Pause: cmp.Or(s.Pause, 5*time.Second), Longest: longest,
		Handle: func(ctx context.Context, f feed.Fact) error {
			if !feed.Matches(e.Types, f.Type) {
				return nil
			}
			return s.deliver(ctx, client, &e, &f)
		},
	}, nil
}

// Consumer is the name of the consumer of an endpoint, in feed.Positions: for its dead letters.
func Consumer(id string) string { return "webhook." + id }

// Deliver sends one fact to an endpoint, once: for a redelivery by hand.
func (s *Sender) Deliver(ctx context.Context, e Endpoint, f feed.Fact) error {
	if err := s.Check(&e); err != nil {
		return err
	}
	return s.deliver(ctx, s.client(), &e, &f)
}

// Redeliver sends the facts of a tenant with the numbers from first to last, as far as there are and the
// endpoint wants them, again, and returns the number of the last one that has arrived.
func (s *Sender) Redeliver(ctx context.Context, e Endpoint, t scim.TenantID, first, last int64) (int64, error) {
	if err := s.Check(&e); err != nil {
		return 0, err
	}
	client, done := s.client(), first-1
	for done < last {
		facts, err := s.Source.Read(ctx, t, done, int(min(last-done, 100)))
		if err != nil || len(facts) == 0 {
			return done, err
		}
		for i := range facts {
			if feed.Matches(e.Types, facts[i].Type) {
				if err := s.deliver(ctx, client, &e, &facts[i]); err != nil {
					return done, fmt.Errorf("fact %s: %w", facts[i].ID, err)
				}
			}
			done = facts[i].Seq
		}
	}
	return done, nil
}

// body is what is sent.
type body struct {
	Type      string     `json:"type"`
	Timestamp time.Time  `json:"timestamp"`
	Data      *feed.Fact `json:"data"`
}

func (s *Sender) deliver(ctx context.Context, client *outbound.Client, e *Endpoint, f *feed.Fact) error {
	var b bytes.Buffer
	j := json.NewEncoder(&b)
	j.SetEscapeHTML(false)
	if err := j.Encode(body{f.Type, f.Time, f}); err != nil {
		return err
	}
	payload := bytes.TrimSuffix(b.Bytes(), []byte("\n"))
	now := time.Now
	if s.Now != nil {
		now = s.Now
	}
	header, err := Sign(f.ID, now(), payload, e.Secrets...)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	err = client.Post(ctx, e.URL, header, payload)
	if errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("no answer within %s", timeout)
	}
	return err
}

// Sign returns the headers of a delivery: one signature for each secret.
func Sign(id string, at time.Time, payload []byte, secrets ...string) (http.Header, error) {
	signatures := make([]string, len(secrets))
	for i, secret := range secrets {
		w, err := standardwebhooks.NewWebhook(secret)
		if err != nil {
			return nil, errors.New("webhook: a secret is not base64")
		}
		if signatures[i], err = w.Sign(id, at, payload); err != nil {
			return nil, err
		}
	}
	header := http.Header{}
	header.Set(standardwebhooks.HeaderWebhookID, id)
	header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(at.Unix(), 10))
	header.Set(standardwebhooks.HeaderWebhookSignature, strings.Join(signatures, " "))
	return header, nil
}
