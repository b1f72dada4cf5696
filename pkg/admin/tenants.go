package admin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// Tenant is a tenant as callers see it.
type Tenant struct {
	Name    string `json:"name"`
	Version int64  `json:"version" doc:"counted up with each change of settings or schemas; the ETag"`
	State   string `json:"state" enum:"active,paused"`
	Paused  string `json:"pausedReason,omitempty" doc:"why no request is served, which clients get"`
	// RetryAfter is Pause.RetryAfter of the pause.
	RetryAfter int      `json:"retryAfterSeconds,omitempty" doc:"of a pause: clients get 429 and send their requests again after this time; absent: they get 403"`
	Settings   Settings `json:"settings"`
	Types      []string `json:"types" doc:"resource types"`
	Tokens     int      `json:"tokens" doc:"live ones"`
	Clients    int      `json:"clients" doc:"live ones"`
	// Building names the indexes that new settings or schemas ask for and that are not complete yet.
	Building []string `json:"indexesBuilding,omitempty" doc:"look-ups read without them, and uniqueness holds among new values only, until they are complete"`
	// Duplicates are among Building: they have been built, and the resources that have a value of another one keep them from
	// being unique.
	Duplicates map[string]int `json:"indexDuplicates,omitempty" doc:"by index that cannot be unique yet: how many resources have the value of another one; change or remove them, and build the index again"`
	Note       string         `json:"note,omitempty" doc:"what to do next"`
}

// Pause says how a tenant is paused.
type Pause struct {
	Reason string `json:"reason" maxLength:"300" doc:"clients get it"`
	// RetryAfter makes the answer 429 with Retry-After, in seconds, instead of 403. Identity providers send their
	// requests again after it; after 403 many do not.
	RetryAfter int `json:"retryAfterSeconds,omitempty" minimum:"0" maximum:"3600" doc:"clients get 429 and send their requests again after this time; 0: they get 403, after which many do not"`
}

// TenantInput is what CreateTenant makes.
type TenantInput struct {
	Name     string                     `json:"name" doc:"3 to 32 characters of a-z, 0-9 and -"`
	Settings map[string]json.RawMessage `json:"settings,omitempty" doc:"as in a change of settings"`
	Token    *TokenInput                `json:"token,omitempty" doc:"its first token; the default is one with all scopes for a year"`
}

// TenantCreated is a new tenant with its first token.
type TenantCreated struct {
	Tenant Tenant       `json:"tenant"`
	Token  TokenCreated `json:"token"`
}

// TenantPage is a part of the list of tenants.
type TenantPage struct {
	Tenants []Tenant `json:"tenants"`
	Next    string   `json:"next,omitempty" doc:"cursor of the next page; absent on the last one"`
}

// maxPage is the largest page of tenants.
const maxPage = 500

// CreateTenant implements API.
func (s *Service) CreateTenant(ctx context.Context, in TenantInput) (*TenantCreated, error) {
	id, err := tenantID(in.Name)
	if err != nil {
		return nil, err
	}
	settings, err := DefaultSettings().patched(in.Settings)
	if err != nil {
		return nil, err
	}
	if in.Token == nil {
		in.Token = &TokenInput{Name: "first"}
	}
	token, secret, err := s.newToken(ctx, id, *in.Token, "tenant")
	if err != nil {
		return nil, err
	}
	own := tenant.Settings{ID: id}
	settings.into(&own)
	if err := valid(&own); err != nil {
		return nil, err
	}
	if err := s.dir.Create(ctx, own); err != nil {
		return s.createdBefore(ctx, id, token, secret, err)
	}
	s.record(ctx, change{tenant: id, operation: "tenant.create", after: settings, idp: own.IdP})
	return s.firstToken(ctx, id, token, secret)
}

// firstToken gives a new tenant its token.
func (s *Service) firstToken(ctx context.Context, id scim.TenantID, token tenant.Token, secret string) (*TenantCreated, error) {
	if err := s.dir.AddToken(ctx, id, token); err != nil {
		if errors.Is(err, tenant.ErrExists) && IdempotencyKey(ctx) != "" { // another process has completed it meanwhile
			return s.createdBefore(ctx, id, token, secret, err)
		}
		e := *AsError(err)
		e.Problems = []Problem{{Field: "token", Reason: "the tenant is created, but not its token", Remedy: "create one: scimstack token create " + id.String()}}
		return nil, &e
	}
	out := s.created(token, secret)
	s.record(ctx, change{tenant: id, operation: "token.create", resource: token.KeyID, after: out.Token})
	made, err := s.Tenant(ctx, id.String())
	if err != nil {
		return nil, err
	}
	return &TenantCreated{Tenant: *made, Token: *out}, nil
}

// createdBefore answers a creation of a tenant that exists: what the first try with the same idempotency
// key has made, completed if that was interrupted.
func (s *Service) createdBefore(ctx context.Context, id scim.TenantID, token tenant.Token, secret string, err error) (*TenantCreated, error) {
	taken := fail(Conflict, "name", "the tenant "+id.String()+" already exists, or its deletion is not complete", "use another name, or change it: scimstack tenant set "+id.String())
	if !errors.Is(err, tenant.ErrExists) {
		return nil, AsError(err)
	}
	if seed(ctx, "tenant", id.String()) == "" {
		return nil, taken
	}
	r, err := s.dir.Resolve(ctx, id)
	if err != nil {
		return nil, taken
	}
	i := slices.IndexFunc(r.Tokens, func(t tenant.Token) bool { return t.KeyID == token.KeyID })
	switch {
	case i < 0 && len(r.Tokens) == 0 && r.Settings.Version <= 1:
		return s.firstToken(ctx, id, token, secret)
	case i < 0:
		return nil, taken
	}
	return &TenantCreated{Tenant: s.tenantOf(r), Token: *s.again(&r.Tokens[i])}, nil
}

// Tenants implements API.
func (s *Service) Tenants(ctx context.Context, cursor string, limit int) (*TenantPage, error) {
	if cursor != "" {
		if _, err := tenantID(cursor); err != nil {
			return nil, fail(Invalid, "cursor", "it is not one of this service", "use next of the page before")
		}
	}
	if limit <= 0 {
		limit = 100
	}
	limit = min(limit, maxPage)
	ids, err := s.dir.Names(ctx, cursor, limit+1)
	if err != nil {
		return nil, AsError(err)
	}
	out := &TenantPage{Tenants: []Tenant{}}
	if len(ids) > limit {
		ids = ids[:limit]
		out.Next = ids[limit-1].String()
	}
	for _, id := range ids {
		r, err := s.dir.Resolve(ctx, id)
		switch {
		case errors.Is(err, tenant.ErrUnknown):
			out.Tenants = append(out.Tenants, Tenant{Name: id.String(), State: StateDeleting, Settings: DefaultSettings(), Types: []string{}})
		case err != nil:
			return nil, AsError(err)
		default:
			out.Tenants = append(out.Tenants, s.tenantOf(r))
		}
	}
	return out, nil
}

// Tenant implements API.
func (s *Service) Tenant(ctx context.Context, name string) (*Tenant, error) {
	r, err := s.resolve(ctx, name)
	if err != nil {
		return nil, err
	}
	t := s.tenantOf(r)
	return &t, nil
}

func (s *Service) tenantOf(r *tenant.Record) Tenant {
	own := &r.Settings
	t := Tenant{Name: own.ID.String(), Version: own.Version, State: StateActive, Paused: own.Paused, RetryAfter: int(own.RetryAfter / time.Second), Settings: settingsOf(own), Types: typeNames(own)}
	if own.Paused != "" {
		t.State = StatePaused
	}
	now := s.now()
	for i := range r.Tokens {
		if r.Tokens[i].Live(now) {
			t.Tokens++
		}
	}
	for i := range r.Clients {
		if r.Clients[i].Live(now) {
			t.Clients++
		}
	}
	t.Building, t.Duplicates = building(own), duplicates(own)
	t.Note = unbuiltNote(&t)
	return t
}

// typeNames are the names of the resource types of a tenant.
func typeNames(s *tenant.Settings) []string {
	names := []string{}
	for _, rt := range typesOf(s) {
		names = append(names, rt.Name)
	}
	return names
}

// maxSettings bounds the settings of a tenant with its schemas, in bytes as they are stored: a process reads them once in a
// minute, and DynamoDB keeps no more than 400 KB in an item.
const maxSettings = 300 << 10

// valid reports what package scim says about settings, and whether they are too large.
func valid(s *tenant.Settings) error {
	if _, err := s.Tenant(); err != nil {
		return &Error{Kind: Invalid, Problems: []Problem{{Field: "settings", Reason: err.Error(), Remedy: "correct the value; null is the default"}}, Cause: err}
	}
	doc, err := s.Document()
	if err != nil {
		return AsError(err)
	}
	if len(doc) > maxSettings {
		return fail(Invalid, "documents", fmt.Sprintf("the settings and schemas of the tenant have %d bytes together", len(doc)),
			fmt.Sprintf("use fewer or shorter attributes, descriptions and rules: at most %d bytes", maxSettings))
	}
	return nil
}
