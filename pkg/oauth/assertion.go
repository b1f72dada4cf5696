package oauth

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

const (
	// assertionLife is how far ahead an assertion may expire.
	assertionLife = 10 * time.Minute
	// maxJTI bounds the id of an assertion, in bytes.
	maxJTI = 256
)

// ErrAssertion is returned for an assertion that does not prove a client. What is wrong is said to logs only.
var ErrAssertion = errors.New("the client assertion is not accepted")

// Assertion is an assertion whose signature and times are right. The caller makes sure that its ID is used once,
// and keeps it until Until.
type Assertion struct {
	ID    string
	Until time.Time
	// Proof is for IssueFor: the key that has signed the assertion.
	Proof Proof
}

// Named returns the client id that an assertion names, or "". It checks nothing.
func Named(assertion string) string {
	_, c, err := read(assertion)
	if err != nil || c.Issuer != c.Subject {
		return ""
	}
	return c.Subject
}

// Asked returns the scope claim of an assertion, or "". It checks nothing.
func Asked(assertion string) string {
	_, c, err := read(assertion)
	if err != nil {
		return ""
	}
	return c.Scope
}

// Assert checks the assertion of a client of the method tenant.PrivateKeyJWT (RFC 7523 §3): iss and sub are the
// client id, the only aud is the issuer or the token endpoint of the tenant, exp is at most 10 minutes ahead, and jti is there.
// An error is ErrAssertion, or a *scim.BusyError if the keys of the client could not be fetched.
func (v *Verifier) Assert(ctx context.Context, id scim.TenantID, c *tenant.Client, assertion string) (*Assertion, error) {
	h, _, err := read(assertion)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrAssertion, err)
	}
	if t := accessType(h.Typ); t != "" && t != "jwt" && t != "client-authentication+jwt" {
		return nil, fmt.Errorf("%w: %w", ErrAssertion, errType)
	}
	keys, err := v.clientKeys(ctx, c, h)
	if err != nil {
		return nil, err
	}
	got, by, err := v.signed(assertion, keys, jwt.WithIssuer(c.ID), jwt.WithSubject(c.ID))
	if err == nil {
		err = v.fresh(id, &got)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrAssertion, err)
	}
	return &Assertion{ID: got.ID, Until: got.ExpiresAt.Add(skew + time.Minute), Proof: Proof{key: by.start, uri: c.KeysURI != ""}}, nil
}

// fresh checks what is special about the claims of an assertion.
func (v *Verifier) fresh(id scim.TenantID, c *claims) error {
	name := id.String()
	if len(c.Audience) != 1 || !slices.Contains([]string{v.address.Issuer(name), v.address.Token(name)}, c.Audience[0]) {
		return errors.New("aud must be the issuer or the token endpoint of the tenant, and nothing else")
	}
	if c.ID == "" || len(c.ID) > maxJTI {
		return fmt.Errorf("jti must have 1 to %d bytes", maxJTI)
	}
	if c.ExpiresAt.After(v.now().Add(assertionLife + skew)) {
		return fmt.Errorf("exp must be at most %s ahead", assertionLife)
	}
	return nil
}

// clientKeys returns the keys of a client that may have signed with a header.
func (v *Verifier) clientKeys(ctx context.Context, c *tenant.Client, h head) ([]publicKey, error) {
	var set []publicKey
	var err error
	if c.KeysURI != "" {
		if set, err = v.sources.find(ctx, source{keys: c.KeysURI}, h); err != nil {
			return nil, &scim.BusyError{RetryAfter: patience, Cause: fmt.Errorf("OAuth client %s: %w", c.ID, err)}
		}
	} else {
		if set, err = parseKeys(c.Keys); err != nil {
			return nil, fmt.Errorf("OAuth client %s: %w", c.ID, err)
		}
		set = choose(set, h)
	}
	return set, nil
}
