package feed_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/feed/feedtest"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
)

func TestMemoryPositions(t *testing.T) {
	t.Parallel()
	feedtest.Positions(t, func(_ *testing.T, now func() time.Time) feed.Positions { return feed.NewMemoryPositions(now) })
}

// crew is a consumer of one or more tenants, and what it has handled.
type crew struct {
	feed.Consumer
	mu   sync.Mutex
	seen []string // of facts: id and type
}

func (w *world) crew(handle func(c *crew, f feed.Fact) error) *crew {
	c := &crew{}
	c.Consumer = feed.Consumer{
		Source: w.source, Positions: feed.NewMemoryPositions(nil), Name: "app", Pause: time.Millisecond, Refresh: time.Millisecond,
		Tenants: func(context.Context) ([]scim.TenantID, error) { return []scim.TenantID{w.tenant.ID}, nil },
		Handle: func(_ context.Context, f feed.Fact) error {
			if err := handle(c, f); err != nil {
				return err
			}
			c.mu.Lock()
			defer c.mu.Unlock()
			c.seen = append(c.seen, f.ID+" "+f.Type)
			return nil
		},
		Logger: slog.New(slog.DiscardHandler),
	}
	return c
}

func (c *crew) handled() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.seen)
}

// until runs the consumer until a condition holds.
func (c *crew) until(t *testing.T, ok func() bool) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := async.Go(func() error { return c.Run(ctx) })
	for end := time.Now().Add(2 * time.Minute); !ok(); time.Sleep(time.Millisecond) {
		select {
		case err := <-done:
			t.Fatalf("the consumer ended: %v", err)
		default:
		}
		if time.Now().After(end) {
			t.Fatalf("it has handled %v", c.handled())
		}
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("the consumer ended with %v", err)
	}
}

// has reports whether so many facts have been handled.
func (c *crew) has(n int) func() bool { return func() bool { return len(c.handled()) >= n } }

func good(*crew, feed.Fact) error { return nil }

func TestConsumer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ann := w.create("User", map[string]any{"userName": "ann"})
	c := w.crew(good)
	var lags []feed.Lag
	c.Observe = func(_ scim.TenantID, l feed.Lag) { lags = append(lags, l) }
	c.until(t, c.has(1))
	w.patch("User", ann, "replace", "title", "x")
	w.remove("User", ann)
	c.until(t, c.has(3))
	w.create("User", map[string]any{"userName": "bob"})
	c.until(t, c.has(4))
	want := []string{"acme.1.id-0001 user.snapshot", "acme.2 user.updated", "acme.3 user.deleted", "acme.4 user.created"}
	if d := cmp.Diff(want, c.handled()); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if len(lags) == 0 || lags[len(lags)-1].Facts != 0 {
		t.Errorf("lags %v", lags)
	}
}

// TestDeadLetter: a fact that cannot be handled is tried again, becomes a dead letter, and the others are handled in order.
func TestDeadLetter(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tries := map[string]int{}
	c := w.crew(func(_ *crew, f feed.Fact) error {
		tries[f.ID]++
		switch {
		case f.ID == "acme.2" && tries[f.ID] < 3:
			return errors.New("not now")
		case f.ID == "acme.3":
			panic("never")
		}
		return nil
	})
	c.Tries = 4
	c.until(t, func() bool {
		p, err := c.Positions.Take(t.Context(), feed.Place{Tenant: w.tenant.ID, Consumer: "app"}, "test", 0)
		return err == nil && !p.New
	})
	for n := range 5 {
		w.create("User", map[string]any{"userName": fmt.Sprint("u", n)})
	}
	c.until(t, c.has(4))
	if d := cmp.Diff([]string{"acme.1 user.created", "acme.2 user.created", "acme.4 user.created", "acme.5 user.created"}, c.handled()); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if d := cmp.Diff(map[string]int{"acme.1": 1, "acme.2": 3, "acme.3": 4, "acme.4": 1, "acme.5": 1}, tries); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	letters, err := c.Positions.Letters(t.Context(), feed.Place{Tenant: w.tenant.ID, Consumer: "app"}, 0, 10)
	if err != nil || len(letters) != 1 || letters[0].ID != "acme.3" || letters[0].Tries != 4 || letters[0].Error[:12] != "panic: never" {
		t.Errorf("%+v %v", letters, err)
	}
}

// TestOthersGoOn: a tenant whose facts fail does not hold up another one, even if there is one worker.
func TestOthersGoOn(t *testing.T) {
	t.Parallel()
	a := newAPI(t, scim.Retention{}, "acme", "globex")
	source, err := feed.New(a.Store, feed.Options{Poll: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{T: t, source: source}
	c := w.crew(func(_ *crew, f feed.Fact) error {
		if f.Tenant == "acme" {
			return errors.New("no")
		}
		return nil
	})
	c.Tries, c.Pause, c.Workers = 1000, time.Minute, 1
	c.Tenants = func(context.Context) ([]scim.TenantID, error) {
		acme, _ := scim.ParseTenantID("acme")
		globex, err := scim.ParseTenantID("globex")
		return []scim.TenantID{acme, globex}, err
	}
	a.user("acme", "ann")
	a.user("globex", "bob")
	c.until(t, c.has(1))
}

// TestExpired: a consumer whose facts have expired starts anew, and does what the snapshot says.
func TestExpired(t *testing.T) {
	t.Parallel()
	w := worldOver(t, memory.NewWith(memory.Options{Feed: scim.Retention{Entries: 2}}))
	c := w.crew(good)
	var snapshots [][]string
	failed := false
	c.Anew = func(_ context.Context, _ scim.TenantID, _ int64, all iter.Seq2[feed.Fact, error]) error {
		list := []string{}
		for f, err := range all {
			if err != nil {
				return err
			}
			list = append(list, f.Type+" "+f.User.UserName)
		}
		if !failed {
			failed = true
			return errors.New("not now")
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		snapshots = append(snapshots, list)
		return nil
	}
	count := func(n int) func() bool {
		return func() bool { c.mu.Lock(); defer c.mu.Unlock(); return len(snapshots) == n }
	}
	c.until(t, count(1))
	var last string
	for n := range 5 {
		last = w.create("User", map[string]any{"userName": fmt.Sprint("u", n)})
	}
	w.remove("User", last)
	c.until(t, count(2))
	w.create("User", map[string]any{"userName": "u9"})
	c.until(t, c.has(1))
	want := [][]string{{}, {"user.snapshot u0", "user.snapshot u1", "user.snapshot u2", "user.snapshot u3"}}
	if d := cmp.Diff(want, snapshots); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if d := cmp.Diff([]string{"acme.7 user.created"}, c.handled()); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// TestTwoProcesses: of two consumers of one name only one works at a time, and together they handle everything in order.
func TestTwoProcesses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.crew(good)
	second := first.Consumer
	first.until(t, func() bool {
		p, err := first.Positions.Take(t.Context(), feed.Place{Tenant: w.tenant.ID, Consumer: "app"}, "test", 0)
		return err == nil && !p.New
	})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := []<-chan error{async.Go(func() error { return first.Run(ctx) }), async.Go(func() error { return second.Run(ctx) })}
	const n = 300
	for i := range n {
		w.create("User", map[string]any{"userName": fmt.Sprint("u", i)})
	}
	for end := time.Now().Add(2 * time.Minute); !first.has(n)() && time.Now().Before(end); time.Sleep(time.Millisecond) {
	}
	cancel()
	for _, d := range done {
		<-d
	}
	for i, s := range first.handled() {
		if want := fmt.Sprintf("acme.%d user.created", i+1); s != want {
			t.Fatalf("%s instead of %s", s, want)
		}
	}
}

// TestFollow: the iterator waits for facts, and ends with its context.
func TestFollow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	w.create("User", map[string]any{"userName": "u1"})
	var got []string
	for f, err := range w.source.Follow(ctx, w.tenant.ID, 0) {
		if err != nil {
			got = append(got, err.Error())
			continue
		}
		if got = append(got, f.ID); len(got) < 3 {
			w.create("User", map[string]any{"userName": fmt.Sprint("next", len(got))})
		} else {
			cancel()
		}
	}
	if d := cmp.Diff([]string{"acme.1", "acme.2", "acme.3", "context canceled"}, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	for _, err := range w.source.Follow(t.Context(), w.tenant.ID, 9) {
		var gone *scim.GoneError
		if !errors.As(err, &gone) {
			t.Error(err)
		}
	}
}

// TestConsumerNeeds: a consumer that lacks something says so.
func TestConsumerNeeds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	full := w.crew(good).Consumer
	for what, change := range map[string]func(*feed.Consumer){
		"source": func(c *feed.Consumer) { c.Source = nil }, "positions": func(c *feed.Consumer) { c.Positions = nil },
		"name": func(c *feed.Consumer) { c.Name = "" }, "good name": func(c *feed.Consumer) { c.Name = "Ä b" },
		"tenants": func(c *feed.Consumer) { c.Tenants = nil }, "handler": func(c *feed.Consumer) { c.Handle = nil },
	} {
		c := full
		change(&c)
		if err := c.Run(t.Context()); err == nil {
			t.Errorf("no error without a %s", what)
		}
	}
	full.Tenants = func(context.Context) ([]scim.TenantID, error) { return nil, errors.New("down") }
	if err := full.Run(t.Context()); err == nil {
		t.Error("no error")
	}
}
