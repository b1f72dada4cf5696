package dynamo

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
)

// Groups that were large before there were shards have their edges in one partition, or moved in part by
// each PUT. Reindex moves the rest, group by group, with staged writes of a few slots each. How far it has come
// is in the group item, so nothing else has to be kept for the next call.
//
// While a part moves, other writers of the group wait for its lease, as for any staged write. Between two
// parts the group is free for spreadPause, longer than they wait before they look again.

const (
	spreadPause = 400 * time.Millisecond
	// spreadTries bounds how often a part waits for a staged write of a client.
	spreadTries = 20
)

// spread moves the edges of all large groups of the tenant that are not in shards.
func (b *builder) spread(ctx context.Context) error {
	b.out.Done = false
	for _, rt := range b.tenant.Types.List {
		if !rt.HasMembers() {
			continue
		}
		var after string
		for more := true; more; {
			l := listing{s: b.ts.store, t: b.id, typ: rt.Name}
			in := l.query(after)
			in.Limit, in.ConsistentRead = aws.Int32(buildPage), aws.Bool(true)
			out, err := b.ts.store.queryPage(ctx, in)
			if err != nil {
				return err
			}
			for _, it := range out.Items {
				if end, err := b.spreadGroup(ctx, rt.Name, it); end || err != nil {
					return err
				}
			}
			after, more = stringOf(out.LastEvaluatedKey, attrSK), len(out.LastEvaluatedKey) > 0
		}
	}
	b.out.Group, b.out.Done = "", true
	return nil
}

// toSpread reports whether the group is large and some of its edges are not in shards.
func (s *Store) toSpread(st state) bool {
	return st.HadMembers && st.Count >= int64(s.o.LargeGroup) && st.Split < allSlots
}

// spreadGroup moves all edges of a group, until the time of the call is over.
func (b *builder) spreadGroup(ctx context.Context, typ string, it item) (end bool, err error) {
	s := b.ts.store
	if !s.toSpread(readState(it)) {
		return false, nil
	}
	if may, err := s.mayShard(ctx, b.id); err != nil {
		return true, err
	} else if !may { // the settings refuse older builds from now on, as after a build of indexes
		if _, err := b.saveState(ctx); err != nil {
			return true, err
		}
	}
	cm := commit{s: s, t: b.id, c: scim.Change{Type: typ, ID: stringOf(it, attrSK), If: scim.IfAny}}
	for {
		b.out.Group = cm.c.ID
		if b.o.Progress != nil {
			b.o.Progress(b.out)
		}
		done, err := cm.spreadPatiently(ctx)
		if err != nil {
			return true, err
		}
		if done {
			b.out.Moved++
			return false, nil
		}
		if end, err := b.wait(ctx, spreadPause); end || err != nil {
			return true, err
		}
	}
}

// spreadPatiently is spreadPart, again while clients change the group.
func (cm commit) spreadPatiently(ctx context.Context) (done bool, err error) {
	for range spreadTries {
		done, err = cm.spreadPart(ctx)
		var old *stale
		var busy *scim.BusyError
		if !errors.As(err, &old) && !errors.As(err, &busy) {
			return done, err
		}
		if err := async.Sleep(ctx, time.Second); err != nil {
			return false, err
		}
	}
	return false, err
}

// spreadPart moves the edges of the next slots, and reports whether none are left.
func (cm commit) spreadPart(ctx context.Context) (done bool, err error) {
	cur, err := cm.s.Get(ctx, cm.t, cm.c.Type, cm.c.ID)
	if err == nil {
		cur, err = cm.awaitLease(ctx, cur)
	}
	if errors.Is(err, scim.ErrNotFound) {
		return true, nil
	}
	if err != nil || !cm.s.toSpread(stateOf(cur)) {
		return err == nil, err
	}
	w := write{commit: cm, cur: cur, before: stateOf(cur), after: stateOf(cur).broken(), spreads: true}
	_, err = w.staged(ctx)
	return w.split >= allSlots && err == nil, err
}
