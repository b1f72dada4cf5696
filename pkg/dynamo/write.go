package dynamo

import (
	"context"
	"crypto/rand"
	"errors"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/pkg/scim"
)

// write is one attempt at a commit: the resource item, its index items and its edges, as one
// transaction or as a staged write.
type write struct {
	commit
	cur           *scim.Resource // nil for a create
	before, after state          // of cur as read, and with an expired lease broken
	keys          keyChange
	delta         delta
	resource      types.TransactWriteItem // the action on the resource item
	lease         *lease                  // of a staged write
	split         int64                   // slots in shards after a staged write
	spreads       bool                    // it moves edges and changes nothing (spread.go)
	parts         string                  // the name of its parts, if it creates a group (factparts.go)
	traces        map[string]item         // of removed edges by member id, for readers of an epoch
}

// newOwner names one attempt to write.
func newOwner() string { return rand.Text()[:13] }

// fits reports whether the change is small enough for one transaction. An edge takes an action, a
// new one another for the check of its member, and a removed one another for its trace while there is an epoch.
func (w *write) fits() bool {
	n := w.delta.size() + len(w.delta.add)
	if w.s.tracing(w.before) {
		n += len(w.delta.remove)
	}
	return n <= maxActions-1-w.keys.inTransaction()
}

// version is the version that the write requires, 0 if it does not depend on one: changes of
// edges alone commute.
func (w *write) version() int64 {
	if w.c.If > 0 || w.c.Put != nil || w.c.ClearMembers {
		return w.cur.Version
	}
	return 0
}

// next is the resource after a write of some edges, which change the number of members. Where the write commutes with others, the stored
// version may be higher; a version that is too low can only make a later If-Match fail.
func (w *write) next(moved, grown int) *scim.Resource {
	next := *w.cur
	if w.c.Put != nil {
		next = *w.c.Put
		next.Type, next.ID, next.Created, next.Keys = w.c.Type, w.c.ID, w.cur.Created, w.c.Keys
	}
	next.Version, next.LastModified = w.cur.Version+1, w.c.Now
	st := w.after
	if moved > 0 {
		st.HadMembers = true
		st.Count += int64(grown)
	}
	next.State = st.opaque()
	return &next
}

// item is the whole resource item.
func (w *write) item(next *scim.Resource) item {
	it := w.key().item()
	maps.Copy(it, fields(next))
	stateOf(next).addTo(it)
	w.s.tell(it, w.fact())
	return it
}

// resourceAction writes the resource item under the conditions of the change.
func (w *write) resourceAction(next *scim.Resource) types.TransactWriteItem {
	if w.c.Put != nil {
		return w.s.putAction(w.item(next), w.before.asRead(w.version()))
	}
	e := w.before.touching(w.version(), w.c.Now, w.delta.growth())
	w.s.telling(&e, w.fact())
	return w.s.updateAction(w.key(), e)
}

// edgeActions adds and removes edges, each on condition that this has an effect.
func (w *write) edgeActions() []types.TransactWriteItem {
	actions := make([]types.TransactWriteItem, 0, w.delta.size())
	for _, m := range w.delta.add {
		actions = append(actions, w.s.putAction(w.edgeItem(m, w.after.place(m.ID).shard, 0, w.before.Epoch), w.after.adding()))
	}
	for _, id := range w.delta.remove {
		actions = append(actions, w.s.deleteAction(edgeKey(w.t, w.c.ID, w.after.place(id)), w.after.removing()))
	}
	return actions
}

// send carries out the transaction. If edges were already in the requested state, nothing has
// been written: send takes them out of the delta and returns their number. It returns *stale,
// *scim.TakenError, *scim.MissingError or scim.ErrNotFound when another item refuses.
func (w *write) send(ctx context.Context) (dropped int, err error) {
	if err := w.claimOverflow(ctx, w.keys); err != nil {
		return 0, err
	}
	claims := w.keyActions(w.keys)
	actions := append([]types.TransactWriteItem{w.resource}, claims...)
	actions = append(actions, w.edgeActions()...)
	actions = append(actions, w.memberChecks()...)
	actions = append(actions, w.traceActions()...)
	err = w.s.transact(ctx, actions)
	if err == nil {
		ctx, cancel := afterwards(ctx)
		defer cancel()
		_ = w.releaseOverflow(ctx, w.keys) // the consumer of the stream does the same
		return 0, nil
	}
	var failed *conditionFailed
	if !errors.As(err, &failed) {
		return 0, err
	}
	if current, ok := failed.current[0]; ok {
		if current == nil {
			return 0, scim.ErrNotFound
		}
		return 0, &stale{current: current}
	}
	first := slices.Min(slices.Collect(maps.Keys(failed.current)))
	if first <= len(claims) {
		return 0, &scim.TakenError{Attr: w.keys.claim[first-1].Attr, ID: stringOf(failed.current[first], attrID)}
	}
	if err := w.missing(failed.current, 1+len(claims)); err != nil {
		return 0, err
	}
	return len(failed.current), w.drop(failed.current, 1+len(claims))
}

// drop takes edges out of the delta whose conditions failed. Their actions begin at position
// first of the transaction.
func (w *write) drop(failed map[int]item, first int) error {
	var d delta
	for i, m := range w.delta.add {
		if _, no := failed[first+i]; !no {
			d.add = append(d.add, m)
		}
	}
	for i, id := range w.delta.remove {
		if _, no := failed[first+len(w.delta.add)+i]; !no {
			d.remove = append(d.remove, id)
		}
	}
	if d.size() == w.delta.size() {
		return errors.New("dynamo: a transaction failed, but none of its actions did")
	}
	w.delta = d
	return nil
}
