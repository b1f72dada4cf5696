package admin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// Token is a static token as callers see it: without its secret.
type Token struct {
	Key        string     `json:"key" doc:"names the token in logs and commands"`
	Name       string     `json:"name"`
	State      string     `json:"state" enum:"live,expired,revoked"`
	Scopes     []string   `json:"scopes"`
	IdP        string     `json:"idp,omitempty" doc:"identity provider of this connection; absent: the tenant's"`
	Mode       string     `json:"mode,omitempty" doc:"mode of this connection; absent: the tenant's"`
	UserID     string     `json:"userId,omitempty" doc:"id of the user that the token is linked to (/Me)"`
	Created    time.Time  `json:"created"`
	Expires    *time.Time `json:"expires,omitempty" doc:"absent: never"`
	Used       *time.Time `json:"lastUsed,omitempty" doc:"at most an hour before the true last use; absent: never, or not known"`
	ReplacedBy string     `json:"replacedBy,omitempty" doc:"key of the token that it was rotated to"`
}

// TokenInput is what CreateToken makes.
type TokenInput struct {
	Name    string   `json:"name,omitempty" doc:"for people, such as Okta production; at most 100 bytes"`
	Scopes  []string `json:"scopes,omitempty" doc:"absent: all, which is read, write, users, groups, resources"`
	IdP     string   `json:"idp,omitempty" doc:"identity provider of this connection; absent: the tenant's"`
	Mode    string   `json:"mode,omitempty" doc:"tolerant or strict; absent: the tenant's"`
	Expires string   `json:"expires,omitempty" doc:"a time (RFC 3339), a duration such as 90d or 1y, or never; absent: 365d"`
	UserID  string   `json:"userId,omitempty" doc:"id of a user that the token is linked to: it ends with the user"`
}

// TokenChange says what to change of a token; what is absent stays as it is.
type TokenChange struct {
	Name    *string   `json:"name,omitempty"`
	Scopes  *[]string `json:"scopes,omitempty"`
	IdP     *string   `json:"idp,omitempty" doc:"empty: the tenant's"`
	Mode    *string   `json:"mode,omitempty" doc:"empty: the tenant's"`
	Expires *string   `json:"expires,omitempty" doc:"a time (RFC 3339), a number of days from now such as 90d, or never"`
}

// Rotation says how RotateToken and RotateClient work.
type Rotation struct {
	Grace   string `json:"grace,omitempty" doc:"how long the old one still works: hours or days such as 24h, 7d, or 0 for not at all; absent: 7d"`
	Expires string `json:"expires,omitempty" doc:"when the new one ends, as for a new token; absent: 365d"`
}

// TokenCreated is a new token with its secret, which is shown only once.
type TokenCreated struct {
	Token  Token  `json:"token"`
	Secret string `json:"secret,omitempty" doc:"what the identity provider sends; it cannot be shown again"`
	Old    *Token `json:"old,omitempty" doc:"the token that it replaces"`
	Note   string `json:"note" doc:"what to do next"`
}

// TokenList are the tokens of a tenant.
type TokenList struct {
	Tokens []Token `json:"tokens"`
}

const (
	noteOnce  = "store the secret now: it cannot be shown again; it is accepted within a minute"
	noteAgain = "this was made by an earlier request with the same idempotency key, which has shown the secret; if it is lost, rotate this one"
)

// Tokens implements API.
func (s *Service) Tokens(ctx context.Context, name string) (*TokenList, error) {
	r, err := s.resolve(ctx, name)
	if err != nil {
		return nil, err
	}
	out := &TokenList{Tokens: make([]Token, len(r.Tokens))}
	for i := range r.Tokens {
		out.Tokens[i] = s.tokenOf(&r.Tokens[i])
	}
	return out, nil
}

// CreateToken implements API.
func (s *Service) CreateToken(ctx context.Context, name string, in TokenInput) (*TokenCreated, error) {
	r, err := s.resolve(ctx, name)
	if err != nil {
		return nil, err
	}
	id := r.Settings.ID
	token, secret, err := s.newToken(ctx, id, in, "token")
	if err != nil {
		return nil, err
	}
	if made, err := s.madeBefore(r, &token); made != nil || err != nil {
		return made, err
	}
	if err := roomForToken(r); err != nil {
		return nil, err
	}
	if err := s.dir.AddToken(ctx, id, token); err != nil {
		return s.madeMeanwhile(ctx, id, &token, err)
	}
	out := s.created(token, secret)
	s.record(ctx, change{tenant: id, operation: "token.create", resource: token.KeyID, after: out.Token, idp: r.Settings.IdP})
	return out, nil
}

// Bounds of a tenant: a process reads all of its tokens and clients once in a minute, also those that have ended.
const (
	maxTokens  = 1000
	maxClients = 100
)

// roomForToken is an error for a tenant that has as many tokens as it may have.
func roomForToken(r *tenant.Record) error {
	if len(r.Tokens) < maxTokens {
		return nil
	}
	return tooMany("tokens", len(r.Tokens), "scimstack token remove "+r.Settings.ID.String())
}

func tooMany(what string, n int, command string) error {
	return fail(Conflict, what, fmt.Sprintf("the tenant has %d %s, with those that have ended", n, what), "remove those that are expired or revoked: "+command)
}

// newToken makes a token that is not stored yet. With an idempotency key its key id is that of the first try.
func (s *Service) newToken(ctx context.Context, id scim.TenantID, in TokenInput, kind string) (token tenant.Token, secret string, err error) {
	g, problems := s.grant(ClientInput{Name: in.Name, Scopes: in.Scopes, IdP: in.IdP, Mode: in.Mode, Expires: in.Expires})
	problems = append(problems, checkText("userId", in.UserID, maxName, false)...)
	if err := invalid(problems...); err != nil {
		return token, "", err
	}
	if from := seed(ctx, kind, id.String()); from != "" {
		secret, token = tenant.NewTokenAs(id, tenant.KeyIDFor(from), g.Scopes)
	} else {
		secret, token = tenant.NewToken(id, g.Scopes)
	}
	token.Name, token.UserID, token.Expires, token.Created, token.Connection = g.Name, in.UserID, g.Expires, s.now().UTC(), g.Connection
	return token, secret, nil
}

// created is the answer for a new token.
func (s *Service) created(token tenant.Token, secret string) *TokenCreated {
	return &TokenCreated{Token: s.tokenOf(&token), Secret: secret, Note: noteOnce}
}

// ChangeToken implements API.
func (s *Service) ChangeToken(ctx context.Context, name, key string, in TokenChange) (*Token, error) {
	r, was, err := s.token(ctx, name, key)
	if err != nil {
		return nil, err
	}
	c, problems := s.grantChange(was.Connection, in)
	if err := invalid(problems...); err != nil {
		return nil, err
	}
	return s.changeToken(ctx, r, was, "token.update", c)
}

// token returns a token of a tenant by its key.
func (s *Service) token(ctx context.Context, name, key string) (*tenant.Record, *tenant.Token, error) {
	r, err := s.resolve(ctx, name)
	if err != nil {
		return nil, nil, err
	}
	i := slices.IndexFunc(r.Tokens, func(t tenant.Token) bool { return t.KeyID == key })
	if i < 0 {
		return nil, nil, fail(NotFound, "key", "tenant "+name+" has no token with the key "+shortened(key), "scimstack token list "+name+" shows the keys")
	}
	return r, &r.Tokens[i], nil
}

// changeToken writes a change of a token.
func (s *Service) changeToken(ctx context.Context, r *tenant.Record, was *tenant.Token, operation string, c tenant.TokenChange) (*Token, error) {
	now := *was
	c.Apply(&now)
	before, after := s.tokenOf(was), s.tokenOf(&now)
	if same(before, after) {
		return &before, nil
	}
	if err := s.dir.ChangeToken(ctx, r.Settings.ID, was.KeyID, c); err != nil {
		return nil, AsError(err)
	}
	s.record(ctx, change{tenant: r.Settings.ID, operation: operation, resource: was.KeyID, before: before, after: after, idp: r.Settings.IdP})
	return &after, nil
}

// RevokeToken implements API.
func (s *Service) RevokeToken(ctx context.Context, name, key string) (*Token, error) {
	r, was, err := s.token(ctx, name, key)
	if err != nil {
		return nil, err
	}
	yes := true
	return s.changeToken(ctx, r, was, "token.revoke", tenant.TokenChange{Revoked: &yes})
}

// RemoveToken implements API.
func (s *Service) RemoveToken(ctx context.Context, name, key string) error {
	r, was, err := s.token(ctx, name, key)
	if err != nil {
		return err
	}
	if err := s.dir.RemoveCredential(ctx, r.Settings.ID, key); err != nil && !errors.Is(err, tenant.ErrNotFound) {
		return AsError(err)
	}
	s.record(ctx, change{tenant: r.Settings.ID, operation: "token.remove", resource: key, before: s.tokenOf(was), idp: r.Settings.IdP})
	return nil
}

func (s *Service) tokenOf(t *tenant.Token) Token {
	out := Token{
		Key: t.KeyID, Name: t.Name, State: stateOf(t.Revoked, t.Live(s.now())), Scopes: ScopesOf(t.Scopes), IdP: t.IdP, Mode: string(t.Mode),
		UserID: t.UserID, Created: t.Created, Expires: optional(t.Expires), Used: optional(t.Used), ReplacedBy: t.ReplacedBy,
	}
	return out
}

func stateOf(revoked, live bool) string {
	switch {
	case revoked:
		return StateRevoked
	case !live:
		return StateExpired
	}
	return StateLive
}

func optional(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
