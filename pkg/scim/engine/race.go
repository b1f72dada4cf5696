package engine

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
)

// Race is the loop of a write that reads a resource, applies a change and stores it if the version is
// still the one that was read. It repeats what was lost to another writer for a share of the request's
// time, with growing waits, so that all writers get through:
//
//	var race engine.Race
//	for race.Next(ctx) {
//		row := read(at)
//		if err := match.Check(row.Version); err != nil {
//			return err
//		}
//		err := store(row.Version, change(row)) // scim.ErrVersion if the version is another one by now
//		if !race.Lost(err, match) {
//			return err
//		}
//	}
//	return race.Err()
//
// A version that the client has named is never replaced by a newer one: the client gets the 412. The
// zero value is ready; it is for one write and not for concurrent use.
type Race struct {
	wait    async.Budget
	tries   int
	members int // tries that were lost to the deletion of a member
	err     error
}

// Next reports whether to try. It waits before it repeats.
func (r *Race) Next(ctx context.Context) bool {
	if r.tries > 0 {
		if r.err = sleep(ctx, r.tries-1); r.err != nil || r.members >= maxTries || !r.wait.Left(ctx) {
			return false
		}
	}
	r.tries++
	return true
}

// Lost reports whether a try lost to another writer and is to be repeated: its error is ErrVersion, and
// the client named no version, or a *MissingError.
func (r *Race) Lost(err error, m scim.Match) bool {
	if lostMember(err) {
		r.members++
		return true
	}
	return lostRace(err) && !m.Present
}

// Err is the error of a write that lost until its time was over: a *scim.BusyError, or that of the
// context.
func (r *Race) Err() error {
	if r.err != nil {
		return r.err
	}
	return &scim.BusyError{RetryAfter: time.Second, Cause: scim.ErrVersion}
}

// maxTries bounds how often a write is read and applied again because the members to add were deleted
// in the meantime.
const maxTries = 12

// lostRace reports that another write came first; a condition of the client that does not hold is an
// answer already.
func lostRace(err error) bool {
	if !errors.Is(err, scim.ErrVersion) {
		return false // before anything is allocated
	}
	var answer *scim.Error
	return !errors.As(err, &answer)
}

// lostMember reports that members to add were deleted after they had been looked up.
func lostMember(err error) bool {
	if err == nil {
		return false // before anything is allocated
	}
	var missing *scim.MissingError
	var answer *scim.Error
	return errors.As(err, &missing) && !errors.As(err, &answer)
}

// sleep waits a little longer after each lost race; the first repeat is immediate.
func sleep(ctx context.Context, try int) error {
	if try == 0 {
		return ctx.Err()
	}
	return async.Sleep(ctx, rand.N(time.Millisecond<<min(try, 6)))
}
