package admin_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/admin"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// between is a Directory of one process: before its next write of a kind, another process does something.
type between struct {
	tenant.Directory
	first map[string]func() error
}

func (b *between) before(write string) error {
	f := b.first[write]
	delete(b.first, write)
	if f == nil {
		return nil
	}
	return f()
}

func (b *between) AddToken(ctx context.Context, id scim.TenantID, t tenant.Token) error {
	if err := b.before("add"); err != nil {
		return err
	}
	return b.Directory.AddToken(ctx, id, t)
}

func (b *between) ChangeToken(ctx context.Context, id scim.TenantID, key string, c tenant.TokenChange) error {
	if err := b.before("change"); err != nil {
		return err
	}
	return b.Directory.ChangeToken(ctx, id, key, c)
}

func (b *between) RemoveCredential(ctx context.Context, id scim.TenantID, key string) error {
	if err := b.before("remove"); err != nil {
		return err
	}
	return b.Directory.RemoveCredential(ctx, id, key)
}

func (b *between) PutClient(ctx context.Context, id scim.TenantID, c tenant.Client) error {
	if err := b.before("client"); err != nil {
		return err
	}
	return b.Directory.PutClient(ctx, id, c)
}

// beside is a second process over the tenants of a world.
func (w *world) beside() (*admin.Service, *between) {
	b := &between{Directory: w.dir, first: map[string]func() error{}}
	return admin.New(admin.Options{Directory: b, Store: w.store, Log: w.log, Logger: slog.New(slog.DiscardHandler), Now: func() time.Time { return w.now }}), b
}

// TestRepeatedMeanwhile: the same request through two processes at the same time makes one thing, and one of the answers
// has its secret, wherever the second comes between the steps of the first.
func TestRepeatedMeanwhile(t *testing.T) {
	t.Parallel()
	type maker func(ctx context.Context, s *admin.Service, key, client string) (secret, note string, err error)
	token := func(m *admin.TokenCreated, err error) (string, string, error) {
		if err != nil {
			return "", "", err
		}
		return m.Secret, m.Note, nil
	}
	client := func(m *admin.ClientCreated, err error) (string, string, error) {
		if err != nil {
			return "", "", err
		}
		return m.Secret, m.Note, nil
	}
	rotate := func(ctx context.Context, s *admin.Service, key, _ string) (string, string, error) {
		return token(s.RotateToken(ctx, "acme", key, admin.Rotation{}))
	}
	for name, c := range map[string]struct {
		at   string
		make maker
		want [2]int // tokens, secrets of clients
	}{
		"tenant": {"add", func(ctx context.Context, s *admin.Service, _, _ string) (string, string, error) {
			m, err := s.CreateTenant(ctx, admin.TenantInput{Name: "globex"})
			if err != nil {
				return "", "", err
			}
			return token(&m.Token, nil)
		}, [2]int{1, 1}},
		"token": {"add", func(ctx context.Context, s *admin.Service, _, _ string) (string, string, error) {
			return token(s.CreateToken(ctx, "acme", admin.TokenInput{Name: "x"}))
		}, [2]int{2, 1}},
		"rotation":        {"add", rotate, [2]int{2, 1}},
		"rotation, added": {"change", rotate, [2]int{2, 1}},
		"client": {"client", func(ctx context.Context, s *admin.Service, _, _ string) (string, string, error) {
			return client(s.CreateClient(ctx, "acme", admin.ClientInput{Method: "client_secret"}))
		}, [2]int{1, 2}},
		"rotation of a client": {"client", func(ctx context.Context, s *admin.Service, _, id string) (string, string, error) {
			return client(s.RotateClient(ctx, "acme", id, admin.ClientRotation{}))
		}, [2]int{1, 2}},
		"rotation of a version": {"client", func(ctx context.Context, s *admin.Service, _, id string) (string, string, error) {
			return client(s.RotateClient(ctx, "acme", id, admin.ClientRotation{Version: 1}))
		}, [2]int{1, 2}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.create("acme", `{}`)
			if _, err := w.CreateClient(t.Context(), "acme", admin.ClientInput{Method: "client_secret", Name: "first"}); err != nil {
				t.Fatal(err)
			}
			ctx := admin.WithIdempotencyKey(t.Context(), "k")
			other, b := w.beside()
			key, id := w.record().Tokens[0].KeyID, w.record().Clients[0].ID
			secrets := map[bool]int{}
			call := func(s *admin.Service) error {
				secret, note, err := c.make(ctx, s, key, id)
				if err != nil || note == "" {
					t.Errorf("%q %v", note, err)
				}
				secrets[secret != ""]++
				return nil
			}
			b.first[c.at] = func() error { return call(w.Service) }
			_ = call(other)
			_ = call(other)
			if secrets[true] != 1 && name != "rotation, added" || secrets[true] > 1 || secrets[false] == 0 {
				t.Errorf("%v have the secret", secrets)
			}
			r, n := w.record(), 0
			for _, c := range r.Clients {
				n += len(c.Secrets)
			}
			if got := [2]int{len(r.Tokens), n}; got != c.want {
				t.Errorf("%d tokens and secrets of clients, want %d", got, c.want)
			}
			if len(r.Tokens) == 2 && c.at != "client" && name != "token" {
				old, now := both(r, key)
				if old.ReplacedBy != now.KeyID || old.Expires.IsZero() || old.Expires.After(w.now.Add(tenant.DefaultGrace)) {
					t.Errorf("the old token: %+v", old)
				}
			}
		})
	}
}

// both returns the token of a key, and the other one.
func both(r *tenant.Record, key string) (old, now tenant.Token) {
	for _, t := range r.Tokens {
		if t.KeyID == key {
			old = t
		} else {
			now = t
		}
	}
	return old, now
}

func (w *world) record() *tenant.Record {
	w.t.Helper()
	id, err := scim.ParseTenantID("acme")
	if err != nil {
		w.t.Fatal(err)
	}
	r, err := w.dir.Resolve(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// TestRotationInterrupted: a rotation that was interrupted or refused has rotated nothing, or is completed by its repetition:
// no answer says that an old secret ends which does not.
func TestRotationInterrupted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.create("acme", `{}`)
	ctx := admin.WithIdempotencyKey(t.Context(), "k")
	other, b := w.beside()
	killed := func() error { return errors.New("killed") }
	b.first["change"], b.first["remove"] = killed, killed
	key := w.record().Tokens[0].KeyID
	if _, err := other.RotateToken(ctx, "acme", key, admin.Rotation{Grace: "0"}); err == nil {
		t.Fatal("it was not interrupted")
	}
	made, err := w.RotateToken(ctx, "acme", key, admin.Rotation{Grace: "0"})
	if err != nil {
		t.Fatal(err)
	}
	if old, now := both(w.record(), key); now.KeyID != made.Token.Key || old.Live(w.now) {
		t.Errorf("the old token still works: %+v", old)
	}

	c, err := w.CreateClient(t.Context(), "acme", admin.ClientInput{Method: "client_secret"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.RotateClient(ctx, "acme", c.Client.ID, admin.ClientRotation{Version: 7})
	refused(t, err, admin.Changed)
	b.first["client"] = killed
	if _, err = other.RotateClient(ctx, "acme", c.Client.ID, admin.ClientRotation{Version: 1}); err == nil {
		t.Error("it was not interrupted")
	}
	for i := range 2 {
		again, err := w.RotateClient(ctx, "acme", c.Client.ID, admin.ClientRotation{Rotation: admin.Rotation{Grace: "0"}, Version: 1})
		if err != nil || (again.Secret == "") != (i > 0) || again.Client.Version != 2 {
			t.Errorf("%d: %+v %v", i, again, err)
		}
	}
}
