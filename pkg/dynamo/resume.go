package dynamo

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/pkg/scim"
)

// A staged write that runs out of time keeps its lease and its number for a while (parked): other writers of the
// group wait or get 503, readers see the old members. The same change, sent again, takes the lease over and
// continues where it stopped: the edges are in order, and the lease says how many are done. After that
// time any writer may break the lease as usual, which makes the number void.

const (
	// mostAtOnce is how many edges are marked and checked before the next ones.
	mostAtOnce = 1000
	// parkedFor is how long an interrupted write waits for its repetition.
	parkedFor = 30 * time.Second
	// lastSecond is what a request keeps back to note how far it came, and to answer.
	lastSecond = 1500 * time.Millisecond
	// edgesPerSecond is what one partition key takes.
	edgesPerSecond = 1000
	// shardedPerSecond is what the shards take, if each member is also read.
	shardedPerSecond = 1500
)

// edgesAtOnce is mostAtOnce, or less where groups are large that have fewer members.
func (o Options) edgesAtOnce() int { return min(max(o.LargeGroup, maxActions), mostAtOnce) }

// hash names a change. It leaves out its time and the version that it is for: only the same group in the
// same state has its lease.
func (cm commit) hash() string {
	h := sha256.New()
	enc := json.NewEncoder(h)
	_ = enc.Encode([]any{cm.c.ClearMembers, cm.c.AddMembers, cm.c.RemoveMembers, cm.c.Keys}) // strings and booleans: no error
	if p := cm.c.Put; p != nil {
		_ = enc.Encode([]any{p.Document, p.Hidden, p.ExternalID})
	}
	return base64.RawStdEncoding.EncodeToString(h.Sum(nil)[:12])
}

// continues reports whether the lease of the group is that of the same change, whose request has ended. A
// request that may still write keeps its number for itself.
func (w *write) continues() bool {
	l := w.before.Lease
	return l != nil && l.Parked && l.Hash == w.hash()
}

// enough is when a staged write stops to mark edges.
func (w *write) enough(ctx context.Context) time.Time {
	now := time.Now()
	left := w.lease.Until.Sub(w.s.o.Now())
	if deadline, ok := ctx.Deadline(); ok {
		request := deadline.Sub(now)
		left = min(left, request-min(lastSecond, request/4))
	}
	return now.Add(left)
}

// interrupted ends the request of a staged write that failed. One that ran out of time or capacity can be
// continued. Any other is given up.
func (w *write) interrupted(ctx context.Context, cause error) error {
	var busy *scim.BusyError
	timeout := errors.Is(cause, context.DeadlineExceeded) || errors.Is(cause, context.Canceled)
	if !timeout && !errors.As(cause, &busy) {
		w.abandon(ctx)
		return cause
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastSecond)
	defer cancel()
	parked := *w.lease
	parked.Parked, parked.Until = true, w.s.o.Now().Add(parkedFor)
	if err := w.intend(ctx, parked.Until); err != nil {
		return cause
	}
	if _, err := w.s.updateItem(ctx, w.key(), w.lease.parking(parked), types.ReturnValueNone); err != nil {
		return cause // another writer has broken the lease
	}
	return &scim.BusyError{RetryAfter: time.Second, Cause: cause,
		Unfinished: &scim.Unfinished{Done: parked.done, Of: w.delta.all(), Within: parkedFor}}
}

// createable refuses a new group with more members than one request can write: its id is new with every
// request, so there is nothing to continue.
func (w *write) createable(ctx context.Context) (err error) {
	members, rate := len(w.delta.add), edgesPerSecond
	if w.split, err = w.splitFor(ctx, members); err != nil {
		return err
	}
	if w.split > 0 {
		rate = shardedPerSecond
	}
	deadline, ok := ctx.Deadline()
	if !ok {
		return nil
	}
	if limit := int(time.Until(deadline).Seconds()+1) * rate; members > limit {
		return &scim.TooManyError{Members: members, Limit: limit}
	}
	return nil
}

// sort brings the edges into the order in which they are marked.
func (d delta) sort() {
	byID := func(a, b scim.Member) int { return cmp.Compare(a.ID, b.ID) }
	slices.SortFunc(d.add, byID)
	slices.SortFunc(d.remove, strings.Compare)
	slices.SortFunc(d.move, byID)
}

// part are n edges of the change from the given one: those that are added first, and those that move last.
func (d delta) part(from, n int) delta {
	to := min(from+n, d.all())
	at := func(i, off, size int) int { return min(max(i-off, 0), size) }
	a, r, m := len(d.add), len(d.remove), len(d.move)
	return delta{add: d.add[at(from, 0, a):at(to, 0, a)], remove: d.remove[at(from, a, r):at(to, a, r)],
		move: d.move[at(from, a+r, m):at(to, a+r, m)]}
}
