package httpapi

import (
	"context"
	"maps"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/patch"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// deferred is a value that was left out of a new resource, because it refers to one that is created
// later.
type deferred struct {
	op    *bulkOp
	ref   schema.Ref // the attribute
	value any        // its value, or one element of it, as sent
	more  []any      // further elements of the list
	names []string   // the bulkIds in the value
}

// defers leaves out a value that would close a circle of references, such as two groups that are
// members or two users that are managers of each other. It is added once both exist (B-15). A list is
// not left out as a whole.
func (j *bulkJob) defers(op *bulkOp, ref schema.Ref, v any) bool {
	if op.method != "POST" {
		return false
	}
	d := deferred{op: op, ref: ref, value: v, names: namesIn(ref, v)}
	waits := false
	for _, name := range d.names {
		dep := j.byID[name]
		waits = waits || j.created[name] == "" && dep != nil && dep.busy
	}
	if !waits {
		return false
	}
	if m, ok := v.(map[string]any); ok {
		d.value = maps.Clone(m)
	}
	j.later[op.bulkID] = append(j.later[op.bulkID], d) // until the resource itself exists
	return true
}

// namesIn returns the bulkIds in a value that is no list.
func namesIn(ref schema.Ref, v any) []string {
	var names []string
	add := func(sub *schema.Attribute, v any) {
		s, _ := v.(string)
		if _, name, ok := bulkRef(s); ok && refers(ref.Attr, sub) {
			names = append(names, name)
		}
	}
	switch v := v.(type) {
	case string:
		add(ref.Sub, v)
	case map[string]any:
		for k, e := range v {
			if sub := ref.Attr.Sub(k); sub != nil {
				add(sub, e)
			}
		}
	}
	return names
}

// closing bounds the work that closes circles of references after a resource was created.
const closing = 10 * time.Second

// closeCycle adds the values that were left out because this resource, or the one that they create, did
// not exist yet. The values of one list are added together. The resources exist now: this does not end
// with the request, and a value that cannot be added is noted and does not change the answer.
func (j *bulkJob) closeCycle(op *bulkOp, res *scim.Result) *scim.Result {
	waiting := j.later[op.bulkID]
	if len(waiting) == 0 {
		return res
	}
	delete(j.later, op.bulkID)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(j.req.ctx), closing)
	defer cancel()
	for _, d := range j.together(waiting) {
		patched, err := j.complete(ctx, d)
		switch {
		case err != nil:
			j.note(d.op, d, scim.AsError(err).Detail)
		case d.op == op:
			res = patched
		case d.op.res != nil:
			d.op.res.version = patched.Version
		}
	}
	return res
}

// together returns those of the waiting values whose resources exist, the values of one list as one. The
// others wait for the next resource that they name.
func (j *bulkJob) together(waiting []deferred) []deferred {
	var ready []deferred
	for _, d := range waiting {
		if name := j.missing(d); name != "" {
			j.later[name] = append(j.later[name], d)
		} else if last := len(ready) - 1; last >= 0 && ready[last].op == d.op && ready[last].ref == d.ref && d.ref.Attr.MultiValued {
			ready[last].more = append(ready[last].more, d.value)
		} else {
			ready = append(ready, d)
		}
	}
	return ready
}

// missing is a bulkId without a resource that a value waits for, or "".
func (j *bulkJob) missing(d deferred) string {
	if j.created[d.op.bulkID] == "" {
		return d.op.bulkID
	}
	for _, name := range d.names {
		if j.created[name] == "" {
			return name
		}
	}
	return ""
}

// complete adds a value that was left out, or the values of one list.
func (j *bulkJob) complete(ctx context.Context, d deferred) (*scim.Result, error) {
	rt, _, err := j.endpoint(d.op)
	if err != nil {
		return nil, err
	}
	v := d.value
	if d.ref.Attr.MultiValued {
		v = append([]any{v}, d.more...)
	}
	if v, err = j.value(d.op, d.ref, v); err != nil {
		return nil, err
	}
	body := map[string]any{"schemas": []any{patch.URN}, "Operations": []any{map[string]any{"op": "add", "path": d.ref.String(), "value": v}}}
	at := j.req.target(rt, j.created[d.op.bulkID])
	return j.h.p.Patch(ctx, at, body, scim.Match{}, scim.Projection{None: true})
}

// noteLeftOut records the values that were never added, because what they refer to was not created.
func (j *bulkJob) noteLeftOut() {
	left := make([][]deferred, len(j.ops))
	for _, waiting := range j.later {
		for _, d := range waiting {
			left[d.op.number-1] = append(left[d.op.number-1], d)
		}
	}
	for i, op := range j.ops {
		if op.res == nil || op.res.err != nil {
			continue
		}
		for _, d := range left[i] {
			j.note(op, d, "the resource that it refers to was not created")
		}
	}
}

func (j *bulkJob) note(op *bulkOp, d deferred, why string) {
	j.req.record.Notes = schema.Note(j.req.record.Notes, "operation %d: %s was left out, because %s", op.number, d.ref, why)
}
