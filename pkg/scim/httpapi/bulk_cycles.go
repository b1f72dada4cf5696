package httpapi

import (
	"context"
	"maps"
	"slices"
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
	j.later = append(j.later, d)
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

// closing bounds the work that closes circles of references after their resources were created.
const closing = 10 * time.Second

// closeCycles adds the values that were left out, once no operation runs that creates a resource: then each resource
// that they name exists, or never will. All values of one list are added together, so that a resource is changed once for
// each of its attributes, however many circles it is in. The resources exist now: this does not end
// with the request, and a value that cannot be added is noted and does not change the answer.
func (j *bulkJob) closeCycles() {
	if len(j.later) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(j.req.ctx), closing)
	defer cancel()
	for _, d := range j.together() {
		if j.close(ctx, d) == nil {
			continue
		}
		for _, v := range append([]any{d.value}, d.more...) { // one that is refused must not take the others with it
			d.value, d.more = v, nil
			if err := j.close(ctx, d); err != nil {
				j.note(d.op, d, scim.AsError(err).Detail)
			}
		}
	}
}

// close adds a value that was left out, or the values of one list, and remembers the version for the answer.
func (j *bulkJob) close(ctx context.Context, d deferred) error {
	patched, err := j.complete(ctx, d)
	if err == nil {
		d.op.res.version = patched.Version
	}
	return err
}

// together returns the values that were left out whose resources exist, the values of one list as one.
func (j *bulkJob) together() []deferred {
	type list struct {
		op  *bulkOp
		ref schema.Ref
	}
	var ready []deferred
	lists := map[list]int{}
	for _, d := range j.later {
		of := list{d.op, d.ref}
		at, known := lists[of]
		switch {
		case !j.exist(d):
			j.lost = append(j.lost, d)
		case known && d.ref.Attr.MultiValued:
			ready[at].more = append(ready[at].more, d.value)
		default:
			lists[of] = len(ready)
			ready = append(ready, d)
		}
	}
	j.later = nil
	return ready
}

// exist reports whether the resource that a value was left out of exists, and those that it names.
func (j *bulkJob) exist(d deferred) bool {
	return j.created[d.op.bulkID] != "" && !slices.ContainsFunc(d.names, func(name string) bool { return j.created[name] == "" })
}

// complete adds a value that was left out, or the values of one list.
func (j *bulkJob) complete(ctx context.Context, d deferred) (_ *scim.Result, err error) {
	defer caught(&err)
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
	for _, d := range j.lost {
		left[d.op.number-1] = append(left[d.op.number-1], d)
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
