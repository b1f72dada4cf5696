package dynamotest

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"maps"
	"time"
)

// tokenLife is how long a ClientRequestToken makes a transaction idempotent.
const tokenLife = 10 * time.Minute

// transactWriteInput are the parameters of TransactWriteItems.
type transactWriteInput struct {
	TransactItems          []transactAction
	ClientRequestToken     string
	ReturnConsumedCapacity string
}

// transactAction has exactly one of its members.
type transactAction struct {
	ConditionCheck *writeInput `json:",omitempty"`
	Put            *writeInput `json:",omitempty"`
	Update         *writeInput `json:",omitempty"`
	Delete         *writeInput `json:",omitempty"`
}

func (a transactAction) write() (kind writeKind, in *writeInput, err error) {
	n := 0
	for k, w := range map[writeKind]*writeInput{putWrite: a.Put, updateWrite: a.Update, deleteWrite: a.Delete, checkWrite: a.ConditionCheck} {
		if w != nil {
			kind, in = k, w
			n++
		}
	}
	if n != 1 {
		return 0, nil, invalid("TransactItems can only contain one of Check, Put, Update or Delete")
	}
	return kind, in, in.refuse()
}

// doneToken is a transaction that succeeded under a ClientRequestToken.
type doneToken struct {
	request [sha256.Size]byte
	until   time.Time
	reads   *capacity
}

func (e *Engine) transactWrite(in *transactWriteInput, f Fault) (any, error) {
	if err := transactLength(len(in.TransactItems)); err != nil {
		return nil, err
	}
	writes, err := e.transactWrites(in.TransactItems)
	if err != nil {
		return nil, err
	}
	var request [sha256.Size]byte
	if in.ClientRequestToken != "" {
		b, err := json.Marshal(in.TransactItems)
		if err != nil {
			return nil, err
		}
		request = sha256.Sum256(b)
		if done, ok := e.tokens[in.ClientRequestToken]; ok && e.now().Before(done.until) {
			return e.repeated(done, request, in.ReturnConsumedCapacity)
		}
	}
	if err := f.conflicts(len(writes)); err != nil {
		return nil, err
	}
	used, reads, err := e.runAll(writes)
	if err != nil {
		return nil, err
	}
	if in.ClientRequestToken != "" {
		e.dropTokens()
		e.tokens[in.ClientRequestToken] = doneToken{request, e.now().Add(tokenLife), reads}
	}
	return e.hold(transactAnswer(map[string]any{}, used, in.ReturnConsumedCapacity), writes), nil
}

// repeated answers a transaction with a known token: it writes nothing and is billed as reads.
func (e *Engine) repeated(done doneToken, request [sha256.Size]byte, mode string) (any, error) {
	if done.request != request {
		return nil, &apiError{400, dynamoNS + "IdempotentParameterMismatchException", map[string]any{"Message": "The client request token was used with different parameters"}}
	}
	e.spent(done.reads)
	return transactAnswer(map[string]any{}, done.reads, mode), nil
}

// dropTokens deletes expired tokens, each time there are many.
func (e *Engine) dropTokens() {
	if len(e.tokens)%1024 != 1023 {
		return
	}
	maps.DeleteFunc(e.tokens, func(_ string, done doneToken) bool { return !e.now().Before(done.until) })
}

func transactLength(n int) error {
	if n < 1 || n > maxTransactItems {
		return invalid("1 validation error detected: Value at 'transactItems' failed to satisfy constraint: Member must have length less than or equal to %d and greater than or equal to 1", maxTransactItems)
	}
	return nil
}

func transactAnswer(out map[string]any, used *capacity, mode string) any {
	if c := used.report(mode); c != nil {
		out["ConsumedCapacity"] = c
	}
	return out
}

// transactWrites checks everything that does not depend on the items. A failure here is an error
// of the request and not a cancellation reason.
func (e *Engine) transactWrites(actions []transactAction) ([]*write, error) {
	writes := make([]*write, len(actions))
	seen := map[string]bool{}
	for i, a := range actions {
		kind, in, err := a.write()
		if err != nil {
			return nil, err
		}
		if kind == checkWrite && in.ConditionExpression == nil {
			return nil, invalid("The expression can not be empty;")
		}
		w, err := e.newWrite(kind, in)
		if err != nil {
			return nil, err
		}
		var empty emptyValue
		if err := w.checkKey(); errors.As(err, &empty) {
			return nil, empty.error
		}
		if key := w.key(); key != nil {
			id := w.t.name + "\x00" + string(key.appendJSON(nil))
			if seen[id] {
				return nil, invalid("Transaction request cannot include multiple operations on one item")
			}
			seen[id] = true
		}
		writes[i] = w
	}
	return writes, nil
}

// runAll applies all writes or none. reads is the cost of a repetition of the call.
func (e *Engine) runAll(writes []*write) (used, reads *capacity, err error) {
	used, reads = e.newCapacity(), e.newCapacity()
	used.transacted, reads.transacted = true, true
	olds, news := make([]item, len(writes)), make([]item, len(writes))
	reasons, failed, size := make([]reason, len(writes)), false, 0
	for i, w := range writes {
		reasons[i].Code = "None"
		olds[i], news[i], err = w.run()
		if err != nil {
			var empty emptyValue
			if errors.As(err, &empty) {
				return nil, nil, empty.error
			}
			failed, reasons[i] = true, reasonOf(err)
		}
		size += max(olds[i].size(), news[i].size())
		if w.key() != nil {
			reads.read(w.t.bucketKey(w.key()), 2*units(news[i].size(), readUnit))
		}
	}
	if refused := e.refuseAll(writes, olds, news); refused != nil {
		return nil, nil, errCancelled(refused)
	}
	if !failed && size > maxTransactSize {
		return nil, nil, invalid("The total size of the items in the transaction exceeds %d bytes", maxTransactSize)
	}
	for i, w := range writes {
		switch {
		case failed:
			used.write(w.t, w.key(), 2*w.t.units(olds[i], news[i]))
		case w.kind == checkWrite:
			used.wrote(w.t, w.key(), olds[i], news[i], 2)
		default:
			e.commit(w.t, olds[i], news[i], false)
			used.wrote(w.t, w.key(), olds[i], news[i], 2)
		}
	}
	e.spent(used)
	if failed {
		return nil, nil, errCancelled(reasons)
	}
	return used, reads, nil
}

// refuseAll returns the reasons if a wall is in the way of a transaction, nil otherwise.
func (e *Engine) refuseAll(writes []*write, olds, news []item) []reason {
	if e.walls == nil {
		return nil
	}
	reasons, refused := make([]reason, len(writes)), false
	for i, w := range writes {
		one := e.newCapacity()
		one.wrote(w.t, w.key(), olds[i], news[i], 2)
		switch reasons[i].Code = "None"; {
		case e.walls.conflicts(w.t, w.key()):
			reasons[i], refused = reasonOngoing(), true
		case e.walls.dry(one):
			reasons[i], refused = reasonThrottled(), true
		}
	}
	if !refused {
		return nil
	}
	return reasons
}

func reasonOf(err error) reason {
	var api *apiError
	if !errors.As(err, &api) {
		return reason{Code: "ValidationError", Message: err.Error()}
	}
	if isCondition(err) {
		old, _ := api.fields["Item"].(item)
		return reason{"ConditionalCheckFailed", api.message(), old}
	}
	return reason{Code: "ValidationError", Message: api.message()}
}

// transactGetInput are the parameters of TransactGetItems.
type transactGetInput struct {
	TransactItems          []struct{ Get *getInput }
	ReturnConsumedCapacity string
}

func (e *Engine) transactGet(in *transactGetInput, f Fault) (any, error) {
	if err := transactLength(len(in.TransactItems)); err != nil {
		return nil, err
	}
	used, size := e.newCapacity(), 0
	used.transacted = true
	responses := make([]map[string]any, len(in.TransactItems))
	reasons, refused := make([]reason, len(in.TransactItems)), false
	for i, a := range in.TransactItems {
		if a.Get == nil {
			return nil, invalid("1 validation error detected: Value null at 'transactItems.%d.member.get' failed to satisfy constraint: Member must not be null", i+1)
		}
		t, shown, err := e.newGet(a.Get)
		if err != nil {
			return nil, err
		}
		if err := t.keys.checkKey(a.Get.Key); err != nil {
			return nil, err
		}
		it := t.get(a.Get.Key)
		size += it.size()
		one := e.newCapacity()
		one.read(t.bucketKey(a.Get.Key), 2*units(it.size(), readUnit))
		switch reasons[i].Code = "None"; {
		case e.walls.conflicts(t, a.Get.Key):
			reasons[i], refused = reasonOngoing(), true
		case e.walls.dry(one):
			reasons[i], refused = reasonThrottled(), true
		}
		used.add(one)
		responses[i] = map[string]any{}
		if it != nil {
			responses[i]["Item"] = shown.of(it)
		}
	}
	if size > maxTransactSize {
		return nil, invalid("The total size of the items in the transaction exceeds %d bytes", maxTransactSize)
	}
	if err := f.conflicts(len(responses)); err != nil {
		return nil, err
	}
	if refused {
		return nil, errCancelled(reasons)
	}
	e.spent(used)
	return transactAnswer(map[string]any{"Responses": responses}, used, in.ReturnConsumedCapacity), nil
}
