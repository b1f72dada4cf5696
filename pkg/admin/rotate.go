package admin

import (
	"context"
	"errors"
	"time"

	"github.com/scimstack/scimstack/pkg/tenant"
)

// RotateToken implements API.
func (s *Service) RotateToken(ctx context.Context, name, key string, in Rotation) (*TokenCreated, error) {
	r, was, err := s.token(ctx, name, key)
	if err != nil {
		return nil, err
	}
	ends, wrong := s.graceEnd(in.Grace)
	if err := invalid(wrong...); err != nil {
		return nil, err
	}
	next, secret, err := s.newToken(ctx, r.Settings.ID, TokenInput{
		Name: was.Name, Scopes: ScopesOf(was.Scopes), IdP: was.IdP, Mode: string(was.Mode), UserID: was.UserID, Expires: in.Expires,
	}, "rotate "+key)
	if err != nil {
		return nil, err
	}
	if made, err := s.rotatedBefore(ctx, r, was, &next, ends); made != nil || err != nil {
		return made, err
	}
	if !was.Live(s.now()) || was.ReplacedBy != "" {
		return nil, rotated(name, key)
	}
	if err := roomForToken(r); err != nil {
		return nil, err
	}
	replaced, err := tenant.Replace(ctx, s.dir, r.Settings.ID, *was, next, ends)
	if errors.Is(err, tenant.ErrChanged) {
		return nil, rotated(name, key)
	}
	if err != nil {
		return s.madeMeanwhile(ctx, r.Settings.ID, &next, err)
	}
	old, out := s.tokenOf(&replaced), s.created(next, secret)
	out.Old = &old
	s.record(ctx, change{tenant: r.Settings.ID, operation: "token.rotate", resource: key, before: s.tokenOf(was), after: old, idp: r.Settings.IdP})
	out.Note = noteOnce + "; the token " + key + " is accepted until " + old.Expires.UTC().Format(time.RFC3339)
	s.record(ctx, change{tenant: r.Settings.ID, operation: "token.create", resource: next.KeyID, after: out.Token, idp: r.Settings.IdP})
	return out, nil
}

func rotated(name, key string) error {
	return fail(Conflict, "key", "the token "+key+" is revoked, expired or rotated already", "rotate the live one that scimstack token list "+name+" shows, or create one")
}

// graceEnd reads a grace: how long the old secret still works.
func (s *Service) graceEnd(grace string) (time.Time, []Problem) {
	d := tenant.DefaultGrace
	if grace != "" {
		var ok bool
		if d, ok = parseDays(grace); !ok {
			return time.Time{}, []Problem{{Field: "grace", Reason: "it is not a duration", Remedy: "use hours or days such as 24h or 7d, or 0 for none"}}
		}
	}
	return s.now().Add(d).UTC(), nil
}
