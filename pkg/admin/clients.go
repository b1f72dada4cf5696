package admin

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/scimstack/scimstack/pkg/tenant"
)

// Client is an OAuth client of a tenant as callers see it: without its secrets.
type Client struct {
	ID       string          `json:"id" doc:"client_id"`
	Name     string          `json:"name"`
	Version  int64           `json:"version"`
	State    string          `json:"state" enum:"live,expired,revoked"`
	Method   string          `json:"method" enum:"client_secret,private_key_jwt,issuer"`
	Scopes   []string        `json:"scopes"`
	IdP      string          `json:"idp,omitempty" doc:"identity provider of this connection; absent: the tenant's"`
	Mode     string          `json:"mode,omitempty" doc:"mode of this connection; absent: the tenant's"`
	Secrets  int             `json:"secrets,omitempty" doc:"live secrets: two during a rotation"`
	Keys     json.RawMessage `json:"keys,omitempty" doc:"JWK Set with public keys"`
	KeysURI  string          `json:"keysUri,omitempty" doc:"jwks_uri"`
	Issuer   string          `json:"issuer,omitempty"`
	Audience []string        `json:"audience,omitempty"`
	Subject  string          `json:"subject,omitempty"`
	Created  time.Time       `json:"created"`
	Expires  *time.Time      `json:"expires,omitempty" doc:"absent: never"`
	Used     *time.Time      `json:"lastUsed,omitempty"`
}

// ClientInput is what CreateClient makes.
type ClientInput struct {
	Name     string          `json:"name,omitempty" doc:"for people; at most 100 bytes"`
	Method   string          `json:"method" enum:"client_secret,private_key_jwt,issuer"`
	Scopes   []string        `json:"scopes,omitempty" doc:"absent: all"`
	IdP      string          `json:"idp,omitempty"`
	Mode     string          `json:"mode,omitempty"`
	Expires  string          `json:"expires,omitempty" doc:"as for a token; absent: 365d"`
	Keys     json.RawMessage `json:"keys,omitempty" doc:"of private_key_jwt: a JWK Set with public keys"`
	KeysURI  string          `json:"keysUri,omitempty" doc:"https URL of a JWK Set; of issuer: absent to find it by the metadata of the issuer"`
	Issuer   string          `json:"issuer,omitempty" doc:"of issuer: the claim iss"`
	Audience []string        `json:"audience,omitempty" doc:"of issuer: the claim aud has one of them"`
	Subject  string          `json:"subject,omitempty" doc:"of issuer: the claim sub, appid or azp"`
}

// ClientChange says what to change of a client; what is absent stays as it is. Keys and keysUri replace each other.
type ClientChange struct {
	TokenChange
	Keys    *json.RawMessage `json:"keys,omitempty" doc:"of private_key_jwt: a JWK Set with public keys"`
	KeysURI *string          `json:"keysUri,omitempty" doc:"https URL of a JWK Set"`
}

// ClientCreated is a new client, or one with a new secret, which is shown only once.
type ClientCreated struct {
	Client Client `json:"client"`
	Secret string `json:"secret,omitempty" doc:"client_secret; it cannot be shown again"`
	Note   string `json:"note"`
}

// ClientList are the clients of a tenant.
type ClientList struct {
	Clients []Client `json:"clients"`
}

// Clients implements API.
func (s *Service) Clients(ctx context.Context, name string) (*ClientList, error) {
	r, err := s.resolve(ctx, name)
	if err != nil {
		return nil, err
	}
	out := &ClientList{Clients: make([]Client, len(r.Clients))}
	for i := range r.Clients {
		out.Clients[i] = s.clientOf(&r.Clients[i])
	}
	return out, nil
}

// Client implements API.
func (s *Service) Client(ctx context.Context, name, id string) (*Client, error) {
	_, c, err := s.client(ctx, name, id)
	if err != nil {
		return nil, err
	}
	out := s.clientOf(c)
	return &out, nil
}

// client returns a client of a tenant by its id.
func (s *Service) client(ctx context.Context, name, id string) (*tenant.Record, *tenant.Client, error) {
	r, err := s.resolve(ctx, name)
	if err != nil {
		return nil, nil, err
	}
	i := slices.IndexFunc(r.Clients, func(c tenant.Client) bool { return c.ID == id })
	if i < 0 {
		return nil, nil, fail(NotFound, "id", "tenant "+name+" has no client "+shortened(id), "scimstack client list "+name+" shows them")
	}
	return r, &r.Clients[i], nil
}

// putClient writes a client that was changed.
func (s *Service) putClient(ctx context.Context, r *tenant.Record, was *tenant.Client, next tenant.Client, operation string) (*Client, error) {
	if err := next.Check(); err != nil {
		return nil, &Error{Kind: Invalid, Problems: []Problem{{Field: "client", Reason: err.Error(), Remedy: "correct the value"}}, Cause: err}
	}
	if was == nil && len(r.Clients) >= maxClients {
		return nil, tooMany("clients", len(r.Clients), "scimstack client remove "+r.Settings.ID.String())
	}
	if err := s.dir.PutClient(ctx, r.Settings.ID, next); err != nil {
		return nil, AsError(err)
	}
	next.Version++
	after := s.clientOf(&next)
	c := change{tenant: r.Settings.ID, operation: operation, resource: next.ID, after: after, idp: r.Settings.IdP}
	if was != nil {
		c.before = s.clientOf(was)
	}
	s.record(ctx, c)
	return &after, nil
}

// RemoveClient implements API.
func (s *Service) RemoveClient(ctx context.Context, name, id string, version int64) error {
	r, was, err := s.client(ctx, name, id)
	if err != nil {
		return err
	}
	if version != 0 && version != was.Version {
		return AsError(tenant.ErrChanged)
	}
	if err := s.dir.RemoveCredential(ctx, r.Settings.ID, id); err != nil {
		return AsError(err)
	}
	s.record(ctx, change{tenant: r.Settings.ID, operation: "client.remove", resource: id, before: s.clientOf(was), idp: r.Settings.IdP})
	return nil
}

func (s *Service) clientOf(c *tenant.Client) Client {
	now := s.now()
	out := Client{
		ID: c.ID, Name: c.Name, Version: c.Version, State: stateOf(c.Revoked, c.Live(now)), Method: string(c.Method),
		Scopes: ScopesOf(c.Scopes), IdP: c.IdP, Mode: string(c.Mode), Keys: c.Keys, KeysURI: c.KeysURI, Issuer: c.Issuer,
		Audience: c.Audience, Subject: c.Subject, Created: c.Created, Expires: optional(c.Expires), Used: optional(c.Used),
	}
	for _, secret := range c.Secrets {
		if secret.Expires.IsZero() || now.Before(secret.Expires) {
			out.Secrets++
		}
	}
	return out
}
