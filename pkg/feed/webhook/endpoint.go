package webhook

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Endpoint is where facts are sent.
type Endpoint struct {
	ID  string // at most 40 characters of a-z, 0-9 and -; it keeps the position
	URL string // https, with a host of the public internet
	// Tenant is whose facts are sent; the zero value is all tenants.
	Tenant scim.TenantID
	// Types are the types of facts, such as "user.deactivated" or "user.*"; none are all.
	Types []string
	// Secrets sign each delivery: the newest first, and while receivers change over, the one before. See
	// NewSecret.
	Secrets []string
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

var errTenants = errors.New("webhook: Sender.Tenants is missing; an endpoint of all tenants needs it")
