package demo_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/internal/demo"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// operator pauses a tenant when the identity provider sends certain requests, and resumes it after some were refused.
// Time passes only where a client waits, and where the operator does until every process knows the change.
type operator struct {
	t       *testing.T
	tenants tenant.Directory
	id      scim.TenantID
	after   time.Duration // RetryAfter of its pauses
	when    func(r *http.Request, body string) bool
	next    http.Handler

	mu      sync.Mutex
	ahead   time.Duration
	refused int // requests of this pause
	paused  bool
	pauses  int
}

const cached = time.Minute // a change of settings takes effect within it

// change pauses or resumes the tenant. mu is held.
func (o *operator) change(reason string) {
	r, err := o.tenants.Resolve(o.t.Context(), o.id)
	if err == nil {
		s := r.Settings
		s.Paused, s.RetryAfter = reason, o.after
		err = o.tenants.Put(o.t.Context(), s)
	}
	if err != nil {
		o.t.Error(err)
	}
	o.paused, o.refused = reason != "", 0
	o.ahead += cached
}

func (o *operator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		o.t.Error(err)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	o.mu.Lock()
	switch {
	case r.UserAgent() == "Go-http-client/1.1": // the audit of the demo
	case o.paused && o.refused == 2:
		o.change("")
	case o.paused:
		o.refused++
	case o.when(r, string(body)):
		o.pauses++
		o.change("moving to another store")
		o.refused++
	}
	o.mu.Unlock()
	o.next.ServeHTTP(w, r)
}

func (o *operator) wait(ctx context.Context, d time.Duration) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.paused && d != o.after {
		o.t.Errorf("the client waits %s, want %s", d, o.after)
	}
	o.ahead += d
	return ctx.Err()
}

// play runs an identity provider whose tenant is paused now and then.
func (o *operator) play(t *testing.T, idp string) *demo.Report {
	t.Helper()
	o.t = t
	l, err := demo.NewLocal(t.Context(), func(c *scimstack.Config) {
		o.tenants = c.Tenants.(tenant.Directory) //nolint:forcetypeassert // tenant.Memory
		now := c.Now
		c.Now = func() time.Time {
			o.mu.Lock()
			defer o.mu.Unlock()
			return now().Add(o.ahead)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	l.Wrap(func(h http.Handler) http.Handler { o.next = h; return o })
	target := func(idp string) (demo.Target, error) {
		at, err := l.Target(idp)
		if err == nil {
			o.id, err = scim.ParseTenantID(at.Base[strings.LastIndexByte(at.Base, '/')+1:])
		}
		return at, err
	}
	report, err := demo.Run(t.Context(), demo.Options{IdPs: []string{idp}, Seed: 5, Target: target, Wait: o.wait})
	if err != nil {
		t.Fatal(err)
	}
	if o.pauses == 0 {
		t.Error("the tenant was never paused")
	}
	return report
}

// TestPausesLoseNothing: a tenant that is paused with RetryAfter at any time of an identity provider's work has at the end all
// that was sent.
func TestPausesLoseNothing(t *testing.T) {
	t.Parallel()
	for _, idp := range demo.Names() {
		t.Run(idp, func(t *testing.T) {
			t.Parallel()
			n := 0
			now := func(_ *http.Request, body string) bool {
				n++
				return n%25 < 2 && !strings.Contains(body, "joiner") // whose response is lost: the demo knows what it was
			}
			all(t, (&operator{after: 20 * time.Second, when: now}).play(t, idp))
		})
	}
}

// TestLeaversOfAPause: Okta sends a deactivation while the tenant is paused. After 429 with Retry-After it sends it again, and
// the leaver is inactive at the end. After 403 it never does: the leaver stays.
func TestLeaversOfAPause(t *testing.T) {
	t.Parallel()
	leaver := func(r *http.Request, body string) bool {
		return r.Method == http.MethodPatch && strings.Contains(r.URL.Path, "/Users/") && strings.Contains(body, `"active":false`)
	}
	for after, stays := range map[time.Duration]bool{20 * time.Second: false, 0: true} {
		report := (&operator{after: after, when: leaver}).play(t, "okta")
		i := slices.IndexFunc(report.Steps, func(s demo.Step) bool { return s.Name == "Deactivate" })
		if i < 0 || (report.Steps[i].Err != nil) != stays {
			t.Errorf("paused with %s: %+v", after, report.Steps)
		}
	}
}
