package secevent

import (
	"cmp"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/feed/webhook"
	"github.com/scimstack/scimstack/pkg/scim"
)

// Options of New. Key, Base, Source, Gate and Positions are required.
type Options struct {
	// Key signs, by ES256: a key of P-256. See ParseKey.
	Key *ecdsa.PrivateKey
	// Former are further public keys for receivers to find: of keys that have signed before, until their tokens have been
	// read, and of the key that signs next.
	Former []*ecdsa.PublicKey
	// Base is the URL before the tenant, as clients use it. Base and tenant are the issuer.
	Base   string
	Source *feed.Source
	// Gate decides who may poll: tokens of the tenant with the scope scim.Events, and the operator.
	Gate feed.Gate
	// Positions keeps what each of these has acknowledged.
	Positions feed.Positions
	Logger    *slog.Logger     // slog.Default by default
	Now       func() time.Time // time.Now by default
}

// Transmitter makes and delivers tokens. Make it with New. It is safe for concurrent use.
type Transmitter struct {
	o    Options
	kid  string
	keys []byte // JWK Set
	acks acks
}

// New returns a Transmitter.
func New(o Options) (*Transmitter, error) {
	if o.Key == nil || o.Key.Curve != elliptic.P256() || o.Base == "" || o.Source == nil || o.Positions == nil || o.Gate.Authenticator == nil {
		return nil, errors.New("secevent: a Transmitter needs Base, Source, Positions, Gate and a Key of P-256")
	}
	o.Logger = cmp.Or(o.Logger, slog.Default())
	if o.Now == nil {
		o.Now = time.Now
	}
	t := &Transmitter{o: o}
	var set struct {
		Keys []object `json:"keys"`
	}
	for _, key := range append([]*ecdsa.PublicKey{&o.Key.PublicKey}, o.Former...) {
		jwk, err := jwkOf(key)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(set.Keys, func(k object) bool { return k["kid"] == jwk["kid"] }) {
			set.Keys = append(set.Keys, jwk)
		}
	}
	t.kid, _ = set.Keys[0]["kid"].(string)
	var err error
	t.keys, err = json.Marshal(set)
	return t, err
}

// jwkOf is a public key in a JWK Set (RFC 7517, RFC 7518 §6.2). kid is its thumbprint (RFC 7638).
func jwkOf(key *ecdsa.PublicKey) (object, error) {
	point, err := key.Bytes() // 4, x, y
	if err != nil || len(point) != 65 {
		return nil, errors.New("secevent: a key is not one of P-256")
	}
	x, y := base64.RawURLEncoding.EncodeToString(point[1:33]), base64.RawURLEncoding.EncodeToString(point[33:])
	sum := sha256.Sum256([]byte(`{"crv":"P-256","kty":"EC","x":"` + x + `","y":"` + y + `"}`))
	return object{"kty": "EC", "crv": "P-256", "x": x, "y": y, "use": "sig", "alg": "ES256", "kid": base64.RawURLEncoding.EncodeToString(sum[:])}, nil
}

// ParseKey reads the first private key of P-256 in PEM, as `openssl ecparam -name prime256v1 -genkey -noout` and
// `openssl genpkey` write it.
func ParseKey(data []byte) (*ecdsa.PrivateKey, error) {
	key, _, err := ParseKeys(data)
	return key, err
}

var errNoKey = errors.New("it has no private key of P-256 in PEM; openssl ecparam -name prime256v1 -genkey -noout makes one")

// ParseKeys reads one or more keys of P-256 in PEM. The first private one is for Options.Key. The others, which may be
// private or public, are for Options.Former: a key is published before it signs, and for a time after that.
func ParseKeys(data []byte) (key *ecdsa.PrivateKey, others []*ecdsa.PublicKey, err error) {
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		var parsed any
		switch block.Type {
		case "EC PRIVATE KEY":
			parsed, err = x509.ParseECPrivateKey(block.Bytes)
		case "PRIVATE KEY":
			parsed, err = x509.ParsePKCS8PrivateKey(block.Bytes)
		case "PUBLIC KEY":
			parsed, err = x509.ParsePKIXPublicKey(block.Bytes)
		default:
			continue
		}
		private, _ := parsed.(*ecdsa.PrivateKey)
		public, _ := parsed.(*ecdsa.PublicKey)
		if private != nil {
			public = &private.PublicKey
		}
		good := err == nil && public != nil && public.Curve == elliptic.P256()
		switch {
		case good && key == nil && private != nil:
			key = private
		case good:
			others = append(others, public)
		case key == nil:
			return nil, nil, errNoKey
		default:
			return nil, nil, fmt.Errorf("key %d in it is not one of P-256", len(others)+2)
		}
	}
	if key == nil {
		return nil, nil, errNoKey
	}
	return key, others, nil
}

// Issuer is the claim iss of the tokens of a tenant.
func (t *Transmitter) Issuer(tenant string) string { return t.o.Base + "/" + tenant }

// Token makes the token of a fact for an audience.
func (t *Transmitter) Token(f *feed.Fact, audience string) (string, error) {
	token := jwt.NewWithClaims(jwt.SigningMethodES256, jwt.MapClaims{
		"iss": t.Issuer(f.Tenant), "aud": audience, "iat": t.o.Now().Unix(), "jti": f.ID, "txn": cmp.Or(f.RequestID, f.ID), "toe": f.Time.Unix(),
		"sub_id": subject(f), "events": events(f),
	})
	token.Header["kid"], token.Header["typ"] = t.kid, "secevent+jwt"
	return token.SignedString(t.o.Key)
}

// Form is how webhook.Sender pushes tokens (RFC 8935), for Sender.Forms. The audience is the URL of the endpoint; its
// secret, if it has one, is sent as a bearer token.
func (t *Transmitter) Form() webhook.Form {
	return func(_ context.Context, e *webhook.Endpoint, f *feed.Fact) (http.Header, []byte, error) {
		token, err := t.Token(f, e.URL)
		if err != nil {
			return nil, nil, err
		}
		h := http.Header{"Content-Type": {"application/secevent+jwt"}, "Accept": {"application/json"}}
		if len(e.Secrets) > 0 {
			h.Set("Authorization", "Bearer "+e.Secrets[0])
		}
		return h, []byte(token), nil
	}
}

// stream is the place of a receiver that polls: each credential has its own.
func stream(t scim.TenantID, subject string) feed.Place {
	sum := sha256.Sum256([]byte(subject))
	return feed.Place{Tenant: t, Consumer: "set." + hex.EncodeToString(sum[:12])}
}
