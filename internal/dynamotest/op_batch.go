package dynamotest

import (
	"maps"
	"slices"
)

const duplicateKeys = "Provided list of item keys contains duplicates"

// batchGetInput are the parameters of BatchGetItem.
type batchGetInput struct {
	RequestItems           map[string]*batchKeys
	ReturnConsumedCapacity string
}

// batchKeys are the keys of one table, in the request and in UnprocessedKeys.
type batchKeys struct {
	Keys                     []item
	ConsistentRead           bool              `json:",omitempty"`
	ProjectionExpression     *string           `json:",omitempty"`
	ExpressionAttributeNames map[string]string `json:",omitempty"`
}

// batchGet returns items in the order of the request. The service does not promise this.
func (e *Engine) batchGet(in *batchGetInput, f Fault) (any, error) {
	total := 0
	for name, r := range in.RequestItems {
		if r == nil || len(r.Keys) == 0 {
			return nil, invalid("1 validation error detected: Value '[]' at 'requestItems.%s.member.keys' failed to satisfy constraint: Member must have length greater than or equal to 1", name)
		}
		total += len(r.Keys)
	}
	switch {
	case total == 0:
		return nil, invalid("1 validation error detected: Value '{}' at 'requestItems' failed to satisfy constraint: Member must have length greater than or equal to 1")
	case total > maxBatchGets:
		return nil, invalid("Too many items requested for the BatchGetItem call")
	}
	used, left, size := newCapacity(), f.handles(total), 0
	responses, unprocessed := map[string][]item{}, map[string]*batchKeys{}
	for _, name := range slices.Sorted(maps.Keys(in.RequestItems)) {
		r := in.RequestItems[name]
		t, shown, err := e.newGet(&getInput{TableName: name, ProjectionExpression: r.ProjectionExpression, ExpressionAttributeNames: r.ExpressionAttributeNames})
		if err != nil {
			return nil, err
		}
		if err := distinctKeys(t, r.Keys); err != nil {
			return nil, err
		}
		responses[name] = []item{}
		for i, key := range r.Keys {
			it := t.get(key)
			if left == 0 || size+it.size() > maxBatchGetSize {
				rest := *r
				rest.Keys, left = r.Keys[i:], 0
				unprocessed[name] = &rest
				break
			}
			left--
			size += it.size()
			used.of(t.name, "").read += units(it.size(), readUnit) * readFactor(r.ConsistentRead)
			if it != nil {
				responses[name] = append(responses[name], shown.of(it))
			}
		}
	}
	e.spent(used)
	out := map[string]any{"Responses": responses, "UnprocessedKeys": unprocessed}
	if c := used.report(in.ReturnConsumedCapacity); c != nil {
		out["ConsumedCapacity"] = c
	}
	return out, nil
}

// distinctKeys checks keys and rejects duplicates.
func distinctKeys(t *table, keys []item) error {
	seen := map[string]bool{}
	for _, key := range keys {
		if err := t.keys.checkKey(key); err != nil {
			return err
		}
		id := string(key.appendJSON(nil))
		if seen[id] {
			return invalid(duplicateKeys)
		}
		seen[id] = true
	}
	return nil
}

// batchWriteInput are the parameters of BatchWriteItem.
type batchWriteInput struct {
	RequestItems           map[string][]batchAction
	ReturnConsumedCapacity string
}

// batchAction puts or deletes one item, in the request and in UnprocessedItems.
type batchAction struct {
	PutRequest    *batchPut    `json:",omitempty"`
	DeleteRequest *batchDelete `json:",omitempty"`
}

type (
	batchPut    struct{ Item item }
	batchDelete struct{ Key item }
)

func (e *Engine) batchWrite(in *batchWriteInput, f Fault) (any, error) {
	total := 0
	for _, actions := range in.RequestItems {
		total += len(actions)
	}
	if total == 0 || total > maxBatchWrites {
		return nil, invalid("1 validation error detected: Value at 'requestItems' failed to satisfy constraint: Map value must satisfy constraint: [Member must have length less than or equal to %d, Member must have length greater than or equal to 1]", maxBatchWrites)
	}
	names := slices.Sorted(maps.Keys(in.RequestItems))
	for _, name := range names {
		if err := e.checkBatch(name, in.RequestItems[name]); err != nil {
			return nil, err
		}
	}
	used, left := newCapacity(), f.handles(total)
	unprocessed := map[string][]batchAction{}
	for _, name := range names {
		actions := in.RequestItems[name]
		n := min(left, len(actions))
		left -= n
		for _, a := range actions[:n] {
			e.applyBatch(e.tables[tableName(name)], a, used)
		}
		if n < len(actions) {
			unprocessed[name] = actions[n:]
		}
	}
	e.spent(used)
	out := map[string]any{"UnprocessedItems": unprocessed}
	if c := used.report(in.ReturnConsumedCapacity); c != nil {
		out["ConsumedCapacity"] = c
	}
	return out, nil
}

func (e *Engine) checkBatch(name string, actions []batchAction) error {
	t, err := e.table(name)
	if err != nil {
		return err
	}
	keys := make([]item, len(actions))
	for i, a := range actions {
		if (a.PutRequest == nil) == (a.DeleteRequest == nil) {
			return invalid("Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes")
		}
		if a.DeleteRequest != nil {
			keys[i] = a.DeleteRequest.Key
			continue
		}
		if err := t.checkItem(a.PutRequest.Item, nil, false); err != nil {
			return err
		}
		keys[i] = t.keys.of(a.PutRequest.Item)
	}
	return distinctKeys(t, keys)
}

func (e *Engine) applyBatch(t *table, a batchAction, used *capacity) {
	var key, next item
	if a.PutRequest != nil {
		next = a.PutRequest.Item
		key = next
	} else {
		key = a.DeleteRequest.Key
	}
	old := t.get(key)
	e.commit(t, old, next, false)
	used.wrote(t, old, next, 1)
}
