package tenant

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of credentials, in bytes.
const (
	maxName = 100
	maxKey  = 200     // a key id or client id
	maxText = 2000    // an issuer, audience or URL
	maxKeys = 1 << 15 // a JWK Set, and all audiences: they are read with every look-up of the tenant
)

// text reports whether a string is plain text in one line of at most max bytes: safe in logs and answers.
func text(s string, max int) bool {
	return len(s) <= max && utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}

// check returns an error that names the field that is wrong.
func (c Connection) check() error {
	if !text(c.IdP, maxName) {
		return errors.New("IdP is longer than 100 bytes or not plain text in one line")
	}
	switch c.Mode {
	case "", Tolerant, Strict:
		return nil
	}
	return fmt.Errorf("mode %q is neither %s nor %s", c.Mode, Tolerant, Strict)
}

func checkKey(what, key string) error {
	if key == "" || !text(key, maxKey) || strings.ContainsFunc(key, unicode.IsSpace) {
		return fmt.Errorf("%s is empty, longer than %d bytes, or has spaces or other characters that cannot be seen", what, maxKey)
	}
	return nil
}

// Check returns an error that names the field that is wrong. A Directory refuses such a token.
func (t *Token) Check() error {
	if err := checkKey("the key id", t.KeyID); err != nil {
		return err
	}
	if !text(t.Name, maxName) {
		return errors.New("the name is longer than 100 bytes or not plain text in one line")
	}
	return t.check()
}

// Check returns an error that names the field that is wrong. A Directory refuses such a client.
func (c *Client) Check() error {
	if err := checkKey("the client id", c.ID); err != nil {
		return err
	}
	if !text(c.Name, maxName) {
		return errors.New("the name is longer than 100 bytes or not plain text in one line")
	}
	if err := c.check(); err != nil {
		return err
	}
	size := 0
	for _, s := range append([]string{c.Issuer, c.Subject, c.KeysURI}, c.Audience...) {
		if size += len(s) + 3; size > maxKeys {
			return fmt.Errorf("the audiences are larger than %d bytes", maxKeys)
		}
		if !text(s, maxText) {
			return fmt.Errorf("the issuer, an audience, the subject or the URL of keys is longer than %d bytes or not plain text in one line", maxText)
		}
	}
	if len(c.Keys) > maxKeys || len(c.Keys) > 0 && !json.Valid(c.Keys) {
		return fmt.Errorf("the key set is larger than %d bytes or not JSON", maxKeys)
	}
	if c.KeysURI != "" {
		if u, err := url.Parse(c.KeysURI); err != nil || u.Host == "" || u.User != nil {
			return errors.New("KeysURI is not a URL")
		}
	}
	return c.checkMethod()
}

func (c *Client) checkMethod() error {
	switch c.Method {
	case ClientSecret:
		if len(c.Secrets) == 0 {
			return errors.New("a client with client_secret needs Secrets")
		}
	case PrivateKeyJWT:
		if len(c.Keys) == 0 && c.KeysURI == "" {
			return errors.New("a client with private_key_jwt needs Keys or KeysURI")
		}
	case Issued:
		if c.Issuer == "" || len(c.Audience) == 0 || c.Subject == "" {
			return errors.New("a client with tokens of an issuer needs Issuer, Audience and Subject")
		}
	default:
		return fmt.Errorf("method %q is none of %s, %s, %s", c.Method, ClientSecret, PrivateKeyJWT, Issued)
	}
	return nil
}
