package webhook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/scimstack/scimstack/internal/outbound"
	"github.com/scimstack/scimstack/pkg/feed"
)

const (
	timeout = 10 * time.Second // of a receiver to answer
	grace   = time.Second      // of it, once the sender is to end: what is on its way need not come again
)

// Form makes the request of a delivery: its headers, Content-Type among them, and its body.
type Form func(ctx context.Context, e *Endpoint, f *feed.Fact) (http.Header, []byte, error)

// Check reports whether an endpoint can be right.
func (s *Sender) Check(e *Endpoint) error {
	if err := e.check(); err != nil {
		return err
	}
	if e.Form != "" && s.Forms[e.Form] == nil {
		return fmt.Errorf("webhook %s: there is no form %.30q", e.ID, e.Form)
	}
	if err := s.client().Check(e.URL); err != nil {
		return fmt.Errorf("webhook %s: %w", e.ID, err)
	}
	return nil
}

func (s *Sender) client() *outbound.Client {
	return outbound.New(outbound.Options{Loopback: s.Loopback, Timeout: timeout, Resolver: s.resolver})
}

// Deliver sends one fact to an endpoint, once.
func (s *Sender) Deliver(ctx context.Context, e Endpoint, f feed.Fact) error {
	if err := s.Check(&e); err != nil {
		return err
	}
	return s.deliver(ctx, s.client(), &e, &f)
}

func (s *Sender) deliver(ctx context.Context, client *outbound.Client, e *Endpoint, f *feed.Fact) error {
	form := s.Forms[e.Form]
	if form == nil {
		form = s.standard
	}
	header, payload, err := form(ctx, e, f)
	if err != nil {
		return err
	}
	sending, cancel := context.WithTimeout(context.WithoutCancel(ctx), timeout)
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(grace, cancel) })()
	err = client.Post(sending, e.URL, header, payload)
	if errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("no answer within %s", timeout)
	}
	return err
}

// body is what is sent.
type body struct {
	Type      string     `json:"type"`
	Timestamp time.Time  `json:"timestamp"`
	Data      *feed.Fact `json:"data"`
}

// standard is the form of the Standard Webhooks specification.
func (s *Sender) standard(_ context.Context, e *Endpoint, f *feed.Fact) (http.Header, []byte, error) {
	var b bytes.Buffer
	j := json.NewEncoder(&b)
	j.SetEscapeHTML(false)
	if err := j.Encode(body{f.Type, f.Time, f}); err != nil {
		return nil, nil, err
	}
	payload := bytes.TrimSuffix(b.Bytes(), []byte("\n"))
	now := s.now()
	header, err := Sign(f.ID, now, payload, e.signing(now)...)
	return header, payload, err
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
