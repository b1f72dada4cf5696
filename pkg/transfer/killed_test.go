package transfer_test

import (
	"bytes"
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/feed/webhook"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
	"github.com/scimstack/scimstack/pkg/transfer"
)

// life is that of a process: after so many writes it makes none any more.
type life struct{ left atomic.Int64 }

var errDead = errors.New("the process is dead")

func (l *life) write() error {
	if l.left.Add(-1) < 0 {
		return errDead
	}
	return nil
}

// mortal are parts of a place that write while there is life.
type mortalStore struct {
	scim.Store
	scim.Feed
	*life
}

func (m mortalStore) Commit(ctx context.Context, t scim.TenantID, c scim.Change) (*scim.Resource, error) {
	if err := m.write(); err != nil {
		return nil, err
	}
	return m.Store.Commit(ctx, t, c)
}

// RestartFeed is that of the store, which every store of the tests has.
func (m mortalStore) RestartFeed(ctx context.Context, t scim.TenantID, above int64) (int64, error) {
	if err := m.write(); err != nil {
		return 0, err
	}
	r, ok := m.Store.(interface {
		RestartFeed(context.Context, scim.TenantID, int64) (int64, error)
	})
	if !ok {
		return m.Last(ctx, t)
	}
	return r.RestartFeed(ctx, t, above)
}

type mortalDirectory struct {
	tenant.Directory
	*life
}

func (m mortalDirectory) Create(ctx context.Context, s tenant.Settings) error {
	return errors.Join(m.write(), m.alive(func() error { return m.Directory.Create(ctx, s) }))
}

func (m mortalDirectory) Put(ctx context.Context, s tenant.Settings) error {
	if err := m.write(); err != nil {
		return err
	}
	return m.Directory.Put(ctx, s)
}

func (m mortalDirectory) AddToken(ctx context.Context, t scim.TenantID, k tenant.Token) error {
	if err := m.write(); err != nil {
		return err
	}
	return m.Directory.AddToken(ctx, t, k)
}

func (m mortalDirectory) PutClient(ctx context.Context, t scim.TenantID, c tenant.Client) error {
	if err := m.write(); err != nil {
		return err
	}
	return m.Directory.PutClient(ctx, t, c)
}

func (m mortalDirectory) RemoveCredential(ctx context.Context, t scim.TenantID, key string) error {
	if err := m.write(); err != nil {
		return err
	}
	return m.Directory.RemoveCredential(ctx, t, key)
}

func (l *life) alive(f func() error) error {
	if l.left.Load() < 0 {
		return nil
	}
	return f()
}

type mortalPositions struct {
	feed.Positions
	*life
}

func (m mortalPositions) Take(ctx context.Context, p feed.Place, owner string, lease time.Duration) (feed.Position, error) {
	if m.left.Load() < 0 {
		return feed.Position{}, errDead
	}
	return m.Positions.Take(ctx, p, owner, lease)
}

func (m mortalPositions) Move(ctx context.Context, p feed.Place, owner string, to feed.Moved) error {
	if err := m.write(); err != nil {
		return err
	}
	return m.Positions.Move(ctx, p, owner, to)
}

// Leave is not called by a process that is killed.
func (m mortalPositions) Leave(ctx context.Context, p feed.Place, owner string) error {
	return m.alive(func() error { return m.Positions.Leave(ctx, p, owner) })
}

type mortalHooks struct {
	webhook.Store
	*life
}

func (m mortalHooks) Create(ctx context.Context, e webhook.Endpoint) error {
	if err := m.write(); err != nil {
		return err
	}
	return m.Store.Create(ctx, e)
}

func mortal(p transfer.Place, writes int64) transfer.Place {
	l := &life{}
	l.left.Store(writes)
	f, _ := p.Store.(scim.Feed)
	p.Store, p.Directory = mortalStore{p.Store, f, l}, mortalDirectory{p.Directory, l}
	p.Positions, p.Webhooks = mortalPositions{p.Positions, l}, mortalHooks{p.Webhooks, l}
	return p
}

// TestKilled: an import that dies after any number of writes leaves a tenant that serves nothing, or the whole one. It is
// repeated until it lives long enough, and ends with what the file has. The same holds for an import over the tenant.
func TestKilled(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, _ string, p place) {
		old := inMemory(t)
		token := fill(t, old, 20)
		s := serve(t, old, token)
		w := newWriter(t, old, s, 5)
		for range 6 {
			w.create()
			w.gather()
		}
		first := export(t, old)
		for range dynamotest.Size(30, 100) {
			w.step()
		}
		w.administer()
		second := export(t, old)
		for _, file := range [][]byte{first, second, first} {
			died := untilAlive(t, p, file)
			p.settle()
			differ(t, "file", body(t, export(t, p)), body(t, file))
			if died < 3 {
				t.Errorf("it died %d times only", died)
			}
		}
		if _, err := transfer.Import(t.Context(), p.Place, bytes.NewReader(second), confirmed()); err != nil {
			t.Fatal(err)
		}
		p.settle()
		differ(t, "answers", serve(t, p, token).seen(t), s.seen(t))
	})
}

// untilAlive repeats an import that dies, each time later, and returns how often it died.
func untilAlive(t *testing.T, p place, file []byte) (died int) {
	t.Helper()
	o := confirmed()
	o.Lease = 40 * time.Millisecond
	for writes := int64(0); ; writes += 1 + writes/2 {
		out, err := transfer.Import(t.Context(), mortal(p.Place, writes), bytes.NewReader(file), o)
		p.settle()
		if err == nil {
			if !out.Differs() && died == 0 {
				t.Error("nothing was written")
			}
			return died
		}
		if errors.Is(err, transfer.ErrBusy) { // the machine was so slow that this one seemed dead itself
			writes--
			continue
		}
		if !errors.Is(err, errDead) {
			t.Fatalf("after %d writes: %v", writes, err)
		}
		died++
		r, err := p.Directory.Resolve(t.Context(), id(t, "acme"))
		if errors.Is(err, tenant.ErrUnknown) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if writes > 1 && r.Settings.Paused == "" {
			t.Fatalf("after %d writes a part of the tenant is served", writes)
		}
	}
}
