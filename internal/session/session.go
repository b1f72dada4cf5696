package session

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Options of New. Role, Region and Own are required.
type Options struct {
	Role     string                  // ARN of the tenants' role
	Region   string                  // of the STS endpoint
	Own      aws.CredentialsProvider // the function's own role, which may assume Role
	Endpoint string                  // instead of the region's
	Client   Doer                    // by default one that gives up after 3 seconds
	Now      func() time.Time        // time.Now by default
}

// Doer sends HTTP requests; *http.Client is one.
type Doer interface {
	Do(*http.Request) (*http.Response, error)
}

const (
	// renewBefore is how long before its end a session is renewed. While STS does not answer, the
	// session is used until its end.
	renewBefore = 5 * time.Minute
	// retryRenewal is how long a session is used before the next try, after a renewal has failed.
	retryRenewal = 20 * time.Second
	// maxSessions bounds the sessions that are kept; see generations.
	maxSessions = 4000
)

// Sessions provides the credentials of a call: of a context made by With, those of a session that
// reaches the items of that tenant only; of any other context, those of the function's own role.
//
// A session is kept for all calls of a tenant and renewed before it ends. Concurrent calls wait for
// one request to STS, each no longer than its own context. At most about 4,000 sessions are kept;
// those that have not been used for the longest time are dropped. An error of STS is returned to
// the caller; no call falls back to the function's own role.
//
// Sessions is safe for concurrent use. New makes one; the zero value is not usable.
type Sessions struct {
	o    Options
	mu   sync.Mutex
	kept generations
}

var _ aws.CredentialsProvider = (*Sessions)(nil)

// New returns Sessions without any session. It makes no request.
func New(o Options) *Sessions {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Client == nil {
		o.Client = &http.Client{Timeout: 3 * time.Second}
	}
	if o.Endpoint == "" {
		o.Endpoint = endpoint(o.Region)
	}
	return &Sessions{o: o}
}

type tenantKey struct{}

// With returns a context whose calls reach the items of one tenant only.
func With(ctx context.Context, t scim.TenantID) context.Context {
	return context.WithValue(ctx, tenantKey{}, t)
}

// Of returns the tenant of a context made by With.
func Of(ctx context.Context) (scim.TenantID, bool) {
	t, ok := ctx.Value(tenantKey{}).(scim.TenantID)
	return t, ok
}

// Retrieve implements aws.CredentialsProvider.
func (s *Sessions) Retrieve(ctx context.Context) (aws.Credentials, error) {
	t, ok := Of(ctx)
	if !ok {
		return s.o.Own.Retrieve(ctx)
	}
	if t.IsZero() {
		return aws.Credentials{}, errors.New("session: no tenant")
	}
	e := s.entry(t)
	keys, fresh := e.current(s.o.Now())
	if fresh {
		return keys, nil
	}
	select {
	case e.turn <- struct{}{}: // one caller renews it
		defer func() { <-e.turn }()
		return s.renew(ctx, t, e)
	default:
	}
	if keys.HasKeys() {
		return keys, nil // it is being renewed, and has not ended yet
	}
	select {
	case e.turn <- struct{}{}:
		defer func() { <-e.turn }()
		return s.renew(ctx, t, e)
	case <-ctx.Done():
		return aws.Credentials{}, ctx.Err()
	}
}

// entry returns the entry of a tenant.
func (s *Sessions) entry(t scim.TenantID) *entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kept.of(t)
}

// renew asks STS for a session, unless the caller before has got one. The caller has the turn.
func (s *Sessions) renew(ctx context.Context, t scim.TenantID, e *entry) (aws.Credentials, error) {
	old, fresh := e.current(s.o.Now())
	if fresh {
		return old, nil
	}
	keys, err := s.assume(ctx, t)
	now := s.o.Now()
	switch {
	case err == nil:
		e.put(keys, keys.Expires.Add(-renewBefore))
	case old.HasKeys() && now.Before(old.Expires):
		e.put(old, now.Add(retryRenewal))
		return old, nil
	}
	return keys, err
}
