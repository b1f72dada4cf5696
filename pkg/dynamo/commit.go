package dynamo

import (
	"context"
	"errors"
	"maps"
	"time"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
)

// maxRounds bounds what is read or written again because others changed it, where no budget does.
const maxRounds = 12

// stale says that the resource is no longer the one that a change was prepared for.
type stale struct{ current item }

func (*stale) Error() string { return "the resource has changed since it was read" }

// commit is one change of one tenant on its way into the table.
type commit struct {
	s *Store
	t scim.TenantID
	c scim.Change

	cause     scim.Ref // the member whose removal is the reason of the change; zero otherwise
	causeName string   // its display name
}

func (cm commit) key() key { return resourceKey(cm.t, cm.c.Type, cm.c.ID) }

// Commit implements scim.Store. A change that fits into a transaction is one transaction; one
// that changes the document alone is one conditional put; a change with more edges is a staged
// write (see staged.go). A resource over 390 KB is a *scim.TooLargeError.
func (s *Store) Commit(ctx context.Context, t scim.TenantID, c scim.Change) (*scim.Resource, error) {
	if err := refused(t, c); err != nil {
		return nil, err
	}
	if err := s.markNested(ctx, t, c.AddMembers); err != nil {
		return nil, err
	}
	return commit{s: s, t: t, c: c}.run(ctx)
}

// run carries out a change that is not refused.
func (cm commit) run(ctx context.Context) (*scim.Resource, error) {
	c := cm.c
	if c.If == scim.IfAbsent && c.Put != nil && !c.Remove {
		return cm.create(ctx)
	}
	cur, err := cm.prior(ctx)
	if err != nil {
		return nil, err
	}
	var wait async.Budget
	for round := 0; ; round++ {
		if cur, err = cm.awaitLease(ctx, cur); err != nil {
			return nil, err
		}
		if c.If != scim.IfAny && cur.Version != c.If {
			return nil, scim.ErrVersion
		}
		var next *scim.Resource
		if c.Remove {
			err = cm.removeAndVoid(ctx, cur)
		} else {
			next, err = cm.change(ctx, cur)
		}
		var old *stale
		if !errors.As(err, &old) {
			return next, err
		}
		if !wait.Left(ctx) {
			return nil, &scim.BusyError{RetryAfter: time.Second, Cause: err}
		}
		if cur, err = cm.again(ctx, old, round); err != nil {
			return nil, err
		}
	}
}

// refused are the refusals that need no read.
func refused(t scim.TenantID, c scim.Change) error {
	if t.IsZero() {
		return scim.ErrNoTenant
	}
	if err := checkSize(c); err != nil {
		return err
	}
	if !storable(c.ID) {
		return scim.ErrNotFound
	}
	return unknownMembers(c)
}

// prior is the resource to change: as the caller read it, or as it is read now.
func (cm commit) prior(ctx context.Context) (*scim.Resource, error) {
	if p := cm.c.Prior; p != nil && (cm.c.If == scim.IfAny || cm.c.If == p.Version) {
		return p, nil
	}
	return cm.s.Get(ctx, cm.t, cm.c.Type, cm.c.ID)
}

// again returns the resource as it is after an attempt that was stale.
func (cm commit) again(ctx context.Context, old *stale, round int) (*scim.Resource, error) {
	if round > 0 {
		if err := pause(ctx, round); err != nil {
			return nil, err
		}
	} else if old.current != nil {
		return resourceOf(cm.c.Type, old.current)
	}
	return cm.s.Get(ctx, cm.t, cm.c.Type, cm.c.ID)
}

// awaitLease waits while another staged write of the group is in progress, and returns the
// group as it is then. It does not wait for an expired lease, which may be broken.
func (cm commit) awaitLease(ctx context.Context, cur *scim.Resource) (*scim.Resource, error) {
	begin := time.Now()
	for try := 1; ; try++ {
		l := stateOf(cur).Lease
		if l == nil || !cm.s.held(l) || l.Parked && l.Hash == cm.hash() {
			return cur, nil
		}
		if time.Since(begin) > cm.s.o.Patience {
			return nil, &scim.BusyError{RetryAfter: 5 * time.Second, Cause: errors.New("dynamo: another large change of this group is in progress")}
		}
		if err := pause(ctx, min(try, 4)); err != nil {
			return nil, err
		}
		var err error
		if cur, err = cm.s.Get(ctx, cm.t, cm.c.Type, cm.c.ID); err != nil {
			return nil, err
		}
	}
}

// create writes a resource that must not exist.
func (cm commit) create(ctx context.Context) (*scim.Resource, error) {
	next := *cm.c.Put
	next.Type, next.ID, next.Version, next.LastModified, next.Keys = cm.c.Type, cm.c.ID, 1, cm.c.Now, cm.c.Keys
	d, err := cm.delta(ctx, state{})
	if err != nil {
		return nil, err
	}
	st := state{HadMembers: d.size() > 0, Count: int64(len(d.add))}
	d.remove = nil
	w := write{commit: cm, keys: keyChanges(nil, cm.c.Keys), delta: d}
	var staged []scim.Member
	if !w.fits() {
		staged = d.add
		if err := w.createable(ctx); err != nil {
			return nil, err
		}
		if err := w.stageNew(ctx); err != nil {
			return nil, w.unstage(ctx, staged, err)
		}
		st.Seq, st.Split, w.delta = firstOp, w.split, delta{}
	}
	next.State = st.opaque()
	it := cm.key().item()
	maps.Copy(it, fields(&next))
	st.addTo(it)
	f := w.fact()
	if len(staged) > 0 {
		f.parts, f.joined = w.parts, nil
	}
	cm.s.tell(it, f)
	w.resource = cm.s.putAction(it, ifAbsent())
	_, err = w.send(ctx)
	var old *stale
	if errors.As(err, &old) {
		return nil, scim.ErrVersion
	}
	if err != nil {
		return nil, w.unstage(ctx, staged, err)
	}
	return &next, nil
}

// change writes a new document, new edges, or both.
func (cm commit) change(ctx context.Context, cur *scim.Resource) (*scim.Resource, error) {
	st := stateOf(cur)
	d, err := cm.delta(ctx, st.broken())
	if err != nil {
		return nil, err
	}
	if cm.c.Put == nil && d.size() == 0 {
		return cur, nil
	}
	w := write{commit: cm, cur: cur, before: st, after: st.broken(), delta: d}
	if cm.c.Put != nil {
		w.keys = keyChanges(cur.Keys, cm.c.Keys)
	}
	switch {
	case !w.fits():
		return w.staged(ctx)
	case cm.c.Put != nil && w.keys.none() && d.size() == 0:
		return w.putOnly(ctx)
	}
	return w.inTransaction(ctx)
}

// inTransaction repeats the transaction without the edges that are already in the requested
// state, until none is left out.
func (w *write) inTransaction(ctx context.Context) (*scim.Resource, error) {
	for {
		next := w.next(w.delta.size(), w.delta.growth())
		w.resource = w.resourceAction(next)
		if err := w.traced(ctx); err != nil {
			return nil, err
		}
		dropped, err := w.send(ctx)
		if err != nil {
			return nil, err
		}
		if dropped == 0 {
			return next, nil
		}
		if w.c.Put == nil && w.delta.size() == 0 {
			return w.cur, nil // a write without effect writes nothing (L-10)
		}
	}
}

// putOnly writes a document without changes of index keys and edges, which needs no transaction.
func (w *write) putOnly(ctx context.Context) (*scim.Resource, error) {
	next := w.next(w.delta.size(), w.delta.growth())
	it, writer := w.item(next), newOwner()
	it[attrWriter] = str(writer)
	err := w.s.putItem(ctx, it, w.before.asRead(w.version()))
	var failed *conditionFailed
	if errors.As(err, &failed) {
		switch current := failed.current[0]; {
		case stringOf(current, attrWriter) == writer:
			return next, nil // the response was lost; changes of edges keep the writer
		case failed.lost:
			return nil, unknownOutcome() // it may have been ours, and another writer replaced or removed it
		case current == nil:
			return nil, scim.ErrNotFound
		default:
			return nil, &stale{current: current}
		}
	}
	if err != nil {
		return nil, err
	}
	return next, nil
}
