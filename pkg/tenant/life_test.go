package tenant_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// touched counts the writes of last uses.
type touched struct {
	*tenant.Memory
	tries, writes atomic.Int64
	err           error
	slow          time.Duration
}

func (d *touched) Touch(ctx context.Context, id scim.TenantID, key string, used time.Time) error {
	d.tries.Add(1)
	if d.slow > 0 {
		<-ctx.Done()
		return ctx.Err()
	}
	if d.err != nil {
		return d.err
	}
	before, _ := d.Resolve(ctx, id)
	err := d.Memory.Touch(ctx, id, key, used)
	after, _ := d.Resolve(ctx, id)
	if !before.Tokens[0].Used.Equal(after.Tokens[0].Used) {
		d.writes.Add(1)
	}
	return err
}

// TestUses: a day of traffic through 100 processes writes the last use of a token 24 times, and no process
// tries more than once in an hour. What is kept is at most an hour old.
func TestUses(t *testing.T) {
	t.Parallel()
	d := &touched{Memory: tenant.NewMemory()}
	acme := id(t, "acme")
	own, token := tenant.NewToken(acme, scim.All)
	if err := errors.Join(d.Create(t.Context(), tenant.Settings{ID: acme}), d.AddToken(t.Context(), acme, token)); err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 1, 2, 0, 0, 30, 0, time.UTC)
	const processes = 100
	var list []*tenant.Authenticator
	for range processes {
		uses := tenant.NewUses(d, tenant.UsesOptions{Wait: time.Hour})
		list = append(list, tenant.NewAuthenticator(d, tenant.Options{Now: func() time.Time { return now }, Used: uses.Used}))
	}
	for range 24 * 60 {
		for i, a := range list {
			if i%10 != now.Minute()%10 {
				continue
			}
			if _, _, err := a.Authenticate(t.Context(), "acme", own); err != nil {
				t.Fatal(err)
			}
		}
		r, _ := d.Resolve(t.Context(), acme)
		if late := now.Sub(r.Tokens[0].Used); late < 0 || late > time.Hour {
			t.Fatalf("at %s the last use is %s", now, r.Tokens[0].Used)
		}
		now = now.Add(time.Minute)
	}
	if w, n := d.writes.Load(), d.tries.Load(); w != 24 || n > 24*processes {
		t.Errorf("%d writes, %d tries", w, n)
	}
}

// TestUsesFail: a write that fails or hangs fails no request, is tried again a minute later, and not
// before.
func TestUsesFail(t *testing.T) {
	t.Parallel()
	acme := id(t, "acme")
	for what, d := range map[string]*touched{"fails": {err: errors.New("no")}, "hangs": {slow: time.Hour}} {
		var failed atomic.Int64
		uses := tenant.NewUses(d, tenant.UsesOptions{Wait: time.Millisecond, Failed: func(error) { failed.Add(1) }})
		at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
		for _, step := range []struct {
			after time.Duration
			tries int64
		}{{0, 1}, {time.Second, 1}, {58 * time.Second, 1}, {time.Second, 2}, {time.Hour, 3}} {
			at = at.Add(step.after)
			uses.Used(t.Context(), tenant.Use{Tenant: acme, Key: "k", At: at})
			if d.tries.Load() != step.tries || failed.Load() != step.tries {
				t.Errorf("%s, %s: %d tries, %d failed, want %d", what, at, d.tries.Load(), failed.Load(), step.tries)
			}
		}
	}
}

// TestUsesLater: without Wait a request does not wait, and the write outlives it.
func TestUsesLater(t *testing.T) {
	t.Parallel()
	ctx, end := context.WithCancel(t.Context())
	wrote := make(chan error, 1)
	uses := tenant.NewUses(touch(func(ctx context.Context) error { end(); wrote <- ctx.Err(); return nil }), tenant.UsesOptions{})
	uses.Used(ctx, tenant.Use{Tenant: id(t, "acme"), Key: "k", At: time.Now()})
	if err := <-wrote; err != nil {
		t.Error(err)
	}
}

type touch func(context.Context) error

func (f touch) Touch(ctx context.Context, _ scim.TenantID, _ string, _ time.Time) error {
	return f(ctx)
}

// TestRotate: the new token is as the old one, which ends after the grace or earlier; both work until then.
// Of many that rotate one token, one succeeds, and the others leave nothing.
func TestRotate(t *testing.T) {
	t.Parallel()
	d, acme, now := tenant.NewMemory(), id(t, "acme"), time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	if err := d.Create(t.Context(), tenant.Settings{ID: acme}); err != nil {
		t.Fatal(err)
	}
	grant := tenant.Grant{Name: "Okta", Connection: tenant.Connection{IdP: "okta"}, Scopes: scim.Read | scim.Users, UserID: "u", Expires: now.AddDate(0, 0, 3)}
	_, old, err := tenant.Issue(t.Context(), d, acme, grant)
	if err != nil {
		t.Fatal(err)
	}
	for _, ends := range []time.Time{now.AddDate(0, 0, 7), now.AddDate(0, 0, 1)} {
		life := now.Add(tenant.DefaultLife)
		_, next, err := tenant.Rotate(t.Context(), d, acme, old.KeyID, tenant.Rotation{Now: now, Ends: ends, Expires: life})
		if err != nil {
			t.Fatal(err)
		}
		r, _ := d.Resolve(t.Context(), acme)
		for _, got := range r.Tokens {
			switch got.KeyID {
			case old.KeyID:
				want := old.Expires
				if ends.Before(want) {
					want = ends
				}
				if got.ReplacedBy != next.KeyID || !got.Expires.Equal(want) || !got.Live(now) {
					t.Errorf("the old one: %+v", got)
				}
			case next.KeyID:
				if got.Name != "Okta" || got.IdP != "okta" || got.Scopes != grant.Scopes || got.UserID != "u" || !got.Expires.Equal(life) || !got.Live(now) {
					t.Errorf("the new one: %+v", got)
				}
			}
		}
		if _, _, err := tenant.Rotate(t.Context(), d, acme, old.KeyID, tenant.Rotation{Now: now, Ends: ends}); !errors.Is(err, tenant.ErrChanged) {
			t.Errorf("again: %v", err)
		}
		old = next
	}
	if _, _, err := tenant.Rotate(t.Context(), d, acme, "absent", tenant.Rotation{Now: now}); !errors.Is(err, tenant.ErrNotFound) {
		t.Error(err)
	}
	if _, _, err := tenant.Rotate(t.Context(), d, acme, old.KeyID, tenant.Rotation{Now: old.Expires}); !errors.Is(err, tenant.ErrNotLive) {
		t.Error(err)
	}
	before, _ := d.Resolve(t.Context(), acme)
	var all sync.WaitGroup
	var won atomic.Int64
	for range 8 {
		all.Go(func() {
			if _, _, err := tenant.Rotate(t.Context(), d, acme, old.KeyID, tenant.Rotation{Now: now, Ends: now}); err == nil {
				won.Add(1)
			}
		})
	}
	all.Wait()
	if after, _ := d.Resolve(t.Context(), acme); won.Load() != 1 || len(after.Tokens) != len(before.Tokens)+1 {
		t.Errorf("%d rotations, %d tokens, before %d", won.Load(), len(after.Tokens), len(before.Tokens))
	}
}

// TestWarnings: warnings at 30, 14, 3 and 1 days, of what is accepted and not rotated.
func TestWarnings(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	in := func(days float64) time.Time { return now.Add(time.Duration(days * 24 * float64(time.Hour))) }
	r := tenant.Record{
		Tokens: []tenant.Token{
			{KeyID: "later", Expires: in(30.1)}, {KeyID: "30", Expires: in(30)}, {KeyID: "14", Expires: in(14)}, {KeyID: "3", Expires: in(2)}, {KeyID: "1", Expires: in(0.5)},
			{KeyID: "never"}, {KeyID: "past", Expires: in(0)}, {KeyID: "revoked", Expires: in(1), Revoked: true}, {KeyID: "rotated", Expires: in(1), ReplacedBy: "x"},
		},
		Clients: []tenant.Client{
			{ID: "c", Method: tenant.Issued, Expires: in(10)}, {ID: "off", Expires: in(1), Revoked: true},
			{ID: "secret", Method: tenant.ClientSecret, Expires: in(300), Secrets: []tenant.Secret{{Expires: in(-1)}, {Expires: in(5)}}},
			{ID: "two", Method: tenant.ClientSecret, Secrets: []tenant.Secret{{Expires: in(5)}, {}}},
		},
	}
	var got []string
	for _, w := range r.Warnings(now) {
		got = append(got, fmt.Sprint(w.Key, " ", w.Days, " ", w.Client, w.Secret))
	}
	want := []string{"1 1 false false", "3 3 false false", "secret 14 true true", "c 14 true false", "14 14 false false", "30 30 false false"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}
