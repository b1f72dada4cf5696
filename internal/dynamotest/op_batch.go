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
	used, left, size, refused := e.newCapacity(), f.handles(total), 0, 0
	responses, unprocessed := map[string][]any{}, map[string]*batchKeys{}
	for _, name := range slices.Sorted(maps.Keys(in.RequestItems)) {
		r := in.RequestItems[name]
		t, shown, err := e.newGet(&getInput{TableName: name, ProjectionExpression: r.ProjectionExpression, ExpressionAttributeNames: r.ExpressionAttributeNames})
		if err != nil {
			return nil, err
		}
		if err := distinctKeys(t, r.Keys); err != nil {
			return nil, err
		}
		responses[name] = []any{}
		for i, key := range r.Keys {
			found := t.row(key)
			if left == 0 || size+found.size > maxBatchGetSize {
				left = 0
				for _, key := range r.Keys[i:] {
					unprocessed[name] = r.also(key, unprocessed[name])
				}
				break
			}
			left--
			one := e.newCapacity()
			one.read(t.bucketKey(key), units(found.size, readUnit)*readFactor(r.ConsistentRead))
			if e.walls.dry(one) {
				unprocessed[name] = r.also(key, unprocessed[name])
				refused++
				continue
			}
			e.spent(one)
			used.add(one)
			size += found.size
			if found.it != "" {
				responses[name] = append(responses[name], shown.shown(found.it))
			}
		}
	}
	if refused == total {
		return nil, errThroughput()
	}
	out := map[string]any{"Responses": responses, "UnprocessedKeys": unprocessed}
	if c := used.report(in.ReturnConsumedCapacity); c != nil {
		out["ConsumedCapacity"] = c
	}
	return out, nil
}

// also returns the unprocessed keys of a table with one more.
func (r *batchKeys) also(key item, rest *batchKeys) *batchKeys {
	if rest == nil {
		one := *r
		one.Keys = nil
		rest = &one
	}
	rest.Keys = append(rest.Keys, key)
	return rest
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
	used, left, throttled := e.newCapacity(), f.handles(total), 0
	unprocessed := map[string][]batchAction{}
	for _, name := range names {
		actions := in.RequestItems[name]
		n := min(left, len(actions))
		left -= n
		for _, a := range actions[:n] {
			switch e.applyBatch(e.tables[tableName(name)], a, used) {
			case batchThrottled:
				throttled++
				fallthrough
			case batchConflict:
				unprocessed[name] = append(unprocessed[name], a)
			case batchApplied:
			}
		}
		if n < len(actions) {
			unprocessed[name] = append(unprocessed[name], actions[n:]...)
		}
	}
	if throttled == total {
		return nil, errThroughput()
	}
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

type batchResult int

const (
	batchApplied batchResult = iota
	batchThrottled
	batchConflict
)

// applyBatch carries out one action and adds its units to used, unless a wall is in its way.
func (e *Engine) applyBatch(t *table, a batchAction, used *capacity) batchResult {
	var key, next item
	if a.PutRequest != nil {
		next = a.PutRequest.Item
		key = next
	} else {
		key = a.DeleteRequest.Key
	}
	if e.walls.conflicts(t, key) {
		return batchConflict
	}
	old, one := t.get(key), e.newCapacity()
	one.wrote(t, key, old, next, 1)
	if e.walls.dry(one) {
		return batchThrottled
	}
	e.spent(one)
	used.add(one)
	e.commit(t, old, next, false)
	return batchApplied
}
