package admin

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// A repetition with the same idempotency key may come after the first try, after one that was interrupted, or while another
// process is still at work with it. So what there is decides, and never a note that the first try has begun; and a
// write that finds the thing made meanwhile looks again.

// madeBefore returns what the first try with the same idempotency key has made, or nil.
func (s *Service) madeBefore(r *tenant.Record, token *tenant.Token) (*TokenCreated, error) {
	i := slices.IndexFunc(r.Tokens, func(t tenant.Token) bool { return t.KeyID == token.KeyID })
	if i < 0 {
		return nil, nil
	}
	was := &r.Tokens[i]
	if was.Name != token.Name || was.Scopes != token.Scopes || was.Connection != token.Connection || was.UserID != token.UserID {
		return nil, otherInput()
	}
	return s.again(was), nil
}

// otherInput is the error of an idempotency key that has made something else.
func otherInput() error {
	return fail(Conflict, "Idempotency-Key", "an earlier request with this key has made something else", "use a new key for each new thing, and the same key only to repeat a request")
}

// madeMeanwhile answers a call whose token could not be added: what the same call has made at another process, or the error.
func (s *Service) madeMeanwhile(ctx context.Context, id scim.TenantID, token *tenant.Token, err error) (*TokenCreated, error) {
	if IdempotencyKey(ctx) == "" || !errors.Is(err, tenant.ErrExists) {
		return nil, AsError(err)
	}
	r, wrong := s.dir.Resolve(ctx, id)
	if wrong != nil {
		return nil, AsError(wrong)
	}
	made, wrong := s.madeBefore(r, token)
	if made == nil && wrong == nil {
		wrong = AsError(err) // removed again
	}
	return made, wrong
}

// rotatedBefore is madeBefore for a rotation. One that was interrupted is completed: otherwise the old token would not end.
func (s *Service) rotatedBefore(ctx context.Context, r *tenant.Record, was, next *tenant.Token, ends time.Time) (*TokenCreated, error) {
	made, err := s.madeBefore(r, next)
	if made == nil || err != nil || was.ReplacedBy != "" || !was.Live(s.now()) {
		return made, err
	}
	if _, err := s.changeToken(ctx, r, was, "token.rotate", tenant.Replacement(*was, next.KeyID, ends)); err != nil && AsError(err).Kind != Changed {
		return nil, err
	}
	return made, nil
}

// clientBefore returns what the first try with the same idempotency key has made, or nil.
func (s *Service) clientBefore(r *tenant.Record, c *tenant.Client) (*ClientCreated, error) {
	i := slices.IndexFunc(r.Clients, func(was tenant.Client) bool { return was.ID == c.ID })
	if i < 0 {
		return nil, nil
	}
	was := &r.Clients[i]
	if was.Method != c.Method || was.Name != c.Name || was.Scopes != c.Scopes || was.Connection != c.Connection {
		return nil, otherInput()
	}
	return &ClientCreated{Client: s.clientOf(was), Note: noteAgain}, nil
}

// clientMeanwhile is madeMeanwhile for a client.
func (s *Service) clientMeanwhile(ctx context.Context, c *tenant.Client, name string, err error) (*ClientCreated, error) {
	if IdempotencyKey(ctx) == "" || !errors.Is(err, tenant.ErrExists) {
		return nil, err
	}
	r, wrong := s.resolve(ctx, name)
	if wrong != nil {
		return nil, wrong
	}
	made, wrong := s.clientBefore(r, c)
	if made == nil && wrong == nil {
		wrong = err
	}
	return made, wrong
}

// hasSecretOf reports whether a request has made a secret of the client.
func hasSecretOf(c *tenant.Client, request string) bool {
	return request != "" && slices.ContainsFunc(c.Secrets, func(k tenant.Secret) bool { return k.Request == request })
}

// again is the answer for a token that an earlier request has made.
func (s *Service) again(token *tenant.Token) *TokenCreated {
	return &TokenCreated{Token: s.tokenOf(token), Note: noteAgain}
}
