package oauth

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/golang-jwt/jwt/v5"
)

// maxToken is the longest access token and the longest assertion, in bytes.
const maxToken = 16 << 10

// Algorithms returns the algorithms that access tokens of other issuers, and assertions, may be signed with.
func Algorithms() []string { return algorithms() }

// maxMembers is how many members the header and the claims may have.
const maxMembers = 100

// algorithms are those of tokens and assertions from outside. All are asymmetric: a public key must never be
// the secret of a signature.
func algorithms() []string { return []string{"RS256", "PS256", "ES256", "EdDSA"} }

// Looks reports whether a credential has the form of a JWT: three parts, the first of which is a JSON object.
func Looks(credential string) bool {
	return strings.HasPrefix(credential, "eyJ") && strings.Count(credential, ".") == 2
}

// Errors of a token, beside those of package jwt.
var (
	errShape  = errors.New("it is not a signed JWT in the compact form")
	errHeader = errors.New("its header has a parameter that is not accepted")
	errTwice  = errors.New("a member is there twice")
	errType   = errors.New("its typ is not the one of such a token")
	errKey    = errors.New("no key of the issuer has its kid")
)

// head is the header of a JWT.
type head struct {
	Alg string `json:"alg"`
	Kid string `json:"kid"`
	Typ string `json:"typ"`
}

// unwanted are the parameters of a header that bring a key along or change what is signed (RFC 7515 §4.1, RFC 7797).
// A key comes from the settings of the client only.
func unwanted() []string {
	return []string{"jwk", "jku", "x5u", "x5c", "crit", "b64", "zip", "enc", "cty"}
}

// claims are the claims of tokens and assertions.
type claims struct {
	jwt.RegisteredClaims
	Scope    string `json:"scope,omitempty"`
	ClientID string `json:"client_id,omitempty"`
	AppID    string `json:"appid,omitempty"` // of Microsoft, version 1
	AZP      string `json:"azp,omitempty"`   // of OpenID, and of Microsoft, version 2
	Proof    string `json:"proof,omitempty"` // of our own: the credential that the token ends with
}

// read returns the header and the claims of a token whose signature is not checked yet.
func read(token string) (h head, c claims, err error) {
	if len(token) > maxToken || !Looks(token) {
		return h, c, errShape
	}
	parts := strings.Split(token, ".")
	for i, part := range parts {
		raw, err := base64.RawURLEncoding.Strict().DecodeString(part)
		if err != nil || len(raw) == 0 || strings.ContainsAny(part, "\r\n") { // Go skips line breaks in base64
			return h, c, errShape
		}
		switch i {
		case 0:
			err = object(raw, &h, unwanted())
		case 1:
			err = object(raw, &c, nil)
		}
		if err != nil {
			return h, c, err
		}
	}
	return h, c, nil
}

// object reads a JSON object whose members are all different and not among some.
func object(raw []byte, into any, without []string) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return errShape
	}
	var names []string
	for d.More() {
		t, err := d.Token()
		name, ok := t.(string)
		if err != nil || !ok {
			return errShape
		}
		same := func(other string) bool { return strings.EqualFold(name, other) } // as package json compares them
		switch {
		case len(names) == maxMembers:
			return errShape
		case slices.ContainsFunc(names, same):
			return errTwice
		case slices.ContainsFunc(without, same):
			return errHeader
		}
		names = append(names, name)
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return errShape
		}
	}
	if _, err := d.Token(); err != nil {
		return errShape
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errShape
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("%w: %w", errShape, err)
	}
	return nil
}
