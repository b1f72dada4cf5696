package feedtest

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/scim"
)

// clock is a clock that only the test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.now }

func (c *clock) add(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.now = c.now.Add(d) }

// Positions checks the contract of feed.Positions. open returns one without positions.
func Positions(t *testing.T, open func(t *testing.T, now func() time.Time) feed.Positions) {
	t.Helper()
	for name, run := range map[string]func(*testing.T, feed.Positions, *clock){
		"moves": moves, "leases": leases, "clock set back": setBack, "letters": letters, "places are apart": apart, "one of many": oneOfMany, "ended": ended,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := &clock{now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
			run(t, open(t, c.Now), c)
		})
	}
}

const lease = time.Minute

func place(t *testing.T, tenant, name string) feed.Place {
	t.Helper()
	id, err := scim.ParseTenantID(tenant)
	must(t, err)
	return feed.Place{Tenant: id, Consumer: name}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func take(t *testing.T, ps feed.Positions, p feed.Place, owner string, want feed.Position) {
	t.Helper()
	got, err := ps.Take(t.Context(), p, owner, lease)
	if err != nil || got != want {
		t.Errorf("%s takes %v: %+v %v, want %+v", owner, p, got, err, want)
	}
}

// setBack: a lease that a clock an hour ahead has given does not hold the place for that hour; one of a clock that differs by
// less than a lease does.
func setBack(t *testing.T, ps feed.Positions, c *clock) {
	p, q := place(t, "acme", "app"), place(t, "acme", "other")
	take(t, ps, p, "a", feed.Position{New: true})
	take(t, ps, q, "a", feed.Position{New: true})
	must(t, ps.Move(t.Context(), p, "a", feed.Moved{Seq: 7, Lease: lease}))
	c.add(-lease)
	if _, err := ps.Take(t.Context(), q, "b", lease); !errors.Is(err, feed.ErrTaken) {
		t.Errorf("a lease of a clock that is ahead by a lease does not hold: %v", err)
	}
	c.add(lease - time.Hour)
	take(t, ps, p, "b", feed.Position{Seq: 7})
	if err := ps.Move(t.Context(), p, "a", feed.Moved{Seq: 8, Lease: lease}); !errors.Is(err, feed.ErrTaken) {
		t.Errorf("the former owner moves: %v", err)
	}
	must(t, ps.Move(t.Context(), p, "b", feed.Moved{Seq: 9, Lease: lease}))
}

func moves(t *testing.T, ps feed.Positions, _ *clock) {
	p := place(t, "acme", "app")
	take(t, ps, p, "a", feed.Position{New: true})
	take(t, ps, p, "a", feed.Position{New: true}) // nothing has been kept
	must(t, ps.Move(t.Context(), p, "a", feed.Moved{Seq: 0, Lease: lease}))
	take(t, ps, p, "a", feed.Position{})
	must(t, ps.Move(t.Context(), p, "a", feed.Moved{Seq: 7, Lease: lease}))
	take(t, ps, p, "a", feed.Position{Seq: 7})
	must(t, ps.Move(t.Context(), p, "a", feed.Moved{Seq: 3, Lease: lease})) // it starts anew
	must(t, ps.Leave(t.Context(), p, "a"))
	take(t, ps, p, "b", feed.Position{Seq: 3})
}

func leases(t *testing.T, ps feed.Positions, c *clock) {
	p := place(t, "acme", "app")
	taken := func() {
		t.Helper()
		if _, err := ps.Take(t.Context(), p, "b", lease); !errors.Is(err, feed.ErrTaken) {
			t.Errorf("b takes the place: %v", err)
		}
	}
	refused := func(owner string) {
		t.Helper()
		l := &feed.DeadLetter{Seq: 9}
		if err := ps.Move(t.Context(), p, owner, feed.Moved{Seq: 9, Lease: lease, Letter: l}); !errors.Is(err, feed.ErrTaken) {
			t.Errorf("%s moves: %v", owner, err)
		}
	}
	refused("a") // no owner has it
	take(t, ps, p, "a", feed.Position{New: true})
	taken()
	refused("b")
	must(t, ps.Leave(t.Context(), p, "b")) // it is not b's
	taken()
	c.add(lease - time.Second)
	must(t, ps.Move(t.Context(), p, "a", feed.Moved{Seq: 1, Lease: lease}))
	c.add(lease - time.Second)
	taken() // a has moved
	take(t, ps, p, "a", feed.Position{Seq: 1})
	c.add(lease - time.Second)
	taken() // a has taken it again
	c.add(2 * time.Second)
	take(t, ps, p, "b", feed.Position{Seq: 1})
	refused("a") // which was asleep
	list, err := ps.Letters(t.Context(), p, 0, 10)
	if err != nil || len(list) > 0 {
		t.Errorf("letters of refused moves: %v %v", list, err)
	}
	take(t, ps, p, "b", feed.Position{Seq: 1})
}

func letters(t *testing.T, ps feed.Positions, c *clock) {
	p := place(t, "acme", "app")
	take(t, ps, p, "a", feed.Position{New: true})
	var all []feed.DeadLetter
	for n := range int64(5) {
		l := feed.DeadLetter{Seq: n + 1, ID: "acme.1", Type: "user.created", Error: "no \x00 \"way\"", Tries: 3, Time: c.Now()}
		all = append(all, l)
		must(t, ps.Move(t.Context(), p, "a", feed.Moved{Seq: l.Seq, Lease: lease, Letter: &l}))
	}
	must(t, ps.Move(t.Context(), p, "a", feed.Moved{Seq: 2, Lease: lease, Letter: &all[1]})) // again, after a crash
	got, err := ps.Letters(t.Context(), p, 0, 10)
	must(t, err)
	if d := cmp.Diff(all, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	got, err = ps.Letters(t.Context(), p, 2, 2)
	must(t, err)
	if d := cmp.Diff(all[2:4], got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	must(t, ps.Forget(t.Context(), p, 1, 2, 4, 99))
	must(t, ps.Forget(t.Context(), p))
	got, err = ps.Letters(t.Context(), p, 0, 10)
	must(t, err)
	if d := cmp.Diff([]feed.DeadLetter{all[2], all[4]}, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func apart(t *testing.T, ps feed.Positions, _ *clock) {
	all := []feed.Place{place(t, "acme", "app"), place(t, "acme", "other"), place(t, "globex", "app")}
	for i, p := range all {
		take(t, ps, p, "a", feed.Position{New: true})
		must(t, ps.Move(t.Context(), p, "a", feed.Moved{Seq: int64(i + 1), Lease: lease, Letter: &feed.DeadLetter{Seq: int64(i + 1)}}))
	}
	for i, p := range all {
		take(t, ps, p, "a", feed.Position{Seq: int64(i + 1)})
		list, err := ps.Letters(t.Context(), p, 0, 10)
		if err != nil || len(list) != 1 || list[0].Seq != int64(i+1) {
			t.Errorf("%v: %v %v", p, list, err)
		}
	}
	must(t, ps.Forget(t.Context(), all[0], 1, 2, 3))
	if list, err := ps.Letters(t.Context(), all[1], 0, 10); err != nil || len(list) != 1 {
		t.Errorf("%v %v", list, err)
	}
}

// oneOfMany: of many that take a place at once, one gets it.
func oneOfMany(t *testing.T, ps feed.Positions, _ *clock) {
	p := place(t, "acme", "app")
	owners := make([]string, 16)
	for i := range owners {
		owners[i] = string(rune('a' + i))
	}
	var won atomic.Int32
	err := async.Each(t.Context(), len(owners), owners, func(ctx context.Context, owner string) error {
		_, err := ps.Take(ctx, p, owner, lease)
		if err == nil {
			won.Add(1)
		} else if errors.Is(err, feed.ErrTaken) {
			err = nil
		}
		return err
	})
	if err != nil || won.Load() != 1 {
		t.Errorf("%d have it, %v", won.Load(), err)
	}
}

// ended: a call whose context has ended fails.
func ended(t *testing.T, ps feed.Positions, _ *clock) {
	p := place(t, "acme", "app")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := ps.Take(ctx, p, "a", lease); !errors.Is(err, context.Canceled) {
		t.Errorf("Take: %v", err)
	}
	take(t, ps, p, "b", feed.Position{New: true})
	if err := ps.Move(ctx, p, "b", feed.Moved{Seq: 1, Lease: lease}); !errors.Is(err, context.Canceled) {
		t.Errorf("Move: %v", err)
	}
}
