package feed

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"time"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
)

// Consumer calls a function of the application for each fact of every tenant: at least once, in the order of
// the tenant, in one process at a time. Handle returns an error if it could not handle a fact; it is then
// called again, after pauses that grow. The facts of that tenant wait meanwhile, those of others do not. After
// Tries calls the fact becomes a dead letter, with its error, and the next one follows. A panic is an error.
//
// Handle is called again with facts that it has handled when the process ended before the position was
// kept: up to a hundred, or those of a second. What it does must come out the same the second time, as upserts
// by id do. A repetition passes through older states; an application for which that matters keeps Fact.Seq in
// the transaction of its own work, and skips facts that are not above it.
//
// Source, Positions, Name, Tenants and Handle are required. The fields must not be changed once Run is called.
type Consumer struct {
	Source    *Source
	Positions Positions
	// Name tells consumers apart: each has its own position. See Place.
	Name string
	// Tenants lists the tenants; it is asked again every Refresh.
	Tenants func(ctx context.Context) ([]scim.TenantID, error)
	// Handle handles one fact. Its ctx ends when Run's does, or when another process has taken the place.
	Handle func(ctx context.Context, f Fact) error
	// Many handles facts of a tenant together, instead of Handle: it returns how many of them, from the first one on, it
	// has handled, and an error if these are not all. It needs FromNow or Since, and there are no dead letters.
	Many func(ctx context.Context, list []Fact) (done int, err error)
	// Anew makes the application what a snapshot says: it is called for a tenant that the consumer meets
	// for the first time, and for one whose next facts have expired. What is not in the snapshot is gone.
	// After an error it is called again, after pauses that grow, without a last try. nil: the facts of the snapshot go to Handle,
	// from the first one again after an error, and what is gone meanwhile is not noticed. Those that have failed for the last
	// time are left out; they are one dead letter, with the number of the snapshot.
	// seq is the number that the facts follow after it, for an application that keeps it itself.
	Anew func(ctx context.Context, t scim.TenantID, seq int64, all iter.Seq2[Fact, error]) error

	// FromNow begins, in a tenant that the consumer meets for the first time, with what happens from then on,
	// instead of a snapshot. It also leaves the snapshot out where facts have expired, with an error in the log.
	FromNow bool
	// Since does the same, but begins with the first fact from that time on, so that nothing is left out before
	// the consumer meets the tenant. The zero value is no time. Where facts have expired it goes on with the
	// first one that is kept.
	Since time.Time

	// Skipped is called where facts have expired and FromNow or Since go on without them, with their numbers: nothing has
	// handled them. After an error it is called again. nil: the log says so.
	Skipped func(ctx context.Context, t scim.TenantID, first, last int64) error

	Tries   int           // calls of Handle for one fact; 10 by default, in about 4 minutes
	Pause   time.Duration // before the second call; 500 ms by default, and twice as long before each next one, up to Longest
	Longest time.Duration // the longest pause; 2 minutes by default. Pauses vary by a fifth
	Workers int           // tenants at the same time; 4 by default
	Refresh time.Duration // of the list of tenants; 5 seconds by default
	Lease   time.Duration // after which another process takes the place of one that has ended, the same in all of them; 30 seconds by default

	Observe func(t scim.TenantID, lag Lag) // for metrics; called after each batch
	Logger  *slog.Logger                   // slog.Default by default
}

// Lag is what a consumer has not handled yet in a tenant.
type Lag struct {
	Facts   int64         // that it has not handled
	Age     time.Duration // of the last fact that it has handled
	Letters int           // dead letters of this batch
}

// Run works until ctx ends, and returns its error, or one of the first call of Tenants. Other errors are
// logged, and tried again.
func (c Consumer) Run(ctx context.Context) error {
	if err := c.complete(); err != nil {
		return err
	}
	tenants, err := c.Tenants(ctx)
	if err != nil {
		return fmt.Errorf("consumer %s: %w", c.Name, err)
	}
	r := &running{Consumer: c, owner: rand.Text(), slots: make(chan struct{}, c.Workers), places: map[scim.TenantID]*work{}}
	defer r.join()
	for listed := time.Now(); ; {
		for _, t := range tenants {
			if err := r.start(ctx, t); err != nil {
				return err
			}
		}
		if err := async.Sleep(ctx, c.Source.poll); err != nil {
			return err
		}
		if time.Since(listed) < c.Refresh {
			continue
		}
		listed = time.Now()
		if next, err := c.Tenants(ctx); err == nil {
			tenants = next
			r.keep(tenants)
		} else if ctx.Err() == nil {
			c.Logger.WarnContext(ctx, "the tenants cannot be listed", "consumer", c.Name, "cause", err)
		}
	}
}

func (c *Consumer) complete() error {
	if c.Source == nil || c.Positions == nil || c.Tenants == nil || c.Handle == nil && c.Many == nil || !validName(c.Name) {
		return errors.New("feed: a Consumer needs Source, Positions, Tenants, Handle, and a Name of a-z, 0-9, dots, - and _")
	}
	c.Tries, c.Workers, c.Logger = cmp.Or(c.Tries, 10), cmp.Or(c.Workers, 4), cmp.Or(c.Logger, slog.Default())
	c.Longest = cmp.Or(c.Longest, 2*time.Minute)
	c.Pause, c.Refresh, c.Lease = cmp.Or(c.Pause, 500*time.Millisecond), cmp.Or(c.Refresh, 5*time.Second), cmp.Or(c.Lease, 30*time.Second)
	return nil
}

func validName(s string) bool {
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '_' && r != '.' {
			return false
		}
	}
	return s != "" && len(s) <= 64
}
