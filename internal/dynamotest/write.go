package dynamotest

// writeInput are the parameters of PutItem, UpdateItem and DeleteItem, and of the actions of
// TransactWriteItems.
type writeInput struct {
	legacy
	TableName                           string
	Key                                 item
	Item                                item
	ConditionExpression                 *string
	UpdateExpression                    *string
	ExpressionAttributeNames            map[string]string
	ExpressionAttributeValues           map[string]value
	ReturnValues                        string
	ReturnValuesOnConditionCheckFailure string
	ReturnConsumedCapacity              string
}

type writeKind int

const (
	putWrite writeKind = iota
	updateWrite
	deleteWrite
	checkWrite
)

// write is a write whose parameters have been checked.
type write struct {
	kind    writeKind
	t       *table
	in      *writeInput
	cond    condition
	upd     *update
	showOld bool
}

// newWrite checks everything that does not depend on the item.
func (e *Engine) newWrite(kind writeKind, in *writeInput) (*write, error) {
	w := &write{kind: kind, in: in, showOld: in.ReturnValuesOnConditionCheckFailure == "ALL_OLD"}
	env := newEnv(in.ExpressionAttributeNames, in.ExpressionAttributeValues)
	exprs := []optional{{"ConditionExpression", in.ConditionExpression, true}}
	if kind == updateWrite {
		exprs = append([]optional{{"UpdateExpression", in.UpdateExpression, true}}, exprs...)
	}
	if err := env.check(exprs...); err != nil {
		return nil, err
	}
	var err error
	if kind == updateWrite {
		if w.upd, err = parseUpdate(in.UpdateExpression, env); err != nil {
			return nil, err
		}
	}
	if w.cond, err = parseCondition("ConditionExpression", in.ConditionExpression, env); err != nil {
		return nil, err
	}
	if err := env.unused(); err != nil {
		return nil, err
	}
	if w.t, err = e.table(in.TableName); err != nil {
		return nil, err
	}
	for _, p := range w.upd.touched() {
		if w.t.keys.has(p[0].name) {
			return nil, invalidParam("Cannot update attribute %s. This attribute is part of the key", p[0].name)
		}
	}
	return w, nil
}

// key returns the key of the item to write, nil if it is not valid.
func (w *write) key() item {
	it := w.in.Key
	if w.kind == putWrite {
		it = w.in.Item
	}
	key := w.t.keys.of(it)
	if w.t.keys.checkKey(key) != nil {
		return nil
	}
	return key
}

// checkKey rejects a key that does not match the table's schema.
func (w *write) checkKey() error {
	if w.kind == putWrite {
		return w.t.keys.checkItem(w.in.Item)
	}
	return w.t.keys.checkKey(w.in.Key)
}

// run returns the item before and after the write. It stores nothing. With an error, old is the
// current item, if the key is valid.
func (w *write) run() (old, new item, err error) {
	if err := w.checkKey(); err != nil {
		return nil, nil, err
	}
	if w.kind == putWrite {
		if err := w.t.checkItem(w.in.Item, nil, false); err != nil {
			return nil, nil, err
		}
	}
	old = w.t.get(w.key())
	if w.cond != nil && !w.cond.holds(old) {
		return old, nil, errCondition(old, w.showOld)
	}
	switch w.kind {
	case putWrite:
		return old, w.in.Item, nil
	case deleteWrite:
		return old, nil, nil
	case checkWrite:
		return old, old, nil
	case updateWrite:
	}
	base := old
	if base == nil {
		base = w.in.Key
	}
	if new, err = w.upd.apply(base); err != nil {
		return old, nil, err
	}
	return old, new, w.t.checkItem(new, old, true)
}

// single runs a write outside a transaction.
func (e *Engine) single(kind writeKind, in *writeInput) (any, error) {
	if err := checkReturn(kind, in.ReturnValues); err != nil {
		return nil, err
	}
	w, err := e.newWrite(kind, in)
	if err != nil {
		return nil, err
	}
	used := e.newCapacity()
	old, new, err := w.run()
	switch {
	case err == nil:
		used.wrote(w.t, w.key(), old, new, 1)
	case old != nil || isCondition(err):
		used.write(w.t, w.key(), units(old.size(), writeUnit))
	default:
		return nil, err
	}
	if e.walls.conflicts(w.t, w.key()) {
		return nil, errOngoing()
	}
	if err := e.admit(used); err != nil {
		return nil, err
	}
	e.spent(used)
	if err != nil {
		return nil, err
	}
	e.commit(w.t, old, new, false)
	out := map[string]any{}
	if shown := w.returned(old, new); len(shown) > 0 {
		out["Attributes"] = shown
	}
	if c := used.one(in.ReturnConsumedCapacity); c != nil {
		out["ConsumedCapacity"] = c
	}
	return out, nil
}

func (e *Engine) putItem(in *writeInput, _ Fault) (any, error)    { return e.single(putWrite, in) }
func (e *Engine) updateItem(in *writeInput, _ Fault) (any, error) { return e.single(updateWrite, in) }
func (e *Engine) deleteItem(in *writeInput, _ Fault) (any, error) { return e.single(deleteWrite, in) }

func checkReturn(kind writeKind, mode string) error {
	switch mode {
	case "", "NONE", "ALL_OLD":
		return nil
	case "UPDATED_OLD", "ALL_NEW", "UPDATED_NEW":
		if kind == updateWrite {
			return nil
		}
		return invalid("Return values set to invalid value")
	}
	return invalid("1 validation error detected: Value '%s' at 'returnValues' failed to satisfy constraint: Member must satisfy enum value set: [ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW]", mode)
}

// returned returns the attributes that ReturnValues asks for.
func (w *write) returned(old, new item) item {
	switch w.in.ReturnValues {
	case "ALL_OLD":
		return old
	case "ALL_NEW":
		return new
	case "UPDATED_OLD", "UPDATED_NEW":
		paths := w.upd.touched()
		if len(paths) == 0 {
			return nil
		}
		if w.in.ReturnValues == "UPDATED_NEW" {
			old = new
		}
		return project(paths).of(old)
	}
	return nil
}
