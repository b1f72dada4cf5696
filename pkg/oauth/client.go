package oauth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/scimstack/scimstack/internal/outbound"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// Bounds of a client.
const (
	maxName      = 100
	maxURL       = 2048
	maxAudiences = 10
	maxSubject   = 255
)

// Invalid is the error of a client that cannot be used.
type Invalid struct {
	Field  string // of tenant.Client
	Reason string // what is wrong, and what to do
}

func (e *Invalid) Error() string { return e.Field + ": " + e.Reason }

func invalid(field, format string, args ...any) error {
	return &Invalid{Field: field, Reason: fmt.Sprintf(format, args...)}
}

// NewClient completes a client for Directory.PutClient: it gives it a new id, and a client of the method
// tenant.ClientSecret a secret, which is valid until expires, or for ever if that is zero. Name, Method, Scopes, Connection, Expires and
// what the method needs come from c; everything else is replaced. secret cannot be recovered later: show it once. An error is an *Invalid.
func NewClient(c tenant.Client, now, expires time.Time) (client tenant.Client, secret string, err error) {
	c.ID, c.Created, c.Version, c.Used, c.Revoked, c.Secrets = "oc"+strings.ToLower(rand.Text()[:18]), now, 0, time.Time{}, false, nil
	if err := Check(&c); err != nil {
		return c, "", err
	}
	if c.Method == tenant.ClientSecret {
		secret = AddSecret(&c, now, expires, now)
	}
	return c, secret, nil
}

// AddSecret gives a client a new secret, valid until expires, or for ever if that is zero. Older secrets end
// at oldUntil, if not earlier, and of those only the newest is kept: a client has two secrets at most. Store c with
// Directory.PutClient, and show the secret once.
func AddSecret(c *tenant.Client, now, expires, oldUntil time.Time) (secret string) {
	secret = tenant.NewClientSecret(c.ID)
	var kept []tenant.Secret
	for _, s := range c.Secrets {
		if s.Expires.IsZero() || s.Expires.After(oldUntil) {
			s.Expires = oldUntil
		}
		if now.Before(s.Expires) && (len(kept) == 0 || s.Created.After(kept[0].Created)) {
			kept = []tenant.Secret{s}
		}
	}
	kept = append(kept, tenant.Secret{Hash: sha256.Sum256([]byte(secret)), Created: now, Expires: expires})
	c.Secrets = kept
	return secret
}

// HasSecret reports whether a secret is one of a client that is valid. It takes the same time for a client
// without secrets, and for none.
func HasSecret(c *tenant.Client, secret string, now time.Time) bool {
	sum := sha256.Sum256([]byte(secret))
	list := make([]tenant.Secret, 2) // to compare with, if there are none
	if c != nil && len(c.Secrets) > 0 {
		list = c.Secrets
	}
	found := false
	for _, s := range list {
		same := subtle.ConstantTimeCompare(sum[:], s.Hash[:]) == 1
		if same && (s.Expires.IsZero() || now.Before(s.Expires)) {
			found = true
		}
	}
	return found && c != nil
}

// Check says what is wrong with a client, as an *Invalid with the field, the reason and the remedy. It fetches
// nothing; see Verifier.Reach.
func Check(c *tenant.Client) error {
	if len(c.Name) > maxName || !utf8.ValidString(c.Name) || strings.ContainsFunc(c.Name, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return invalid("Name", "it must be at most %d bytes of printable text", maxName)
	}
	const verbs, types = scim.Read | scim.Write | scim.Agent | scim.Activity, scim.Users | scim.Groups | scim.Resources | scim.Activity
	if c.Scopes&verbs == 0 || c.Scopes&types == 0 {
		return invalid("Scopes", "the client could do nothing; give it read or write, and users, groups or resources")
	}
	if c.Mode != "" && c.Mode != tenant.Tolerant && c.Mode != tenant.Strict {
		return invalid("Mode", "%.20q is not a mode; use tolerant or strict, or leave it out for the mode of the tenant", c.Mode)
	}
	switch c.Method {
	case tenant.ClientSecret:
		return notFor(c, "Keys", "KeysURI", "Issuer", "Audience", "Subject")
	case tenant.PrivateKeyJWT:
		if err := notFor(c, "Secrets", "Issuer", "Audience", "Subject"); err != nil {
			return err
		}
		return checkKeys(c)
	case tenant.Issued:
		if err := notFor(c, "Secrets", "Keys"); err != nil {
			return err
		}
		return checkIssued(c)
	}
	return invalid("Method", "%.40q is not a method; use %s, %s or %s", c.Method, tenant.ClientSecret, tenant.PrivateKeyJWT, tenant.Issued)
}

// notFor refuses fields that the method does not have: they would look as if they protected something.
func notFor(c *tenant.Client, fields ...string) error {
	set := map[string]bool{
		"Secrets": len(c.Secrets) > 0, "Keys": len(c.Keys) > 0, "KeysURI": c.KeysURI != "", "Issuer": c.Issuer != "",
		"Audience": len(c.Audience) > 0, "Subject": c.Subject != "",
	}
	for _, f := range fields {
		if set[f] {
			return invalid(f, "a client of the method %s does not have it; leave it out, or choose another method", c.Method)
		}
	}
	return nil
}

func checkKeys(c *tenant.Client) error {
	switch {
	case (len(c.Keys) == 0) == (c.KeysURI == ""):
		return invalid("Keys", "give either the JWK Set of the client, or the URL where it is, and not both")
	case c.KeysURI != "":
		return checkURL("KeysURI", c.KeysURI)
	}
	if _, err := parseKeys(c.Keys); err != nil {
		return invalid("Keys", "%s", err)
	}
	return nil
}

func checkIssued(c *tenant.Client) error {
	if err := checkURL("Issuer", c.Issuer); err != nil {
		return err
	}
	if c.KeysURI != "" {
		if err := checkURL("KeysURI", c.KeysURI); err != nil {
			return err
		}
	}
	if len(c.Audience) == 0 || len(c.Audience) > maxAudiences || slices.ContainsFunc(c.Audience, func(a string) bool { return a == "" || len(a) > maxURL }) {
		return invalid("Audience", "give 1 to %d values of the claim aud that are for this tenant; without them, tokens for any other service would be accepted", maxAudiences)
	}
	if c.Subject == "" || len(c.Subject) > maxSubject {
		return invalid("Subject", "give the value of the claim sub, appid or azp, at most %d bytes; without it, every application of the issuer would be accepted", maxSubject)
	}
	for _, template := range []string{"/common/", "/organizations/", "/consumers/", "{"} {
		if strings.Contains(c.Issuer, template) {
			return invalid("Issuer", "%q is not the issuer of one organisation; use the value of the claim iss, with the id of the organisation", c.Issuer)
		}
	}
	return nil
}

func checkURL(field, u string) error {
	if len(u) > maxURL {
		return invalid(field, "it has more than %d bytes", maxURL)
	}
	switch err := outbound.New(outbound.Options{}).Check(u); {
	case errors.Is(err, outbound.ErrAddress):
		return invalid(field, "%q is not an address of the public internet, and only those are fetched", u)
	case err != nil:
		return invalid(field, "%.200q is not an https URL; write one such as https://login.example.com/keys", u)
	}
	return nil
}

// Reach fetches the keys of a client once, if they are elsewhere. Call it before Directory.PutClient: the error says
// what is wrong with the URL or its answer, for instance that it is a web page. It is an *Invalid.
func (v *Verifier) Reach(ctx context.Context, c *tenant.Client) error {
	at := source{keys: c.KeysURI}
	switch {
	case c.Method == tenant.Issued:
		at.issuer = c.Issuer
	case c.KeysURI == "":
		return nil
	}
	if _, _, err := v.sources.fetch(ctx, at); err != nil {
		field := "KeysURI"
		if c.KeysURI == "" {
			field = "Issuer"
		}
		return invalid(field, "%s", err)
	}
	return nil
}
