package tenant

import (
	"encoding/json"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Mode says how closely the text of the RFCs is followed.
type Mode string

// The modes. "" takes the mode of the tenant.
const (
	Tolerant Mode = "tolerant" // everything that identity providers are known to send works
	Strict   Mode = "strict"   // the text of the RFCs and the interoperability profile
)

// Connection has the settings that a credential may have for itself, so that a customer can move from
// one identity provider to another while both are connected. A zero field takes the tenant's.
type Connection struct {
	IdP  string `json:"idp,omitempty"`
	Mode Mode   `json:"mode,omitempty"`
}

// Token is a static credential as it is stored. The secret cannot be derived from it.
type Token struct {
	KeyID string   // names the token in logs and commands
	Name  string   // for people, for instance "Okta production"; at most 100 bytes
	Hash  [32]byte // SHA-256 of the complete token
	Connection
	Scopes     scim.Scope
	UserID     string // id of the user that the token is linked to (/Me), or ""
	Created    time.Time
	Expires    time.Time // zero: never
	Used       time.Time // the last use, at most an hour before the true one; zero: never, or not known
	ReplacedBy string    // key id of the token that it was rotated to, or ""
	Revoked    bool
}

// Live reports whether the token is accepted at a time: it is neither revoked nor expired.
func (t *Token) Live(now time.Time) bool {
	return !t.Revoked && (t.Expires.IsZero() || now.Before(t.Expires))
}

// Method says how a Client proves who it is.
type Method string

// The methods of a Client.
const (
	// ClientSecret asks the token endpoint for access tokens with a secret (RFC 6749 §2.3.1, §4.4).
	ClientSecret Method = "client_secret"
	// PrivateKeyJWT asks the token endpoint for access tokens with a JWT that it has signed (RFC 7523 §2.2).
	PrivateKeyJWT Method = "private_key_jwt"
	// Issued needs no token endpoint: an identity provider issues the tokens itself, and Issuer, Audience
	// and Subject say which ones stand for this client.
	Issued Method = "issuer"
)

// Client is a client of a tenant that sends OAuth access tokens instead of a static one.
type Client struct {
	ID     string // client_id; names the client in logs and commands
	Name   string // for people; at most 100 bytes
	Method Method
	Connection
	Scopes  scim.Scope
	Secrets []Secret        // of ClientSecret; two during a rotation
	Keys    json.RawMessage // of PrivateKeyJWT: a JWK Set (RFC 7517 §5) with public keys, or nil beside KeysURI
	KeysURI string          // of PrivateKeyJWT: jwks_uri. Of Issued: where the keys are, or "" to find it by the metadata of the Issuer

	Issuer   string   // of Issued: the claim iss
	Audience []string // of Issued: the claim aud has one of them
	Subject  string   // of Issued: the claim sub, appid or azp

	Created time.Time
	Expires time.Time // zero: never
	Used    time.Time // as of Token
	Revoked bool
	Version int64 // counted up with each change; see Directory.PutClient
}

// Secret is a secret of a Client as it is stored. It has 256 random bits, so that SHA-256 protects it.
type Secret struct {
	Hash    [32]byte  `json:"hash"`
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires,omitzero"` // zero: never
	// Request names the request that made it, so that a repetition finds it; "" if it is not to be repeated.
	Request string `json:"request,omitempty"`
}

// Live reports whether the client is accepted at a time: it is neither revoked nor expired.
func (c *Client) Live(now time.Time) bool {
	return !c.Revoked && (c.Expires.IsZero() || now.Before(c.Expires))
}
