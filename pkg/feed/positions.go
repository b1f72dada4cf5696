package feed

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Place names a consumer in a tenant.
type Place struct {
	Tenant   scim.TenantID
	Consumer string // at most 64 characters of a-z, 0-9, -, _ and .
}

// Position is how far a consumer has come.
type Position struct {
	Seq int64 // the last number that is handled
	// New says that nothing has been kept of the place yet, see Positions.Move.
	New bool
}

// DeadLetter is a fact that a consumer could not handle.
type DeadLetter struct {
	Seq   int64     `json:"seq"`
	ID    string    `json:"id"`
	Type  string    `json:"type"`
	Error string    `json:"error"` // the last one
	Tries int       `json:"tries"`
	Time  time.Time `json:"time"` // when the consumer gave up
}

// Positions keeps how far consumers have come, and what they could not handle. Several processes share one:
// a lease lets only one of them work at a place. Implementations are safe for concurrent use, and return
// ErrTaken where it is named, or an error of their own.
type Positions interface {
	// Take gives the place to owner for a time, which begins anew with each call, and returns the position.
	//
	//	ErrTaken  another owner has it
	Take(ctx context.Context, p Place, owner string, lease time.Duration) (Position, error)
	// Move keeps that owner has handled everything up to seq, and the letter unless it is nil, both or neither.
	//
	//	ErrTaken  the place is another owner's; nothing is kept
	Move(ctx context.Context, p Place, owner string, to Moved) error
	// Leave gives the place back, if owner has it.
	Leave(ctx context.Context, p Place, owner string) error
	// Letters returns the dead letters of a place, in the order of their numbers, at most limit with a
	// number above after.
	Letters(ctx context.Context, p Place, after int64, limit int) ([]DeadLetter, error)
	// Forget removes dead letters, for instance after they were handled by hand.
	Forget(ctx context.Context, p Place, seqs ...int64) error
}

// Held reports whether a lease until a time may still hold at now, for a Positions; lease is that of who asks, and the processes of a
// consumer have leases of the same length. Clocks agree to less than a lease, so one
// that ends later than two leases from now was given by a clock that has been set back since: its owner may have ended, and
// would hold the place for as long as that.
func Held(until, now time.Time, lease time.Duration) bool {
	return now.Before(until) && !until.After(now.Add(2*lease))
}

// Moved is a step of a consumer.
type Moved struct {
	Seq    int64
	Lease  time.Duration // from now on
	Letter *DeadLetter
}

// ErrTaken says that another process works at a place.
var ErrTaken = errors.New("another process has the place of this consumer")

// MemoryPositions keeps positions in the process: for tests, and beside a store in memory, with which they
// end. Make it with NewMemoryPositions.
type MemoryPositions struct {
	now func() time.Time
	mu  sync.Mutex
	at  map[Place]*memoryPlace
}

type memoryPlace struct {
	seq     int64
	moved   bool
	owner   string
	until   time.Time
	letters []DeadLetter // by number
}

var _ Positions = (*MemoryPositions)(nil)

// NewMemoryPositions returns Positions without any; now is the clock of leases, time.Now if it is nil.
func NewMemoryPositions(now func() time.Time) *MemoryPositions {
	if now == nil {
		now = time.Now
	}
	return &MemoryPositions{now: now, at: map[Place]*memoryPlace{}}
}

// Take implements Positions.
func (m *MemoryPositions) Take(ctx context.Context, p Place, owner string, lease time.Duration) (Position, error) {
	if err := ctx.Err(); err != nil {
		return Position{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	at := m.at[p]
	if at == nil {
		at = &memoryPlace{}
		m.at[p] = at
	}
	now := m.now()
	if at.owner != owner && Held(at.until, now, lease) {
		return Position{}, ErrTaken
	}
	at.owner, at.until = owner, now.Add(lease)
	return Position{Seq: at.seq, New: !at.moved}, nil
}

// Move implements Positions.
func (m *MemoryPositions) Move(ctx context.Context, p Place, owner string, to Moved) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	at := m.at[p]
	if at == nil || at.owner != owner {
		return ErrTaken
	}
	at.seq, at.moved, at.until = to.Seq, true, m.now().Add(to.Lease)
	if to.Letter != nil {
		at.letters = slices.DeleteFunc(at.letters, func(l DeadLetter) bool { return l.Seq == to.Letter.Seq })
		at.letters = append(at.letters, *to.Letter)
		slices.SortFunc(at.letters, func(a, b DeadLetter) int { return cmp.Compare(a.Seq, b.Seq) })
	}
	return nil
}

// Leave implements Positions.
func (m *MemoryPositions) Leave(_ context.Context, p Place, owner string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if at := m.at[p]; at != nil && at.owner == owner {
		at.owner, at.until = "", time.Time{}
	}
	return nil
}

// Letters implements Positions.
func (m *MemoryPositions) Letters(ctx context.Context, p Place, after int64, limit int) (out []DeadLetter, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if at := m.at[p]; at != nil {
		for _, l := range at.letters {
			if l.Seq > after && len(out) < limit {
				out = append(out, l)
			}
		}
	}
	return out, ctx.Err()
}

// Forget implements Positions.
func (m *MemoryPositions) Forget(ctx context.Context, p Place, seqs ...int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	at := m.at[p]
	if at == nil {
		return ctx.Err()
	}
	kept := at.letters[:0:0]
	for _, l := range at.letters {
		if !slices.Contains(seqs, l.Seq) {
			kept = append(kept, l)
		}
	}
	at.letters = kept
	return ctx.Err()
}
