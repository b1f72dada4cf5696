package admin

import (
	"context"
	"time"

	"github.com/scimstack/scimstack/pkg/tenant"
)

// changeClient changes a client. Version 0 changes any version: it reads again if another change came first, so that
// none is lost.
func (s *Service) changeClient(ctx context.Context, name, id string, version int64, operation string, f func(*tenant.Client) error) (*Client, error) {
	for try := range tries {
		r, was, err := s.client(ctx, name, id)
		if err != nil {
			return nil, err
		}
		if version != 0 && version != was.Version {
			return nil, AsError(tenant.ErrChanged)
		}
		next := *was
		if err := f(&next); err != nil {
			return nil, err
		}
		same, err := alike(was, &next)
		if err != nil {
			return nil, err
		}
		if same {
			out := s.clientOf(was)
			return &out, nil
		}
		made, err := s.putClient(ctx, r, was, next, operation)
		if err == nil || version != 0 || AsError(err).Kind != Changed {
			return made, err
		}
		if err := lost(ctx, try); err != nil {
			return nil, AsError(err)
		}
	}
	return nil, fail(Busy, "version", "others change the client all the time", "try again in a moment")
}

// ChangeClient implements API.
func (s *Service) ChangeClient(ctx context.Context, name, id string, version int64, in ClientChange) (*Client, error) {
	return s.changeClient(ctx, name, id, version, "client.update", func(c *tenant.Client) error {
		change, problems := s.grantChange(c.Connection, in.TokenChange)
		token := tenant.Token{Name: c.Name, Connection: c.Connection, Scopes: c.Scopes, Expires: c.Expires}
		change.Apply(&token)
		c.Name, c.Connection, c.Scopes, c.Expires = token.Name, token.Connection, token.Scopes, token.Expires
		if in.Keys != nil {
			c.Keys, c.KeysURI = *in.Keys, ""
		}
		if in.KeysURI != nil {
			if c.KeysURI = *in.KeysURI; in.Keys == nil {
				c.Keys = nil
			}
		}
		return invalid(append(problems, checkMethod(&ClientInput{
			Method: string(c.Method), Keys: c.Keys, KeysURI: c.KeysURI, Issuer: c.Issuer, Audience: c.Audience, Subject: c.Subject,
		})...)...)
	})
}

// RevokeClient implements API.
func (s *Service) RevokeClient(ctx context.Context, name, id string, version int64) (*Client, error) {
	return s.changeClient(ctx, name, id, version, "client.revoke", func(c *tenant.Client) error {
		c.Revoked = true
		return nil
	})
}

// RotateClient implements API.
func (s *Service) RotateClient(ctx context.Context, name, id string, in ClientRotation) (*ClientCreated, error) {
	_, was, err := s.client(ctx, name, id)
	if err != nil {
		return nil, err
	}
	if was.Method != tenant.ClientSecret {
		return nil, fail(Conflict, "id", "the client has no secret, because its method is "+string(was.Method), "change its keys where they are kept, or with scimstack client set")
	}
	ends, problems := s.graceEnd(in.Grace)
	expires, wrong := s.expiry(in.Expires)
	if err := invalid(append(problems, wrong...)...); err != nil {
		return nil, err
	}
	request := ""
	if from := seed(ctx, "rotate", name+" "+id); from != "" {
		request = tenant.KeyIDFor(from)
	}
	if hasSecretOf(was, request) {
		return &ClientCreated{Client: s.clientOf(was), Note: noteAgain}, nil
	}
	var secret string
	made, err := s.changeClient(ctx, name, id, in.Version, "client.rotate", func(c *tenant.Client) error {
		if hasSecretOf(c, request) {
			return AsError(tenant.ErrExists)
		}
		if !c.Expires.IsZero() || in.Expires != "" {
			c.Expires = expires
		}
		text, list := s.newSecret(c.ID)
		list[0].Request = request
		for _, old := range c.Secrets { // the newest of them stays for the grace
			if old.Expires.IsZero() {
				old.Expires = ends
				list = append(list, old)
			}
		}
		secret, c.Secrets = text, list
		return nil
	})
	if err != nil && request != "" { // the same request may have come through another process meanwhile
		if _, now, wrong := s.client(ctx, name, id); wrong == nil && hasSecretOf(now, request) {
			return &ClientCreated{Client: s.clientOf(now), Note: noteAgain}, nil
		}
	}
	if err != nil {
		return nil, err
	}
	return &ClientCreated{Client: *made, Secret: secret, Note: noteOnce + "; the old secret is accepted until " + ends.Format(time.RFC3339)}, nil
}

// ClientRotation says how RotateClient works.
type ClientRotation struct {
	Rotation
	// Version is Client.Version as it was read; 0 changes any version.
	Version int64 `json:"-"`
}
