package webhook

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Endpoint is where facts are sent.
type Endpoint struct {
	ID  string `json:"id"`  // at most 40 characters of a-z, 0-9 and -
	URL string `json:"url"` // https, with a host of the public internet
	// Tenant is whose facts are sent; the zero value is all tenants.
	Tenant scim.TenantID `json:"-"`
	// Types are the types of facts, such as "user.deactivated" or "user.*"; none are all. feed.CheckType refuses what none has.
	Types []string `json:"types,omitempty"`
	// Form is how a fact is sent: "" as a Standard Webhook, otherwise as the one of Sender.Forms says.
	Form string `json:"form,omitempty"`
	// Secrets sign each delivery: the newest first, and while receivers change over, the one before. See
	// NewSecret and Rotate. Other forms have no secret, or one that authorizes the delivery.
	Secrets []string `json:"secrets,omitempty"`
	// Until is when the second secret ends; zero: it stays.
	Until time.Time `json:"until,omitzero"`
	// Created is when the endpoint was made: it gets the facts from then on, and some of the seconds before.
	Created time.Time `json:"created"`

	// Paused is when deliveries were paused; zero: they are not. Reason says why, in a sentence.
	Paused time.Time `json:"paused,omitzero"`
	Reason string    `json:"reason,omitempty"`
	// Failing is when the first of the deliveries failed since the last one that succeeded; zero: none has.
	Failing time.Time `json:"failing,omitzero"`
	// Failed is the resource whose delivery failed then, and Several that those of others have failed since: one alone
	// says nothing of the endpoint.
	Failed  string `json:"failed,omitempty"`
	Several bool   `json:"several,omitempty"`
	// Row is how many deliveries in a row have failed, and Rest until when no other is tried: of an endpoint to which
	// Drain sends. Run keeps both in the process.
	Row  int       `json:"row,omitempty"`
	Rest time.Time `json:"rest,omitzero"`
}

// NewSecret returns a random secret in the form of the specification: "whsec_" and 32 bytes.
func NewSecret() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return secretPrefix + base64.StdEncoding.EncodeToString(b[:])
}

const (
	secretPrefix = "whsec_"
	leastSecret  = 24 // bytes, as the specification asks
	mostSecret   = 64
	mostSecrets  = 2
)

var idForm = regexp.MustCompile(`^[a-z0-9-]{1,40}$`)

// check returns the error of an endpoint that cannot be right, but for its URL. No error has a secret.
func (e *Endpoint) check() error {
	if !idForm.MatchString(e.ID) {
		return fmt.Errorf("webhook: the id %.50q is not one of a-z, 0-9 and -, of at most 40 characters", e.ID)
	}
	if e.Form != "" {
		return nil
	}
	if len(e.Secrets) == 0 || len(e.Secrets) > mostSecrets {
		return fmt.Errorf("webhook %s: an endpoint has one secret, or two while receivers change over", e.ID)
	}
	for _, s := range e.Secrets {
		raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(s, secretPrefix))
		if err != nil || len(raw) < leastSecret || len(raw) > mostSecret {
			return fmt.Errorf("webhook %s: a secret is whsec_ and %d to %d bytes in base64; NewSecret makes one", e.ID, leastSecret, mostSecret)
		}
	}
	return nil
}

// Rotate puts a secret before the one that signed so far, which signs too until a time, and removes older ones.
func (e *Endpoint) Rotate(secret string, until time.Time) {
	if len(e.Secrets) > 1 {
		e.Secrets = e.Secrets[:1]
	}
	e.Secrets, e.Until = append([]string{secret}, e.Secrets...), until
}

// Pause stops deliveries, for a reason. Nothing is lost while facts are kept.
func (e *Endpoint) Pause(at time.Time, reason string) {
	if e.Paused.IsZero() {
		e.Paused, e.Reason = at.UTC(), reason
	}
}

// Resume lets deliveries go on.
func (e *Endpoint) Resume() {
	e.Paused, e.Reason = time.Time{}, ""
	e.taken()
}

// taken forgets that deliveries have failed.
func (e *Endpoint) taken() {
	e.Failing, e.Failed, e.Several = time.Time{}, "", false
	e.Row, e.Rest = 0, time.Time{}
}

// failed notes that a delivery has failed.
func (e *Endpoint) failed(at time.Time, resource string) {
	if e.Failing.IsZero() {
		e.Failing = at
	}
	if e.Failed == "" {
		e.Failed = resource
	}
	e.Several = e.Several || e.Failed != resource
}

// news reports whether failed would change the endpoint.
func (e *Endpoint) news(resource string) bool {
	return e.Failing.IsZero() || e.Failed == "" || !e.Several && e.Failed != resource
}

// signing are the secrets that sign at a time.
func (e *Endpoint) signing(at time.Time) []string {
	if len(e.Secrets) > 1 && !e.Until.IsZero() && !at.Before(e.Until) {
		return e.Secrets[:1]
	}
	return e.Secrets
}

// Consumer is the name of the consumer of the endpoint, in feed.Positions. One that is made again under the same
// id has another name: it does not go on where the old one was.
func (e *Endpoint) Consumer() string {
	return "webhook." + e.ID + "." + strconv.FormatInt(e.Created.Unix(), 36)
}

// same reports whether two states of an endpoint are delivered in the same way.
func (e *Endpoint) same(o *Endpoint) bool {
	text := func(e Endpoint) string {
		e.taken()
		return fmt.Sprintf("%+v", e)
	}
	return text(*e) == text(*o)
}

var errTenants = errors.New("webhook: Sender.Tenants is missing; an endpoint of all tenants needs it")
