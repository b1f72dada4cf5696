package oauth

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/scimstack/scimstack/internal/outbound"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// skew is how far the clocks of an issuer and of this service may differ.
const skew = 2 * time.Minute

// typeAccess is the typ of our access tokens (RFC 9068 §2.1).
const typeAccess = "at+jwt"

// Options of NewVerifier. Address is required; other fields that are zero take the defaults.
type Options struct {
	Address Address
	// Keys are those of our own access tokens. nil is Keys without a secret.
	Keys *Keys
	// Now is the clock; time.Now by default.
	Now func() time.Time
	// Loopback also fetches keys by http from this machine: for tests and development.
	Loopback bool
}

// Verifier implements tenant.Verifier: it checks our own access tokens, and those that the issuers of a tenant's
// clients have made. Make it with NewVerifier. It is safe for concurrent use.
//
// Keys of issuers are fetched by https from public addresses only, and kept for as long as the answer says,
// but for at least 5 minutes and at most 24 hours. A kid that is not among them has them fetched again, at most
// once a minute. Keys that were fetched in the last 24 hours are used while an issuer does not answer.
type Verifier struct {
	address Address
	keys    *Keys
	now     func() time.Time
	sources *sources
	client  *outbound.Client
}

var _ tenant.Verifier = (*Verifier)(nil)

// NewVerifier returns a Verifier.
func NewVerifier(o Options) *Verifier {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Keys == nil {
		o.Keys = &Keys{}
	}
	client := outbound.New(outbound.Options{Loopback: o.Loopback})
	return &Verifier{address: o.Address, keys: o.Keys, now: o.Now, client: client, sources: newSources(client, o.Now)}
}

// Names implements tenant.Verifier, for our own access tokens.
func (v *Verifier) Names(credential string) (scim.TenantID, bool) {
	if !Looks(credential) {
		return scim.TenantID{}, false
	}
	_, c, err := read(credential)
	if err != nil {
		return scim.TenantID{}, false
	}
	return v.address.tenantOf(c.Issuer)
}

// Verify implements tenant.Verifier.
func (v *Verifier) Verify(ctx context.Context, r *tenant.Record, credential string) (*tenant.Client, scim.Scope, bool, error) {
	if !Looks(credential) {
		return nil, 0, false, nil
	}
	h, c, err := read(credential)
	if err != nil {
		return nil, 0, true, refused(scim.CodeTokenDamaged, "")
	}
	var client *tenant.Client
	scopes := scim.Scope(0)
	if id, own := v.address.tenantOf(c.Issuer); own {
		client, scopes, err = v.own(r, id, h, credential)
	} else {
		client, err = v.issued(ctx, r, h, &c, credential)
		if err == nil {
			scopes = client.Scopes
		}
	}
	if err == nil && !client.Live(v.now()) {
		err = ended(client)
	}
	if err != nil {
		return nil, 0, true, err
	}
	return client, scopes, true, nil
}

// ended is the error for a client that is not live any more.
func ended(c *tenant.Client) error {
	if c.Revoked {
		return refused(scim.CodeTokenRevoked, c.ID)
	}
	return refused(scim.CodeTokenExpired, c.ID)
}

func refused(code scim.Code, client string) error {
	return &scim.RefusedError{Code: code, KeyID: client}
}

// own checks one of our own access tokens.
func (v *Verifier) own(r *tenant.Record, id scim.TenantID, h head, token string) (*tenant.Client, scim.Scope, error) {
	if id != r.Settings.ID {
		return nil, 0, refused(scim.CodeTokenTenant, "")
	}
	name := id.String()
	key, ok := v.keys.accepted(id, r.Settings.CursorKey, v.now(), h.Kid)
	if !ok || h.Alg != "EdDSA" || accessType(h.Typ) != typeAccess {
		return nil, 0, refused(scim.CodeTokenSignature, "")
	}
	c, err := v.check(token, []string{"EdDSA"}, key.Public(), jwt.WithIssuer(v.address.Issuer(name)), jwt.WithAudience(v.address.Resource(name)))
	client := clientOf(r, c.ClientID, tenant.ClientSecret, tenant.PrivateKeyJWT)
	if errors.Is(err, jwt.ErrTokenRequiredClaimMissing) && len(c.Audience) == 0 {
		err = jwt.ErrTokenInvalidAudience
	}
	if err != nil {
		return nil, 0, because(err, client)
	}
	if client == nil || c.Subject != c.ClientID {
		return nil, 0, refused(scim.CodeTokenWrong, "") // the client was removed
	}
	if now := v.now(); client.Live(now) && !holds(&r.Settings, client, c.Proof, now) {
		return nil, 0, refused(scim.CodeTokenRevoked, client.ID)
	}
	scopes, ok := scopesOf(c.Scope, client.Scopes)
	if !ok {
		return nil, 0, refused(scim.CodeTokenWrong, client.ID)
	}
	return client, scopes, nil
}

// accessType is typ without the prefix that it may have (RFC 7515 §4.1.9).
func accessType(typ string) string {
	return strings.TrimPrefix(strings.ToLower(typ), "application/")
}

// clientOf returns the client with an id and one of the methods, or nil.
func clientOf(r *tenant.Record, id string, methods ...tenant.Method) *tenant.Client {
	for i := range r.Clients {
		if c := &r.Clients[i]; c.ID == id && slices.Contains(methods, c.Method) {
			return c
		}
	}
	return nil
}

// issued checks a token of another issuer. Its claims are compared first, so that no token has keys fetched
// which no client is for.
func (v *Verifier) issued(ctx context.Context, r *tenant.Record, h head, c *claims, token string) (*tenant.Client, error) {
	client, code := v.standsFor(r, c)
	if client == nil {
		return nil, refused(code, "")
	}
	if t := accessType(h.Typ); t != "" && t != "jwt" && t != typeAccess || !slices.Contains(algorithms(), h.Alg) {
		return nil, refused(scim.CodeTokenSignature, "")
	}
	set, err := v.sources.find(ctx, source{client.Issuer, client.KeysURI}, h)
	if err != nil {
		return nil, &scim.BusyError{RetryAfter: patience, Cause: fmt.Errorf("OAuth client %s: %w", client.ID, err)}
	}
	if _, _, err = v.signed(token, set, jwt.WithIssuer(client.Issuer)); err != nil {
		return nil, because(err, client)
	}
	return client, nil
}

// standsFor returns the client that the claims of a token name, a live one if there is one. code says which claim is
// the first that no client has.
func (v *Verifier) standsFor(r *tenant.Record, c *claims) (client *tenant.Client, code scim.Code) {
	code = scim.CodeTokenIssuer
	for i := range r.Clients {
		k := &r.Clients[i]
		if k.Method != tenant.Issued || k.Issuer == "" || k.Issuer != c.Issuer {
			continue
		}
		if !slices.ContainsFunc(c.Audience, func(a string) bool { return a != "" && slices.Contains(k.Audience, a) }) {
			if code == scim.CodeTokenIssuer {
				code = scim.CodeTokenAudience
			}
			continue
		}
		if k.Subject == "" || k.Subject != c.Subject && k.Subject != c.AppID && k.Subject != c.AZP {
			code = scim.CodeTokenSubject
			continue
		}
		if client == nil || !client.Live(v.now()) {
			client = k
		}
	}
	return client, code
}

// signed checks a token from outside with any of some keys, and returns the one that has signed it.
func (v *Verifier) signed(token string, keys []publicKey, o ...jwt.ParserOption) (c claims, by publicKey, err error) {
	err = errKey
	for _, by = range keys {
		c, err = v.check(token, algorithms(), by.key, o...)
		if err == nil || !errors.Is(err, jwt.ErrTokenSignatureInvalid) {
			break
		}
	}
	return c, by, err
}

// check checks the signature of a token with a key, and then its times and what o says.
func (v *Verifier) check(token string, methods []string, key any, o ...jwt.ParserOption) (claims, error) {
	return checked(token, methods, key, v.now, append(o, jwt.WithLeeway(skew))...)
}

func checked(token string, methods []string, key any, now func() time.Time, o ...jwt.ParserOption) (c claims, err error) {
	o = append(o, jwt.WithValidMethods(methods), jwt.WithStrictDecoding(), jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithTimeFunc(now))
	_, err = jwt.NewParser(o...).ParseWithClaims(token, &c, func(*jwt.Token) (any, error) { return key, nil })
	return c, err
}

// because is the refusal of a token for an error of check. The client is named if the signature is right.
func because(err error, client *tenant.Client) error {
	if errors.Is(err, jwt.ErrTokenSignatureInvalid) || errors.Is(err, jwt.ErrTokenUnverifiable) || errors.Is(err, errKey) {
		return refused(scim.CodeTokenSignature, "")
	}
	name := ""
	if client != nil {
		name = client.ID
	}
	switch {
	case errors.Is(err, jwt.ErrTokenExpired):
		return refused(scim.CodeTokenLapsed, name)
	case errors.Is(err, jwt.ErrTokenInvalidAudience):
		return refused(scim.CodeTokenAudience, name)
	case errors.Is(err, jwt.ErrTokenInvalidIssuer):
		return refused(scim.CodeTokenIssuer, name)
	}
	return refused(scim.CodeTokenTime, name)
}
