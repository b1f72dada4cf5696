package session_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/internal/session"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
)

const role = "arn:aws:iam::111122223333:role/scimstack-acme-tenant"

// sts is an STS whose answers a test chooses. Its clock is that of the sessions.
type sts struct {
	mu     sync.Mutex
	now    time.Time
	answer func(form url.Values) (int, string, error) // nil: a session for an hour
	calls  atomic.Int64
	last   *http.Request
}

func (s *sts) clock() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

func (s *sts) set(after time.Duration, answer func(url.Values) (int, string, error)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now, s.answer = s.now.Add(after), answer
}

func (s *sts) Do(r *http.Request) (*http.Response, error) {
	n := s.calls.Add(1)
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	answer, end := s.answer, s.now.Add(time.Hour)
	s.last = r
	s.mu.Unlock()
	status, text := http.StatusOK, fmt.Sprintf("<r><AccessKeyId>%s-%d</AccessKeyId><SecretAccessKey>a/+=</SecretAccessKey><SessionToken>b</SessionToken><Expiration>%s</Expiration></r>",
		form.Get("Tags.member.1.Value"), n, end.UTC().Format(time.RFC3339))
	if answer != nil {
		if status, text, err = answer(form); err != nil {
			return nil, err
		}
	}
	return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader(text))}, nil
}

func open(t *testing.T) (*session.Sessions, *sts) {
	t.Helper()
	s := &sts{now: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)}
	return session.New(session.Options{
		Role: role, Region: "eu-central-1", Own: dynamo.Static(aws.Credentials{AccessKeyID: "own", SecretAccessKey: "x"}), Client: s, Now: s.clock,
	}), s
}

func id(t *testing.T, name string) scim.TenantID {
	t.Helper()
	out, err := scim.ParseTenantID(name)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func key(t *testing.T, s *session.Sessions, ctx context.Context) string {
	t.Helper()
	c, err := s.Retrieve(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return c.AccessKeyID
}

// TestSessions: a context without a tenant has the function's own role, one with a tenant has a session
// of it, which is kept and renewed before its end.
func TestSessions(t *testing.T) {
	t.Parallel()
	s, sts := open(t)
	acme, globex := session.With(t.Context(), id(t, "acme")), session.With(t.Context(), id(t, "globex"))
	for _, step := range []struct {
		after time.Duration
		ctx   context.Context
		want  string
	}{
		{0, t.Context(), "own"}, {0, acme, "acme-1"}, {0, acme, "acme-1"}, {0, globex, "globex-2"}, {0, acme, "acme-1"},
		{54 * time.Minute, acme, "acme-1"}, {2 * time.Minute, acme, "acme-3"}, {0, acme, "acme-3"}, {0, t.Context(), "own"},
	} {
		sts.set(step.after, nil)
		if got := key(t, s, step.ctx); got != step.want {
			t.Errorf("after %v: %s, want %s", step.after, got, step.want)
		}
	}
	if _, err := s.Retrieve(session.With(t.Context(), scim.TenantID{})); err == nil {
		t.Error("a context of no tenant has credentials")
	}
	if sts.last.URL.String() != "https://sts.eu-central-1.amazonaws.com/" || !strings.Contains(sts.last.Header.Get("Authorization"), "Credential=own/20261101/eu-central-1/sts/") {
		t.Error(sts.last.URL, sts.last.Header)
	}
}

// TestOneRequest: concurrent calls of a tenant wait for one request to STS. One whose context ends does
// not wait longer, and does not take the session from the others.
func TestOneRequest(t *testing.T) {
	t.Parallel()
	s, sts := open(t)
	hold, arrived := make(chan struct{}), make(chan struct{}, 1)
	sts.set(0, func(url.Values) (int, string, error) {
		arrived <- struct{}{}
		<-hold
		return http.StatusOK, "<AccessKeyId>one</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2026-11-01T01:00:00Z</Expiration>", nil
	})
	ctx := session.With(t.Context(), id(t, "acme"))
	first := async.Start(func() (aws.Credentials, error) { return s.Retrieve(ctx) })
	<-arrived
	waiting := make([]func() (aws.Credentials, error), 20)
	for i := range waiting {
		waiting[i] = async.Start(func() (aws.Credentials, error) { return s.Retrieve(ctx) })
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := s.Retrieve(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("a call that has ended: %v", err)
	}
	close(hold)
	for _, wait := range append(waiting, first) {
		if c, err := wait(); err != nil || c.AccessKeyID != "one" {
			t.Error(c.AccessKeyID, err)
		}
	}
	if n := sts.calls.Load(); n != 1 {
		t.Errorf("%d requests to STS for one tenant", n)
	}
}

// TestFailures: an error of STS is never answered with the function's own role. While a session is
// valid, a failed renewal keeps it.
func TestFailures(t *testing.T) {
	t.Parallel()
	s, sts := open(t)
	ctx := session.With(t.Context(), id(t, "acme"))
	refused := func(url.Values) (int, string, error) {
		return http.StatusForbidden, "<Error><Code>AccessDenied</Code><Message>no</Message></Error>", nil
	}
	for what, c := range map[string]struct {
		answer func(url.Values) (int, string, error)
		calls  int64
		server bool
	}{
		"refused":   {refused, 1, false},
		"throttled": {func(url.Values) (int, string, error) { return 400, "<Code>Throttling</Code>", nil }, 3, true},
		"broken":    {func(url.Values) (int, string, error) { return 500, "", nil }, 3, true},
		"no answer": {func(url.Values) (int, string, error) { return 0, "", io.ErrUnexpectedEOF }, 3, false},
		"garbage":   {func(url.Values) (int, string, error) { return 200, "<AccessKeyId>", nil }, 1, false},
		"no expiry": {func(url.Values) (int, string, error) {
			return 200, "<AccessKeyId>a</AccessKeyId><SecretAccessKey>a</SecretAccessKey><SessionToken>a</SessionToken>", nil
		}, 1, false},
	} {
		sts.set(0, c.answer)
		sts.calls.Store(0)
		keys, err := s.Retrieve(ctx)
		if err == nil || keys.HasKeys() {
			t.Errorf("%s: %q, %v", what, keys.AccessKeyID, err)
		}
		var api smithy.APIError
		if server := errors.As(err, &api) && api.ErrorFault() == smithy.FaultServer; server != c.server || sts.calls.Load() != c.calls {
			t.Errorf("%s: %d calls, %v", what, sts.calls.Load(), err)
		}
	}
	sts.calls.Store(0)
	sts.set(0, nil)
	want := key(t, s, ctx)
	sts.set(56*time.Minute, refused)
	for range 3 { // one of them asks
		if got := key(t, s, ctx); got != want {
			t.Errorf("after a failed renewal: %s, want %s", got, want)
		}
	}
	if n := sts.calls.Load(); n != 2 {
		t.Errorf("%d calls; a failed renewal is not tried again at once", n)
	}
	sts.set(5*time.Minute, refused)
	if _, err := s.Retrieve(ctx); err == nil {
		t.Error("a session that has ended is used")
	}
}

// TestBound: the number of sessions is bounded, and what is used is kept.
func TestBound(t *testing.T) {
	t.Parallel()
	s, sts := open(t)
	busy := session.With(t.Context(), id(t, "busy"))
	want := key(t, s, busy)
	for i := range 9000 {
		key(t, s, session.With(t.Context(), id(t, fmt.Sprintf("t-%d", i))))
		if i%1000 == 0 && key(t, s, busy) != want {
			t.Fatalf("after %d others, the session in use was dropped", i)
		}
	}
	before := sts.calls.Load()
	for i := range 9000 {
		key(t, s, session.With(t.Context(), id(t, fmt.Sprintf("t-%d", i))))
	}
	if n := sts.calls.Load() - before; n < 5000 {
		t.Errorf("%d of 9,000 sessions were asked for again: too many are kept", n)
	}
}

// TestMethods: every method of the store is one of Store, so that none is without the session, and none of its abilities is
// hidden. Operators, who have no session, use the others.
func TestMethods(t *testing.T) {
	t.Parallel()
	base, wrapped := reflect.TypeFor[*dynamo.Store](), reflect.TypeFor[*session.Store]()
	operators := []string{"RestartFeed"}
	for i := range base.NumMethod() {
		m := base.Method(i)
		if _, ok := wrapped.MethodByName(m.Name); !ok && !slices.Contains(operators, m.Name) {
			t.Errorf("session.Store has no %s", m.Name)
		}
	}
}
