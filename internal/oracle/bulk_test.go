package oracle

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

const urnBulk = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"

// bulkOp is an operation of POST /Bulk (RFC 7644 §3.7), with its result.
type bulkOp struct {
	method, path, id string
	version          any
	data             any
	busy             bool
	made             *resource
	result           *bulkResult
}

// bulkResult is an element of the answer.
type bulkResult struct {
	status   int
	problems []problem
	location string
	tag      string
}

// bulk is a request on its way.
type bulk struct {
	m      *model
	ops    []*bulkOp
	ids    map[string]string // of what the service has created, by bulkId
	errors int
	limit  int // failOnErrors; 0 is none
	later  []deferred
}

// deferred is a value that waits for resources, because it closes a circle of references (B-15).
type deferred struct {
	op    *bulkOp
	at    string // the attribute, as a path
	multi bool
	value any
}

// bulk answers POST /Bulk. What is created gets the ids of the service.
func (m *model) bulk(sent string, ids map[string]string) answer {
	m.self = ""
	body, problems := parseBody(sent)
	if problems != nil {
		return refused(problems)
	}
	if schemas := list(body["schemas"]); !slices.Contains(schemas, any(urnBulk)) && (m.strict || body["schemas"] != nil) {
		return refused(bad("invalidSyntax"))
	}
	b := &bulk{m: m, ids: ids}
	if n, ok := body["failOnErrors"].(json.Number); ok {
		limit, _ := n.Int64()
		b.limit = int(limit)
	}
	seen := map[string]bool{}
	for _, e := range list(body["Operations"]) {
		o, _ := e.(object)
		op := &bulkOp{method: text(o, "method"), path: text(o, "path"), id: text(o, "bulkId"), version: o["version"], data: o["data"]}
		if op.id != "" && seen[op.id] {
			problems = bad("invalidValue") // B-06
		}
		seen[op.id] = true
		b.ops = append(b.ops, op)
	}
	switch {
	case len(b.ops) == 0:
		problems = bad("invalidSyntax") // B-02
	case len(b.ops) > maxOperations:
		problems = []problem{{413, ""}} // B-18
	}
	if problems != nil {
		return refused(problems)
	}
	for _, op := range b.ops {
		if !b.stopped() {
			b.run(op)
		}
	}
	slices.SortStableFunc(m.resources, func(x, y *resource) int { return strings.Compare(x.id, y.id) })
	return answer{status: 200, bulk: b.ops}
}

func (b *bulk) stopped() bool { return b.limit > 0 && b.errors >= b.limit } // B-11

// run carries an operation out, unless a reference to it has done so.
func (b *bulk) run(op *bulkOp) {
	if op.result != nil || op.busy {
		return
	}
	op.busy = true
	result := b.execute(op)
	op.busy = false
	if op.result = &result; result.problems != nil {
		b.errors++
	}
	making := func(op *bulkOp) bool { return op.busy && op.method == http.MethodPost }
	if op.method == http.MethodPost && !slices.ContainsFunc(b.ops, making) {
		b.complete()
	}
}

func failed(problems ...problem) bulkResult { return bulkResult{problems: problems} }

func (b *bulk) execute(op *bulkOp) bulkResult {
	if _, given := op.data.(object); !given && op.method != http.MethodDelete {
		return failed(problem{400, "invalidSyntax"}, problem{400, "invalidValue"}) // B-07
	}
	if op.method == http.MethodPost && op.id == "" {
		return failed(bad("invalidValue")...) // B-06
	}
	if version, ok := op.version.(string); op.method != http.MethodPost && op.version != nil && (!ok || version == "") {
		return failed(bad("invalidSyntax")...)
	}
	typ, id, problems := b.target(op)
	if problems != nil {
		return failed(problems...)
	}
	if op.data != nil {
		if op.data, problems = b.resolved(op, typ); problems != nil {
			return failed(problems...)
		}
	}
	out := b.write(op, typ, id)
	if out.problems == nil && op.method != http.MethodPost {
		out.location = b.m.base + "/" + typ.endpoint + "/" + id
	}
	return out
}

// target is the type and the id in a path (B-05).
func (b *bulk) target(op *bulkOp) (*resourceType, string, []problem) {
	endpoint, id, one := strings.Cut(strings.Trim(op.path, "/"), "/")
	for _, typ := range b.m.types {
		if typ.endpoint != endpoint || one == (op.method == http.MethodPost) || id == ".search" {
			continue
		}
		name, reference := strings.CutPrefix(id, "bulkId:")
		if !reference {
			return typ, id, nil
		}
		id, problems := b.idOf(name)
		return typ, id, problems
	}
	return nil, "", bad("invalidSyntax")
}

// idOf is the id of what an operation creates, which runs first (B-14).
func (b *bulk) idOf(name string) (string, []problem) {
	for _, op := range b.ops {
		if op.id != name || op.method != http.MethodPost {
			continue
		}
		if op.made == nil && !b.stopped() {
			b.run(op)
		}
		if op.made != nil {
			return op.made.id, nil
		}
	}
	return "", []problem{{409, ""}} // B-16
}

// write carries an operation out whose references are resolved.
func (b *bulk) write(op *bulkOp, typ *resourceType, id string) bulkResult {
	body, _ := op.data.(object)
	if op.method == http.MethodPost {
		out, made := b.m.create(typ, body, projection{})
		if made == nil {
			return failed(out.problems...)
		}
		if made.id = b.ids[op.id]; made.id == "" {
			made.id = "no answer for " + op.id
		}
		op.made = made
		b.m.resources = append(b.m.resources, made)
		return bulkResult{status: 201, location: b.m.location(made), tag: made.tag()}
	}
	r := b.m.find(typ, id)
	if r == nil {
		if op.method == http.MethodDelete && typ.name == "User" {
			b.m.unmanaged(id)
		}
		return failed(problem{404, ""})
	}
	version, _ := op.version.(string)
	if version != "" && !r.matches(version) {
		return failed(problem{412, ""}) // B-17
	}
	out := b.m.item(r, request{method: op.method, body: encode(op.data)}, projection{}, nil)
	return bulkResult{status: out.status, problems: out.problems, tag: out.tag}
}

// complete adds the values whose resources exist, once nothing is created any more. Those of one list are added together,
// or each alone if they are refused.
func (b *bulk) complete() {
	var ready []deferred
	for _, d := range b.later {
		if _, open := b.missing(d.value); !open && d.op.made != nil {
			ready = append(ready, d)
		}
	}
	for b.later = nil; len(ready) > 0; {
		d := ready[0]
		together := func(e deferred) bool { return e.op == d.op && e.at == d.at }
		var all []any
		for _, e := range ready {
			if together(e) {
				all = append(all, e.value)
			}
		}
		ready = slices.DeleteFunc(ready, together)
		if !d.multi {
			b.add(d, d.value)
			continue
		}
		if b.add(d, all) {
			continue
		}
		for _, value := range all {
			b.add(d, []any{value})
		}
	}
}

// add adds a value that was left out, and says whether it was taken.
func (b *bulk) add(d deferred, value any) bool {
	value, _ = b.replaced(value)
	operation := object{"op": "add", "path": d.at, "value": value}
	out := b.m.patch(d.op.made, object{"Operations": []any{operation}}, projection{})
	d.op.result.tag = d.op.made.tag()
	return out.problems == nil
}

// isBulk says whether a request is to /Bulk.
func isBulk(q request) bool {
	target, _, _ := strings.Cut(q.path, "?")
	return target == "Bulk"
}
