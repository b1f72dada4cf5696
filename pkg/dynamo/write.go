package dynamo

import (
	"context"
	"crypto/rand"
	"errors"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/pkg/scim"
)

// write is one change on its way into a transaction: the header (the resource's own item),
// its index items, its edges.
type write struct {
	store         *Store
	t             scim.TenantID
	c             scim.Change
	cur           *scim.Resource // nil for a create
	before, after state          // of cur, and once a lease that ran out is broken
	keys          keyChange
	delta         delta
	header        types.TransactWriteItem
}

// newOwner names one attempt to write.
func newOwner() string { return rand.Text()[:13] }

// room is how many edges fit beside header and keys.
func (w *write) room() int { return maxActions - 1 - w.keys.inTransaction() }

// next is the resource after the write. Edges alone commute with other writes, so that the
// version may be higher in the end; a tag that is too low is only ever refused.
func (w *write) next() *scim.Resource {
	next := *w.cur
	if w.c.Put != nil {
		next = *w.c.Put
		next.Type, next.ID, next.Created, next.Keys = w.c.Type, w.c.ID, w.cur.Created, w.c.Keys
	}
	next.Version, next.LastModified = w.cur.Version+1, w.c.Now
	st := w.after
	if w.delta.size() > 0 {
		st.Had = true
		st.Count += int64(len(w.delta.add) - len(w.delta.remove))
	}
	next.State = st.any()
	return &next
}

// headerAction writes the resource's item under the conditions of the change.
func (w *write) headerAction(next *scim.Resource) types.TransactWriteItem {
	values := item{}
	cond := "attribute_exists(PK) AND " + w.before.unchanged(values)
	if w.c.If > 0 || w.c.Put != nil || w.c.ClearMembers {
		cond += " AND v = :v"
		values[":v"] = num(w.cur.Version)
	}
	k := resourceKey(w.t, w.c.Type, w.c.ID)
	if w.c.Put != nil {
		it := k.item()
		maps.Copy(it, fields(next))
		stateOf(next).write(it)
		return types.TransactWriteItem{Put: &types.Put{TableName: &w.store.table, Item: it, ConditionExpression: &cond,
			ExpressionAttributeNames: w.before.names(), ExpressionAttributeValues: values,
			ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld}}
	}
	maps.Copy(values, item{":one": num(1), ":zero": num(0), ":now": num(w.c.Now.UnixMilli()),
		":more": num(int64(len(w.delta.add) - len(w.delta.remove)))})
	update := "SET v = v + :one, lm = :now, mc = if_not_exists(mc, :zero) + :more"
	if w.before.Pend != nil {
		update += ", seq = :op REMOVE pend ADD vo :ops"
		values[":op"], values[":ops"] = num(w.before.Pend.Op), nums(w.before.Pend.Op)
	}
	return types.TransactWriteItem{Update: &types.Update{TableName: &w.store.table, Key: k.item(), UpdateExpression: &update,
		ConditionExpression: &cond, ExpressionAttributeNames: w.before.names(), ExpressionAttributeValues: values,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld}}
}

// send carries out the transaction. Edges without effect are taken out of the write and
// counted: the transaction has not happened then. It returns *stale, *scim.TakenError or
// scim.ErrNotFound when the header or a key refuses.
func (w *write) send(ctx context.Context) (dropped int, err error) {
	if err := w.store.claimOverflow(ctx, w.t, w.c, w.keys); err != nil {
		return 0, err
	}
	claims := w.keys.actions(w.store, w.t, w.c)
	actions := append([]types.TransactWriteItem{w.header}, claims...)
	actions = append(actions, w.edgeActions()...)
	err = w.store.transact(ctx, actions)
	if err == nil {
		return 0, w.store.releaseOverflow(ctx, w.t, w.c, w.keys)
	}
	var r *refused
	if !errors.As(err, &r) {
		return 0, err
	}
	if now, ok := r.now[0]; ok {
		if now == nil {
			return 0, scim.ErrNotFound
		}
		return 0, &stale{now: now}
	}
	first := slices.Min(slices.Collect(maps.Keys(r.now)))
	if first <= len(claims) {
		return 0, &scim.TakenError{Attr: w.keys.claim[first-1].Attr, ID: textOf(r.now[first], "id")}
	}
	return len(r.now), w.drop(r.now, 1+len(claims))
}

// drop takes edges out of the delta whose actions, from position first on, were refused.
func (w *write) drop(now map[int]item, first int) error {
	var d delta
	for i, m := range w.delta.add {
		if _, no := now[first+i]; !no {
			d.add = append(d.add, m)
		}
	}
	for i, id := range w.delta.remove {
		if _, no := now[first+len(w.delta.add)+i]; !no {
			d.remove = append(d.remove, id)
		}
	}
	if d.size() == w.delta.size() {
		return errors.New("dynamo: a transaction was refused for no action of it")
	}
	w.delta = d
	return nil
}

// edgeActions adds and removes edges, each on condition that this has an effect.
func (w *write) edgeActions() []types.TransactWriteItem {
	actions := make([]types.TransactWriteItem, 0, w.delta.size())
	for _, m := range w.delta.add {
		put := &types.Put{TableName: &w.store.table, Item: edgeItem(w.t, w.c.Type, w.c.ID, m, 0), ConditionExpression: aws.String("attribute_not_exists(PK)")}
		if w.after.Seq > 0 {
			values := item{}
			put.ConditionExpression = aws.String("attribute_not_exists(PK) OR NOT (" + w.after.visibleIf(values) + ")")
			put.ExpressionAttributeValues = values
		}
		actions = append(actions, types.TransactWriteItem{Put: put})
	}
	for _, id := range w.delta.remove {
		values := item{}
		del := &types.Delete{TableName: &w.store.table, Key: edgeKey(w.t, w.c.ID, id).item(),
			ConditionExpression: aws.String("attribute_exists(PK) AND " + w.after.visibleIf(values))}
		if len(values) > 0 {
			del.ExpressionAttributeValues = values
		}
		actions = append(actions, types.TransactWriteItem{Delete: del})
	}
	return actions
}
